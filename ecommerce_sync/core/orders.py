"""The order planner: what the store wants, what the ERP has, and the commands between the two. Pure."""

from __future__ import annotations

from .commands import (
	CancelSalesOrder,
	CreateItems,
	CreateSalesOrder,
	EnsureCustomer,
	ItemDraft,
	ReplaceSalesOrder,
	SalesOrderDraft,
	TakeOver,
	UpdateSalesOrder,
)
from .digests import applied_total, changes, digest, happened_since
from .drafts import draft_of
from .erp import ErpOrder, SalesOrderState
from .errors import Held
from .followups import ChangeSalesOrder
from .lifecycle import Life, absorbable, plan_life, reduced
from .lifecycle.changes import as_it_stands, in_place
from .lifecycle.payments import payments_in, payments_out
from .models import Order
from .plan import Command, Plan
from .settings import StoreSettings

_PAID = ("paid", "partially_refunded", "refunded", "partially_paid")


def plan_order(order: Order, erp: ErpOrder, settings: StoreSettings) -> Plan:
	"""The commands that bring the ERP to the order; none when they agree or no order is wanted.

	Raises `Fixable` when a setting or document is missing, `Held` when a person must decide.
	"""
	document = erp.document
	if document and document.docstatus < 2:
		of_state = _plan_submitted if document.docstatus else _plan_draft
		return of_state(order, erp, document, settings)
	if not order.live and erp.cancelled_by_sync:
		return _plan_money(order, erp, settings)  # even if a person has amended the cancelled document since
	if document and document.amended_to:
		return _plan(TakeOver(document=document.name, amended=document.amended_to))
	if not order.live and erp.linked:
		return Plan(skip="unchanged")
	if reason := _not_wanted(order, settings):
		return Plan(skip=reason, params={"status": order.status})
	if erp.linked and not erp.cancelled_by_sync:
		raise Held("cancelled_in_erpnext", document=erp.linked)
	plan = _plan_new(order, erp, settings)
	return _plan_money(order, erp, settings) if plan.skip and erp.linked else plan


def _plan(*commands: Command) -> Plan:
	return Plan(commands=commands)


def _not_wanted(order: Order, settings: StoreSettings) -> str | None:
	"""The reason code why no Sales Order is wanted, None when one is."""
	if not order.live:
		return "cancelled_before_import"
	if order.test and not settings.import_test:
		return "test_order"
	if settings.statuses and order.status not in settings.statuses:
		return "status_not_imported"
	if not settings.import_unpaid and order.payment_status not in _PAID:
		return "unpaid"
	return None if order.lines or order.charges or order.shipping else "no_lines"


def _plan_new(order: Order, erp: ErpOrder, settings: StoreSettings) -> Plan:
	"""The order less all its refunds; nothing where they leave nothing."""
	commands: list[Command] = []
	if items := _items_to_create(order, erp, settings):
		return _plan(CreateItems(items=items))
	if _nothing_left(order, settings):
		return Plan(skip="refunded_before_import")
	refunds = absorbable(order, settings)
	left = reduced(order, refunds)
	draft = draft_of(left, erp, settings, tuple(refund.id for refund in refunds))
	if not draft.rows:
		return Plan(skip="no_lines")
	if _party_is_missing(draft, erp):
		commands.append(EnsureCustomer(customer=draft.customer))
	return _plan(*commands, CreateSalesOrder(draft=draft))


def _nothing_left(order: Order, settings: StoreSettings) -> bool:
	"""Whether refunds took all of it before anything was shipped."""
	refunds = absorbable(order, settings)
	left = reduced(order, refunds)
	return bool(refunds) and not left.total and not any(line.quantity for line in left.lines)


def _party_is_missing(draft: SalesOrderDraft, erp: ErpOrder) -> bool:
	keys = {address.key for address in draft.customer.addresses}
	contact_missing = bool(draft.customer.contact_key) and not erp.contact_known
	return not erp.customer or contact_missing or not keys <= erp.addresses


def _items_to_create(order: Order, erp: ErpOrder, settings: StoreSettings) -> tuple[ItemDraft, ...]:
	if settings.unknown_sku != "create_item":
		return ()
	drafts = {}
	for line in order.lines:
		known = line.id in erp.items or line.id in erp.ambiguous
		if line.kind == "product" and line.sku and not known:
			drafts[line.sku] = ItemDraft(
				item_code=line.sku,
				name=line.title,
				item_group=settings.item_group,
				stock=line.requires_shipping,
				variant_id=line.variant_id,
				product_id=line.product_id,
				barcode=line.barcode,
			)
	return tuple(drafts.values())


def _plan_draft(order: Order, erp: ErpOrder, document: SalesOrderState, settings: StoreSettings) -> Plan:
	"""A document that nobody submitted yet."""
	if not order.live:
		return _plan(CancelSalesOrder(document=document.name))
	differing = _differing(order, erp, document, settings)
	if not differing:
		return Plan(skip="unchanged")
	if differing == ["s"]:
		return _plan(_soft(order, document))
	return _replace(order, erp, document, settings)


