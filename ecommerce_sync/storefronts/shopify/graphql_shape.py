"""An order of the Admin GraphQL API in the shape of REST, so that one parser and one set of paths serve both.

Keys and values are those of the webhook body as far as an order's import needs them. In: `Order` as
`queries/order_fields.graphql` asks for it. Out: JSON with the same ids, texts and `…_set` amounts.
"""

from __future__ import annotations

from .graphql_life import fulfillment, refund, returned, transaction
from .graphql_parts import (
	Given,
	Json,
	amounts,
	application_of,
	applications_of,
	both_moneys,
	groups_of,
	ids,
	line_item,
	lower,
	nodes,
	number_in,
	pairs,
	renamed,
	shipping_line,
	taxes,
)

_FULFILLMENT = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial", "RESTOCKED": "restocked"}
_AMOUNTS = {
	"total_price": "totalPriceSet",
	"subtotal_price": "subtotalPriceSet",
	"total_tax": "totalTaxSet",
	"total_discounts": "totalDiscountsSet",
	"total_outstanding": "totalOutstandingSet",
	"total_tip_received": "totalTipReceivedSet",
	"current_total_price": "currentTotalPriceSet",
	"current_subtotal_price": "currentSubtotalPriceSet",
	"current_total_tax": "currentTotalTaxSet",
	"current_total_discounts": "currentTotalDiscountsSet",
}
_SETS = {
	"total_shipping_price_set": "totalShippingPriceSet",
	"original_total_duties_set": "originalTotalDutiesSet",
	"original_total_additional_fees_set": "originalTotalAdditionalFeesSet",
}
_TEXTS = {
	"name": "name",
	"order_number": "number",
	"confirmation_number": "confirmationNumber",
	"order_status_url": "statusPageUrl",
	"created_at": "createdAt",
	"updated_at": "updatedAt",
	"processed_at": "processedAt",
	"cancelled_at": "cancelledAt",
	"closed_at": "closedAt",
	"confirmed": "confirmed",
	"test": "test",
	"source_name": "sourceName",
	"source_identifier": "sourceIdentifier",
	"currency": "currencyCode",
	"presentment_currency": "presentmentCurrencyCode",
	"taxes_included": "taxesIncluded",
	"tax_exempt": "taxExempt",
	"duties_included": "dutiesIncluded",
	"estimated_taxes": "estimatedTaxes",
	"email": "email",
	"contact_email": "email",
	"phone": "phone",
	"customer_locale": "customerLocale",
	"note": "note",
	"po_number": "poNumber",
	"payment_gateway_names": "paymentGatewayNames",
}
_ADDRESS = {
	"first_name": "firstName",
	"last_name": "lastName",
	"name": "name",
	"company": "company",
	"address1": "address1",
	"address2": "address2",
	"city": "city",
	"province": "province",
	"province_code": "provinceCode",
	"zip": "zip",
	"country": "country",
	"country_code": "countryCodeV2",
	"phone": "phone",
}


def rest_order(order: Given) -> Json:
	"""The order as a webhook would tell it; `lineItems` must hold all lines."""
	applications = applications_of(order)
	return {
		**ids(order["id"]),
		**renamed(order, _TEXTS),
		**_state(order),
		**amounts(order, _AMOUNTS),
		**{ours: both_moneys(order.get(theirs)) for ours, theirs in _SETS.items()},
		**_rounding(order.get("totalCashRoundingAdjustment")),
		**_parties(order),
		"note_attributes": pairs(order),
		"discount_codes": [{"code": code} for code in order.get("discountCodes") or ()],
		"discount_applications": [application_of(application) for application in applications],
		"tax_lines": taxes(order),
		"line_items": [line_item(line, applications) for line in nodes(order, "lineItems")],
		"line_item_groups": groups_of(order),
		"shipping_lines": [shipping_line(line, applications) for line in nodes(order, "shippingLines")],
		"payment_terms": _payment_terms(order.get("paymentTerms")),
		"transactions": [transaction(each) for each in order.get("transactions") or ()],
		**_life(order),
	}


