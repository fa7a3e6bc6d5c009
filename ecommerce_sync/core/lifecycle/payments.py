"""One Payment Entry for each transaction that moved money: in, and out again."""

from __future__ import annotations

from collections.abc import Iterator

from ..base import ZERO
from ..erp import ErpPayment
from ..errors import Fixable, Held
from ..followups import Adopt, CreatePayment
from ..models import Payment
from ..money import total
from ..plan import Command
from .view import Life


def payments_in(life: Life) -> Iterator[Command]:
	"""What came in, and cash that the carrier took."""
	if life.settings.record_payments:
		came = [each for each in life.order.payments or () if each.moved > 0]
		yield from _recorded(life, came)
		if not came:
			yield from _cash_on_delivery(life)


def payments_out(life: Life) -> Iterator[Command]:
	"""What was paid back, after the credit notes that it clears."""
	if life.settings.record_payments:
		yield from _recorded(life, [each for each in life.order.payments or () if each.moved < 0])


def _recorded(life: Life, payments: list[Payment]) -> Iterator[Command]:
	live = {each.payment_id for each in life.erp.payments if each.docstatus < 2}  # a draft waits for a person
	dropped = {each.payment_id: each for each in life.erp.payments if each.docstatus == 2}
	free = [each for each in life.erp.payments if each.docstatus == 1 and _is_free(life, each)]
	for payment in payments:
		if payment.id in live:
			continue
		if payment.id in dropped:
			raise Held("document_cancelled", doctype="Payment Entry", document=dropped[payment.id].name)
		same = next((each for each in free if each.amount == payment.moved), None)
		if same:
			free.remove(same)
			yield Adopt(doctype="Payment Entry", document=same.name, what="payment", external_id=payment.id)
		else:
			yield _entry(life, payment)


def _is_free(life: Life, entry: ErpPayment) -> bool:
	"""A person's own, or cash on delivery that the store had not told of yet."""
	return entry.payment_id in (None, "", _cash_id(life))


def _entry(life: Life, payment: Payment) -> CreatePayment:
	refund = next((each for each in life.told.refunds if payment.id in each.payment_ids), None)
	command = _to_account(life, payment.gateway)
	return command.model_copy(
		update={
			"payment_id": payment.id,
			"direction": "in" if payment.moved > 0 else "out",
			"amount": abs(payment.moved),
			"posted_on": life.day(payment.processed_at or life.order.processed_at),
			"reference": payment.reference or payment.id,
			"fee": payment.fee if life.settings.gateway_fee_account else ZERO,
			"refund_id": refund.id if refund else None,
		}
	)


def _to_account(life: Life, gateway: str) -> CreatePayment:
	"""Where the method's money is booked. Raises `Fixable` when nobody has said."""
	settings = life.settings
	rule = settings.payment_rule(gateway)
	if not (rule.account or rule.mode_of_payment):
		cause = f"setting:{settings.store}:payment_account"
		words = {"label": f"Account of payment method '{gateway}'", "order": life.order.name}
		raise Fixable("setting_missing", cause=cause, store=settings.store, **words)
	return CreatePayment(
		document=life.document.name,
		payment_id="",
		direction="in",
		amount=ZERO,
		posted_on=life.day(None),
		account=rule.account,
		mode_of_payment=rule.mode_of_payment,
		fee_account=settings.gateway_fee_account,
	)


def _cash_id(life: Life) -> str:
	return f"cash-on-delivery:{life.order.id}"


def _cash_on_delivery(life: Life) -> Iterator[Command]:
	"""The carrier takes the money with the last piece; the store may tell of it later, or never."""
	if not (life.rule.on_delivery and life.shipments) or life.paid or life.open_pieces:
		return
	if any(each.docstatus == 1 for each in life.erp.payments):
		return
	credited = total(refund.credited(life.order.taxes_included) for refund in life.refunds)
	if (amount := life.order.total - credited) > 0:
		last = max((each.posted_on for each in life.shipments if each.posted_on), default=life.day(None))
		command = _to_account(life, life.order.gateways[0] if life.order.gateways else "")
		found = {
			"payment_id": _cash_id(life),
			"amount": amount,
			"posted_on": last,
			"reference": life.order.name,
		}
		yield command.model_copy(update=found)