def _plan_submitted(order: Order, erp: ErpOrder, document: SalesOrderState, settings: StoreSettings) -> Plan:
	"""The Sales Order first, then what follows it; notes and status last, when all else agrees."""
	now = digest(order)
	differing = _differing(order, erp, document, settings)
	life = Life(order, erp, document, settings)
	if life.untouched and (not order.live or _nothing_left(order, settings)):
		money = _plan_money(order, erp, settings)
		return _plan(CancelSalesOrder(document=document.name)) if money.skip else money
	if commands := _follow(life, differing, order, erp, settings):
		return _plan(*commands)
	if settings.record_payments and order.payments is None and happened_since(erp.digest, now):
		return Plan(ask=True)
	plan = plan_life(
		order,
		erp,
		document,
		settings,
		lambda each: draft_of(each.order, erp, settings, document.refund_ids),
		"m" in differing,
	)
	if not plan.commands and "s" in differing:
		return _plan(_soft(order, document))
	return plan


def _follow(
	life: Life, differing: list[str], order: Order, erp: ErpOrder, settings: StoreSettings
) -> tuple[Command, ...]:
	"""What brings lines, amounts and addresses of the Sales Order to the store's, while that is free."""
	document = life.document
	if not life.untouched:
		return _readdressed(life, erp, settings) if "a" in differing else ()
	if not {"m", "a"} & set(differing):
		return ()
	if "m" in differing:
		_check_unedited(order, erp, document)
	plan = _plan_new(order, erp, settings)
	if plan.skip:
		return (CancelSalesOrder(document=document.name),)
	return tuple(
		ChangeSalesOrder(document=document.name, draft=in_place(each.draft, document))
		if isinstance(each, CreateSalesOrder)
		else each
		for each in plan.commands
	)


def _plan_money(order: Order, erp: ErpOrder, settings: StoreSettings) -> Plan:
	"""What was paid and paid back for an order that is called off; its document stands no more, or not for long."""
	document = erp.document
	if not document or not settings.record_payments:
		return Plan(skip="unchanged")
	if order.payments is None and happened_since(erp.digest, digest(order)):
		return Plan(ask=True)
	life = Life(order, erp, document, settings)
	commands = (*payments_in(life), *payments_out(life))
	return _plan(*commands) if commands else Plan(skip="unchanged")


def _readdressed(life: Life, erp: ErpOrder, settings: StoreSettings) -> tuple[Command, ...]:
	"""Nothing is on its way yet, though it is billed: it goes to the new address."""
	if life.shipments or life.document.closed or not life.order.live:
		return ()
	draft = as_it_stands(draft_of(life.order, erp, settings, life.document.refund_ids), life.document)
	change = ChangeSalesOrder(document=life.document.name, draft=draft)
	if _party_is_missing(draft, erp):
		return EnsureCustomer(customer=draft.customer), change
	return (change,)


def _differing(order: Order, erp: ErpOrder, document: SalesOrderState, settings: StoreSettings) -> list[str]:
	"""What the store changed since it was applied, refunds that the document is not less by yet among it.

	A document of which nobody knows what was applied to it is compared by its total.
	"""
	refunds = absorbable(order, settings)
	wanted = reduced(order, refunds).total
	if erp.digest is None and document.total == wanted:
		return []
	found = changes(erp.digest, digest(order))
	if {refund.id for refund in refunds} - set(document.refund_ids) and "m" not in found:
		found.insert(0, "m")
	applied = applied_total(erp.digest)
	if "m" in found and applied is not None and applied != wanted == document.total:
		found.remove("m")  # a person has brought it to the store's total
	return found


def _soft(order: Order, document: SalesOrderState) -> UpdateSalesOrder:
	return UpdateSalesOrder(
		document=document.name, po_number=order.po_number, note=order.note, status=order.status
	)


def _replace(order: Order, erp: ErpOrder, document: SalesOrderState, settings: StoreSettings) -> Plan:
	"""A draft nobody touched follows the store, also to nothing; one that a person edited does not."""
	_check_unedited(order, erp, document)
	plan = _plan_new(order, erp, settings)
	if plan.skip:
		return _plan(CancelSalesOrder(document=document.name))
	return _plan(
		*(
			ReplaceSalesOrder(document=document.name, draft=command.draft)
			if isinstance(command, CreateSalesOrder)
			else command
			for command in plan.commands
		)
	)


def _check_unedited(order: Order, erp: ErpOrder, document: SalesOrderState) -> None:
	applied = applied_total(erp.digest)
	if applied is not None and applied != document.total:
		raise Held("edited_in_erpnext", applied=f"{applied:f}", **_both(order, document))


def _both(order: Order, document: SalesOrderState) -> dict[str, str]:
	return {"document": document.name, "ours": f"{document.total:f}", "theirs": f"{order.total:f}"}
