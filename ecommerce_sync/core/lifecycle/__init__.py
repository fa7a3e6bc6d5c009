"""The life of an order after its Sales Order was submitted: one step at a time, until both sides agree. Pure.

The steps stand in the order in which the documents need each other. The first that has something to do
gives its commands; afterwards the ERP is looked at again. What one step cannot do does not stop the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..erp import ErpOrder, SalesOrderState
from ..errors import Held, SyncError
from ..followups import CreatePickList
from ..models import Order
from ..plan import Command, Plan
from ..settings import StoreSettings
from .changes import Drafting, adjusted, closed
from .credits import called_off, credits
from .deliveries import deliveries
from .invoices import invoices
from .payments import payments_in, payments_out
from .reduce import absorbable, reduced
from .returns import returns
from .view import Life

__all__ = ["Life", "absorbable", "plan_life", "reduced"]

Step = Callable[[Life], Iterable[Command]]


def plan_life(
	order: Order,
	erp: ErpOrder,
	document: SalesOrderState,
	settings: StoreSettings,
	draft_of: Drafting,
	differs: bool,
) -> Plan:
	"""The next commands for a submitted Sales Order. `differs`: lines or amounts are others than those applied.

	Raises the first `Held` or `Fixable` that a step met, once nothing else is left to do.
	"""
	life = Life(order, erp, document, settings, differs)
	stopped: SyncError | None = None
	steps: list[Step] = [deliveries, lambda life: adjusted(life, draft_of), invoices, payments_in]
	steps += [credits, called_off, returns, closed, payments_out, _picked]
	for step in steps:
		if isinstance(stopped, Held) and step in (invoices, credits, called_off, closed):
			continue  # amounts that do not fit are a person's to settle
		try:
			if commands := tuple(step(life)):
				return Plan(commands=commands)
		except SyncError as error:
			stopped = stopped or error
	if stopped:
		raise stopped
	return Plan(skip="unchanged")


def _picked(life: Life) -> Iterable[Command]:
	if life.settings.pick_list and not life.erp.picked and life.order.live and life.untouched:
		yield CreatePickList(document=life.document.name)
