"""Paying back and calling off: `refundCreate` once for each credit note, `orderCancel` on a person's choice.

A refund's note carries the credit note's key, so that one that was made before an answer got lost is found
again; beside it the store itself refuses the same idempotency key twice.
Source: https://shopify.dev/docs/api/admin-graphql/latest/mutations/refundCreate
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, NoReturn

from ...core.errors import Fixable, Gone, Transient
from ...core.life import LineQuantity
from ...core.money import minor_digits, rounded
from ..life import RefundRequest
from .client import Admin, Json, idempotency_key
from .graphql_parts import nodes, number_in
from .orders import gid

_REASONS = {"CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "STAFF"}
_LONGEST_NOTE = 255
_TRIES = 4
_PAUSE = 1.0
ZERO = Decimal(0)


class Source(NamedTuple):
	"""A payment that can still give back `amount`, of which the shop's currency has `shop`."""

	id: str
	gateway: str
	amount: Decimal
	shop: Decimal


def refund(admin: Admin, order_id: str, request: RefundRequest) -> str:
	"""The refund's id. Raises `Fixable` for what cannot be paid back, `Gone`."""
	ground = _ground(admin, order_id)
	if made := _made_before(ground, request.key):
		return made
	given = {"input": _input(ground, request)}
	reference = f"{admin.host}:{order_id}:{request.key}"
	for attempt in range(_TRIES):
		key = idempotency_key("refund", reference, attempt)
		payload = admin.attempt("refund_create", {**given, "key": key}, repeatable=True).get("refundCreate")
		if not isinstance(payload, dict):
			raise Transient("store_error", status="without a result")
		if created := payload.get("refund"):
			return str(number_in(created["id"]))
		words = "; ".join(str(error.get("message")) for error in payload.get("userErrors") or ())
		if "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" not in words:
			_refused(order_id, words or "It made no refund.")
	raise Transient("store_error", status="that the same refund failed before", retry_after=_PAUSE)


def _ground(admin: Admin, order_id: str) -> Json:
	"""The order with all its lines."""
	given: Json = {"id": gid("Order", order_id), "after": None}
	lines: list[Json] = []
	while True:
		order = admin.query("refund_ground", given).get("order")
		if not order:
			raise Gone("Order", order_id)
		lines += nodes(order, "lineItems")
		info = (order.get("lineItems") or {}).get("pageInfo") or {}
		if not (info.get("hasNextPage") and info.get("endCursor")):
			return {**order, "lineItems": {"nodes": lines}}
		given = {**given, "after": info["endCursor"]}


def _made_before(ground: Json, key: str) -> str | None:
	for made in ground.get("refunds") or ():
		if f"({key})" in (made.get("note") or ""):
			return str(number_in(made["id"]))
	return None


def _input(ground: Json, request: RefundRequest) -> Json:
	buyers = ground["presentmentCurrencyCode"]
	lines = [entry for line in request.lines for entry in _line(ground, line, request.restock)]
	shipping = _shipping(ground, request)
	return {
		"orderId": ground["id"],
		"currency": buyers,
		"note": f"{(request.note or '')[: _LONGEST_NOTE - len(request.key) - 3]} ({request.key})".strip(),
		"notify": request.notify,
		"refundLineItems": lines,
		"transactions": list(_transactions(ground, request)),
		**({"shipping": {"amount": str(shipping)}} if shipping else {}),
	}


def _line(ground: Json, line: LineQuantity, restock: bool) -> Iterator[Json]:
	"""Pieces back on the shelf: what was shipped is returned, what was not is cancelled."""
	line_gid = gid("LineItem", line.line_id)
	known: Json = next((each for each in nodes(ground, "lineItems") if each["id"] == line_gid), {})
	if not restock:
		yield {"lineItemId": line_gid, "quantity": int(line.quantity), "restockType": "NO_RESTOCK"}
		return
	shipped = (known.get("refundableQuantity") or 0) - (known.get("unfulfilledQuantity") or 0)
	back = max(0, min(int(line.quantity), shipped))
	place = _location(ground)
	for quantity, how in ((back, "RETURN"), (int(line.quantity) - back, "CANCEL")):
		if quantity:
			entry = {"lineItemId": line_gid, "quantity": quantity, "restockType": how}
			yield {**entry, "locationId": place} if place else entry


def _location(ground: Json) -> str | None:
	"""Where the goods were shipped from."""
	places = [
		each.get("location") for each in ground.get("fulfillments") or () if each.get("status") == "SUCCESS"
	]
	found = next((place for place in [*places, ground.get("retailLocation")] if place), None)
	return found["id"] if found else None


