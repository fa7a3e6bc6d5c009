"""What a planner hands over: all commands of an order, and the plan that holds some of them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .commands import (
	CancelSalesOrder,
	CreateItems,
	CreateSalesOrder,
	EnsureCustomer,
	ReplaceSalesOrder,
	TakeOver,
	UpdateSalesOrder,
)
from .followups import FollowUp
from .models import Model

Command = (
	EnsureCustomer
	| CreateItems
	| CreateSalesOrder
	| ReplaceSalesOrder
	| UpdateSalesOrder
	| CancelSalesOrder
	| TakeOver
	| FollowUp
)


class Plan(Model):
	"""The commands, or why there are none: `skip` is a reason code of `reasons.SKIPS`.

	`ask`: what the store was asked for is not in the payload; it must be read in whole before the plan is right.
	"""

	commands: tuple[Command, ...] = ()
	skip: str | None = None
	params: dict[str, Any] = Field(default_factory=dict)
	ask: bool = False