def _life(order: Given) -> Json:
	"""What was not asked for is left out, as in messages that leave it out."""
	found: Json = {}
	if order.get("refunds") is not None:
		found["refunds"] = [refund(each) for each in order["refunds"]]
	if order.get("fulfillments") is not None:
		found["fulfillments"] = [fulfillment(each) for each in order["fulfillments"]]
	if order.get("returns") is not None:
		found["returns"] = [returned(each) for each in nodes(order, "returns")]
	return found


def _state(order: Given) -> Json:
	location, app = order.get("retailLocation") or {}, order.get("app") or {}
	return {
		"financial_status": lower(order.get("displayFinancialStatus")),
		"fulfillment_status": _FULFILLMENT.get(order.get("displayFulfillmentStatus") or ""),
		"cancel_reason": lower(order.get("cancelReason")),
		"tags": ", ".join(order.get("tags") or ()),
		"location_id": number_in(location.get("id")),
		"app_id": number_in(app.get("id")),
	}


def _rounding(adjustment: Given | None) -> Json:
	given = adjustment or {}
	return {
		"total_cash_rounding_payment_adjustment_set": both_moneys(given.get("paymentSet")),
		"total_cash_rounding_refund_adjustment_set": both_moneys(given.get("refundSet")),
	}


def _parties(order: Given) -> Json:
	return {
		"customer": _customer(order.get("customer")),
		"company": _company(order.get("purchasingEntity") or {}),
		"billing_address": rest_address(order.get("billingAddress")),
		"shipping_address": rest_address(order.get("shippingAddress")),
	}


def _customer(customer: Given | None) -> Json | None:
	if not customer:
		return None
	email, phone = customer.get("defaultEmailAddress") or {}, customer.get("defaultPhoneNumber") or {}
	names = {"first_name": "firstName", "last_name": "lastName", "note": "note", "tax_exempt": "taxExempt"}
	return {
		**ids(customer["id"]),
		**renamed(customer, names),
		"email": email.get("emailAddress"),
		"phone": phone.get("phoneNumber"),
		"state": lower(customer.get("state")),
		"verified_email": customer.get("verifiedEmail"),
		"tags": ", ".join(customer.get("tags") or ()),
		"default_address": rest_address(customer.get("defaultAddress")),
	}


def _company(purchaser: Given) -> Json | None:
	"""Webhooks name a company by its ids only; here it has its names too."""
	company, location = purchaser.get("company"), purchaser.get("location") or {}
	if not company:
		return None
	return {
		"id": number_in(company["id"]),
		"name": company.get("name"),
		"external_id": company.get("externalId"),
		"location_id": number_in(location.get("id")),
		"location_name": location.get("name"),
	}


def rest_address(address: Given | None) -> Json | None:
	return renamed(address, _ADDRESS) if address else None


def _payment_terms(terms: Given | None) -> Json | None:
	if not terms:
		return None
	return {
		"id": number_in(terms.get("id")),
		"payment_terms_name": terms.get("paymentTermsName"),
		"payment_terms_type": lower(terms.get("paymentTermsType")),
		"due_in_days": terms.get("dueInDays"),
		"payment_schedules": [_schedule(schedule) for schedule in nodes(terms, "paymentSchedules")],
	}


def _schedule(schedule: Given) -> Json:
	balance, due = schedule.get("totalBalance") or {}, schedule.get("balanceDue") or {}
	times = {"issued_at": "issuedAt", "due_at": "dueAt", "completed_at": "completedAt"}
	return {
		"id": number_in(schedule.get("id")),
		**renamed(schedule, times),
		"total_balance": balance.get("amount"),
		"balance_due": due.get("amount"),
		"currency": balance.get("currencyCode"),
	}
