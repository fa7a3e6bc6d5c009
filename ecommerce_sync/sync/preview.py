"""What a payload would become: neutral order, plan, Sales Order, match. Everything is rolled back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ..core.commands import CreateSalesOrder
from ..core.erp import ErpOrder, ItemRef
from ..core.errors import Fixable, Held, PayloadRefused
from ..core.models import Order
from ..core.orders import plan_order
from ..core.plan import Plan
from ..core.reasons import describe
from ..core.settings import StoreSettings
from ..erps.base import Erp, SalesOrderView
from .machine import Connection

MATCH, STOPPED, REFUSED, NOT_WANTED = 0, 1, 2, 3


class Preview(NamedTuple):
	"""The exit status for a command (0 match, 1 held or failed, 2 refused, 3 not wanted) and the JSON."""

	status: int
	result: dict[str, Any]


class _RollBack(Exception):
	"""Ends the unit of work without a trace."""


def preview(erp: Erp, connection: Connection, payload: Mapping[str, Any]) -> Preview:
	"""Run one payload as far as a written Sales Order and undo it.

	SKUs that no Item has stand on the settings' item for custom lines; the caller gives settings whose
	accounts all have a default.
	"""
	try:
		order = connection.parse(dict(payload))
	except PayloadRefused as error:
		return Preview(REFUSED, {"reason": error.reason, "path": error.path, "message": str(error)})
	shown = {"order": order.model_dump(mode="json", exclude={"raw"})}
	found = _written(erp, order, connection.settings)
	if found.status == NOT_WANTED:
		wanted = _written(erp, *_as_if_wanted(order, connection.settings)).result
		found.result["if_wanted"] = {key: value for key, value in wanted.items() if key != "plan"}
	return Preview(found.status, shown | found.result)


def _written(erp: Erp, order: Order, settings: StoreSettings) -> Preview:
	try:
		plan, view = _write_and_undo(erp, order, settings)
	except (Held, Fixable) as error:
		if error.reason == "exchange_rate_missing" and order.shop_currency != settings.company_currency:
			return _with_assumed_rate(erp, order, settings)
		return _stopped(error)
	result: dict[str, Any] = {"plan": [command.model_dump(mode="json") for command in plan.commands]}
	if view is None:
		words = describe(plan.skip or "", plan.params)
		return Preview(NOT_WANTED, {**result, "reason": plan.skip, "message": words.message})
	drafts = [each.draft for each in plan.commands if isinstance(each, CreateSalesOrder)]
	matches = view.grand_total == drafts[0].total  # the order's, less what was refunded before
	result |= {
		"sales_order": view.model_dump(mode="json"),
		"matches": matches,
		"store_total": str(drafts[0].total),
	}
	return Preview(MATCH if matches else STOPPED, result)


def _with_assumed_rate(erp: Erp, order: Order, settings: StoreSettings) -> Preview:
	"""The total in the order's own currency does not hang on the rate, so a missing one stops no preview."""
	assumed = {"exchange_rate": Decimal(1), "shop_currency": settings.company_currency}
	found = _written(erp, order.model_copy(update=assumed), settings)
	found.result["note"] = (
		f"No exchange rate from {order.currency} to {settings.company_currency}: 1 assumed."
	)
	return found


def _stopped(error: Held | Fixable) -> Preview:
	words = describe(error.reason, error.params)
	result = {
		"state": "Held" if isinstance(error, Held) else "Failed",
		"reason": error.reason,
		"message": words.message,
		"remedy": words.remedy,
		"params": error.params,
		"matches": False,
	}
	return Preview(STOPPED, result)


def _as_if_wanted(order: Order, settings: StoreSettings) -> tuple[Order, StoreSettings]:
	"""The same order as one that every store imports: its figures are worth a look all the same."""
	wanted = order.model_copy(update={"cancelled_at": None, "test": False})
	return wanted, settings.model_copy(update={"statuses": (), "import_unpaid": True})


def _write_and_undo(erp: Erp, order: Order, settings: StoreSettings) -> tuple[Plan, SalesOrderView | None]:
	plan, view = Plan(), None
	try:
		with erp.transaction([]):
			plan, view = _write(erp, order, settings)
			raise _RollBack
	except _RollBack:
		return plan, view


def _write(erp: Erp, order: Order, settings: StoreSettings) -> tuple[Plan, SalesOrderView | None]:
	"""As if the order had never been seen: what is linked already does not count."""
	seen = erp.observe(order, settings)
	items = {**_default_items(order, seen, settings), **seen.items}
	fresh = ErpOrder(items=items, ambiguous={}, customer=seen.customer, addresses=seen.addresses)
	plan = plan_order(order, fresh, settings)
	view = None
	for command in plan.commands:
		document = erp.apply(command, order, settings)
		if isinstance(command, CreateSalesOrder) and document:
			view = erp.sales_order(document[1])
	return plan, view


def _default_items(order: Order, seen: ErpOrder, settings: StoreSettings) -> dict[str, ItemRef]:
	if not settings.custom_item:
		return {}
	known = {line_id: ItemRef(item_code=codes[0]) for line_id, codes in seen.ambiguous.items()}
	return {line.id: ItemRef(item_code=settings.custom_item) for line in order.lines} | known
