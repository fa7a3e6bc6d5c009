"""What happened to a GraphQL order after its checkout, in the shape of REST: refunds, fulfilments, returns."""

from __future__ import annotations

from decimal import Decimal

from .graphql_parts import Given, Json, amounts, both_moneys, ids, lower, nodes, number_in, renamed

_TRANSACTION = {
	"gateway": "gateway",
	"test": "test",
	"payment_id": "paymentId",
	"created_at": "createdAt",
	"processed_at": "processedAt",
}


def transaction(given: Given) -> Json:
	"""One of `transactions`; `fees` is told by this API only."""
	parent = given.get("parentTransaction") or {}
	return {
		**ids(given["id"]),
		**renamed(given, _TRANSACTION),
		**amounts(given, {"amount": "amountSet"}),
		"kind": lower(given.get("kind")),
		"status": lower(given.get("status")),
		"parent_id": number_in(parent.get("id")),
		"fees": [_fee(fee) for fee in given.get("fees") or ()],
	}


def _fee(fee: Given) -> Json:
	amount, tax = fee.get("amount") or {}, fee.get("taxAmount") or {}
	return {
		"amount": amount.get("amount"),
		"tax_amount": tax.get("amount"),
		"currency": amount.get("currencyCode"),
	}


def refund(given: Given) -> Json:
	"""One of `refunds`."""
	returned = given.get("return") or {}
	duties = [_refunded_duty(duty) for duty in given.get("duties") or ()]
	return {
		**ids(given["id"]),
		**renamed(given, {"created_at": "createdAt", "processed_at": "processedAt", "note": "note"}),
		"return": ids(returned["id"]) if returned else None,
		"duties": duties,
		"total_duties_set": _summed([duty["amount_set"] for duty in duties]),
		"order_adjustments": [_adjustment(each) for each in nodes(given, "orderAdjustments")],
		"refund_shipping_lines": [_shipping(each) for each in nodes(given, "refundShippingLines")],
		"refund_line_items": [_line(each) for each in nodes(given, "refundLineItems")],
		"transactions": [transaction(each) for each in nodes(given, "transactions")],
	}


def _line(given: Given) -> Json:
	line, place = given.get("lineItem") or {}, given.get("location") or {}
	return {
		"id": number_in(given.get("id")),
		"line_item_id": number_in(line.get("id")),
		"line_item": ids(line["id"]) if line else None,
		"location_id": number_in(place.get("id")),
		"quantity": given.get("quantity"),
		"restock_type": lower(given.get("restockType")),
		**amounts(given, {"subtotal": "subtotalSet", "total_tax": "totalTaxSet"}),
	}


def _shipping(given: Given) -> Json:
	line = given.get("shippingLine") or {}
	return {
		"id": number_in(given.get("id")),
		"shipping_line_id": number_in(line.get("id")),
		"subtotal_amount_set": both_moneys(given.get("subtotalAmountSet")),
		"tax_amount_set": both_moneys(given.get("taxAmountSet")),
	}


def _adjustment(given: Given) -> Json:
	"""What has no reason is refunded shipping: this API tells no `kind`."""
	reason = given.get("reason")
	return {
		"id": number_in(given.get("id")),
		"kind": "refund_discrepancy" if reason else "shipping_refund",
		"reason": reason,
		**amounts(given, {"amount": "amountSet", "tax_amount": "taxAmountSet"}),
	}


def _refunded_duty(given: Given) -> Json:
	duty = given.get("originalDuty") or {}
	return {"duty_id": number_in(duty.get("id")), "amount_set": both_moneys(given.get("amountSet"))}


def _summed(sets: list[Json | None]) -> Json | None:
	"""The sum of `…_set`s, whose amounts are texts."""
	found = [each for each in sets if each]
	if not found:
		return None
	sides = [side for side in found[0] if all(side in each for each in found)]
	return {
		side: {
			"amount": str(sum(Decimal(str(each[side]["amount"])) for each in found)),
			"currency_code": found[0][side]["currency_code"],
		}
		for side in sides
	}


def fulfillment(given: Given) -> Json:
	"""One of `fulfillments`; each line's `quantity` is what was shipped."""
	place, tracks = given.get("location") or {}, given.get("trackingInfo") or ()
	return {
		**ids(given["id"]),
		**renamed(given, {"created_at": "createdAt", "updated_at": "updatedAt"}),
		"status": lower(given.get("status")),
		"location_id": number_in(place.get("id")),
		"tracking_company": next((track["company"] for track in tracks if track.get("company")), None),
		"tracking_numbers": [track.get("number") for track in tracks],
		"tracking_urls": [track.get("url") for track in tracks],
		"line_items": [_shipped(each) for each in nodes(given, "fulfillmentLineItems")],
	}


def _shipped(given: Given) -> Json:
	return {**ids((given.get("lineItem") or {})["id"]), "quantity": given.get("quantity")}


def returned(given: Given) -> Json:
	"""One of `returns`."""
	return {
		**ids(given["id"]),
		"status": lower(given.get("status")),
		"created_at": given.get("createdAt"),
		"return_line_items": [_returned_line(each) for each in nodes(given, "returnLineItems")],
	}


def _returned_line(given: Given) -> Json:
	line = (given.get("fulfillmentLineItem") or {}).get("lineItem") or {}
	return {
		"id": number_in(given.get("id")),
		"quantity": given.get("quantity"),
		"fulfillment_line_item": {"line_item": ids(line["id"])} if line else None,
	}