def _shipping(ground: Json, request: RefundRequest) -> Decimal:
	"""The amount on the order's basis, in the buyer's currency: Shopify adds its tax itself."""
	if not request.shipping:
		return ZERO
	buyers = ground["presentmentCurrencyCode"]
	amount = request.shipping
	if request.currency != buyers:
		amount *= _money(ground["totalPriceSet"], buyers) / _money(ground["totalPriceSet"], request.currency)
	lines = nodes(ground, "shippingLines")
	net = sum((_money(line["discountedPriceSet"], buyers) for line in lines), ZERO)
	tax = sum((_money(tax["priceSet"], buyers) for line in lines for tax in line.get("taxLines") or ()), ZERO)
	if not ground.get("taxesIncluded") and net + tax:
		amount = amount * net / (net + tax)
	return rounded(amount, minor_digits(buyers))


def _money(bag: Json, currency: str) -> Decimal:
	"""The amount in a currency of a `MoneyBag`."""
	sides = [bag["presentmentMoney"], bag["shopMoney"]]
	side = next((side for side in sides if side["currencyCode"] == currency), sides[0])
	return Decimal(str(side["amount"]))


def _transactions(ground: Json, request: RefundRequest) -> Iterator[Json]:
	"""The amount, from the payments that can still give back. Raises `Fixable` where they cannot."""
	left = request.amount
	for source in _sources(ground):
		in_shop = request.currency != ground["presentmentCurrencyCode"]
		able = source.shop if in_shop else source.amount
		part = min(left, able)
		if part > 0:
			left -= part
			amount = source.amount if part == able else part
			if in_shop and part != able:
				amount = rounded(
					part * source.amount / source.shop, minor_digits(ground["presentmentCurrencyCode"])
				)
			yield {
				"orderId": ground["id"],
				"parentId": source.id,
				"gateway": source.gateway,
				"kind": "REFUND",
				"amount": str(amount),
			}
	if left > 0:
		paid = request.amount - left
		_refused(ground["id"], f"Only {paid} {request.currency} of {request.amount} can be paid back.")


def _sources(ground: Json) -> list[Source]:
	"""Payments that came in, less what they gave back, in the order that they were made."""
	made = [each for each in ground.get("transactions") or () if each.get("status") in ("SUCCESS", "PENDING")]
	return [_source(ground, each, made) for each in made if _came_in(each)]


def _came_in(transaction: Json) -> bool:
	return transaction["kind"] in ("SALE", "CAPTURE") and transaction["status"] == "SUCCESS"


def _source(ground: Json, payment: Json, made: Sequence[Json]) -> Source:
	back = [
		each
		for each in made
		if each["kind"] == "REFUND" and (each.get("parentTransaction") or {}).get("id") == payment["id"]
	]
	amounts = []
	for currency in (ground["presentmentCurrencyCode"], ground["currencyCode"]):
		gone = sum((_money(each["amountSet"], currency) for each in back), ZERO)
		amounts.append(_money(payment["amountSet"], currency) - gone)
	return Source(payment["id"], payment.get("gateway") or "", *amounts)


def _refused(order: str, words: str) -> NoReturn:
	raise Fixable("store_refused", cause=f"refund:{order.rsplit('/', 1)[-1]}", detail=words)


def cancel_order(admin: Admin, order_id: str, reason: str, refund: bool, restock: bool, notify: bool) -> None:
	"""Call the order off and wait a moment for the store's job; one that is off already stays so."""
	order_gid = gid("Order", order_id)
	word = reason.strip().upper()
	given = {
		"id": order_gid,
		"reason": word if word in _REASONS else "OTHER",
		"refund": refund,
		"restock": restock,
		"notify": notify,
		"note": reason[:_LONGEST_NOTE] or None,
	}
	if _is_off(admin, order_id):
		return
	payload = admin.attempt("order_cancel", given, repeatable=True).get("orderCancel") or {}
	errors = payload.get("orderCancelUserErrors") or ()
	for _attempt in range(_TRIES):
		if _is_off(admin, order_id):
			return
		if errors:
			words = "; ".join(str(error.get("message")) for error in errors)
			raise Fixable("store_refused", cause=f"cancel:{order_id}", detail=words)
		admin.rest(_PAUSE)


def _is_off(admin: Admin, order_id: str) -> bool:
	order = admin.query("order_state", {"id": gid("Order", order_id)}).get("order")
	if not order:
		raise Gone("Order", order_id)
	return bool(order.get("cancelledAt"))
