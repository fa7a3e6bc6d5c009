"""A WooCommerce order as REST v3 and webhooks write it: the keys, types and order of WooCommerce 10.5."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.story import Person, Place
from ecommerce_sync.sandbox.woocommerce.encoding import number
from ecommerce_sync.sandbox.woocommerce.order_lines import (
	coupon_lines,
	fee_lines,
	line_items,
	shipping_lines,
	shown,
	tax_lines,
)
from ecommerce_sync.sandbox.woocommerce.payouts import order_marks
from ecommerce_sync.sandbox.woocommerce.refund_json import refunds_summary
from ecommerce_sync.sandbox.woocommerce.settings import VERSION, gmt, symbol_of

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.orders import WooOrder

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
GATEWAY_TITLES = {
	"bacs": "Direct bank transfer",
	"cheque": "Check payments",
	"cod": "Cash on delivery",
	"paypal": "PayPal",
	"stripe": "Credit card (Stripe)",
}


def order_json(order: WooOrder, home: str) -> dict[str, Any]:
	"""`order` as the site at `home` answers; dates in site time and, beside them, in UTC."""
	return {
		**_head(order),
		**_sums(order),
		**_parties(order),
		**_payment(order),
		**_lines(order),
		**_states(order, home),
		**_gmt_dates(order),
		"currency_symbol": symbol_of(order.currency),
		**_gift_cards(order),
		"_links": _links(order, home),
	}


def gateway_title(gateway: str) -> str:
	return GATEWAY_TITLES.get(gateway, gateway.replace("_", " ").replace("-", " ").capitalize())


def address_json(place: Place | None, person: Person | None = None) -> dict[str, str]:
	"""An address; `person` fills in what the place leaves out (WooCommerce asks for a name at checkout)."""
	place, names = place or Place(), person or Person(None, None, None, None)
	return {
		"first_name": place.first_name or names.first_name or "",
		"last_name": place.last_name or names.last_name or "",
		"company": place.company or "",
		"address_1": place.address1 or "",
		"address_2": place.address2 or "",
		"city": place.city or "",
		"state": place.province_code or place.province or "",
		"postcode": place.zip or "",
		"country": place.country_code or "",
	}


def _head(order: WooOrder) -> dict[str, Any]:
	return {
		"id": order.id,
		"parent_id": 0,
		"status": order.status,
		"currency": order.currency,
		"version": VERSION,
		"prices_include_tax": order.story.taxes_included,
		"date_created": order.settings.local(order.story.created_at),
		"date_modified": order.settings.local(order.date_modified),
	}


def _sums(order: WooOrder) -> dict[str, str]:
	totals = order.totals
	sums = {
		"discount_total": totals.discount_total,
		"discount_tax": totals.discount_tax,
		"shipping_total": totals.shipping_total,
		"shipping_tax": totals.shipping_tax,
		"cart_tax": totals.cart_tax,
		"total": totals.total,
		"total_tax": totals.total_tax,
	}
	return {key: shown(order, amount) for key, amount in sums.items()}


def _parties(order: WooOrder) -> dict[str, Any]:
	story, person = order.story, order.story.person
	return {
		"customer_id": (person and person.id) or 0,
		"order_key": f"wc_order_{_digest(order)[:13]}",
		"billing": _billing(order),
		"shipping": {
			**address_json(story.shipping, person if story.shipping else None),
			"phone": (story.shipping and story.shipping.phone) or "",
		},
	}


def _billing(order: WooOrder) -> dict[str, str]:
	story, person = order.story, order.story.person
	billing = address_json(story.billing, person)
	if story.business:
		billing["company"] = story.business.name
	phone = (story.billing and story.billing.phone) or (person and person.phone) or ""
	return {**billing, "email": (person and person.email) or "", "phone": phone}


def _payment(order: WooOrder) -> dict[str, Any]:
	completed, paid = order.date_completed, order.date_paid
	return {
		"payment_method": order.story.gateway,
		"payment_method_title": gateway_title(order.story.gateway) if order.story.gateway else "",
		"transaction_id": order.transaction_id,
		"customer_ip_address": "",
		"customer_user_agent": "",
		"created_via": order.created_via,
		"customer_note": order.story.note or "",
		"date_completed": order.settings.local(completed) if completed else None,
		"date_paid": order.settings.local(paid) if paid else None,
		"cart_hash": "" if order.created_via == "rest-api" else _digest(order),
	}


def _lines(order: WooOrder) -> dict[str, Any]:
	return {
		"number": order.number,
		"meta_data": _meta(order),
		"line_items": line_items(order),
		"tax_lines": tax_lines(order),
		"shipping_lines": shipping_lines(order),
		"fee_lines": fee_lines(order),
		"coupon_lines": coupon_lines(order),
		"refunds": refunds_summary(order),
	}


def _meta(order: WooOrder) -> list[dict[str, Any]]:
	story = order.story
	found: dict[str, Any] = dict(story.attributes)
	if story.po_number:
		found[order.settings.po_number_key] = story.po_number
	if story.payment_terms_days is not None:
		found["_payment_terms"] = f"Net {story.payment_terms_days}"
	if story.test:
		found["_wcpay_mode"] = "test"  # core has no test orders; gateways leave a mark
	if order.currency != story.currency:
		found["_wcpay_multi_currency_order_exchange_rate"] = str(story.presentment_rate)
		found["_wcpay_multi_currency_order_default_currency"] = story.currency
	found.update(order_marks(order))
	found.update(order.meta)
	return [{"id": order.id * 100 + at, "key": key, "value": found[key]} for at, key in enumerate(found)]


def _states(order: WooOrder, home: str) -> dict[str, Any]:
	owes = order.status in ("pending", "failed") and order.totals.total > 0
	key = f"wc_order_{_digest(order)[:13]}"
	return {
		"payment_url": f"{home}/checkout/order-pay/{order.id}/?pay_for_order=true&key={key}",
		"is_editable": order.status in ("pending", "on-hold", "auto-draft"),
		"needs_payment": owes,
		"needs_processing": any(line.kind != "gift_card" for _, line in order.lines),
	}


def _gmt_dates(order: WooOrder) -> dict[str, str | None]:
	completed, paid = order.date_completed, order.date_paid
	return {
		"date_created_gmt": gmt(order.story.created_at),
		"date_modified_gmt": gmt(order.date_modified),
		"date_completed_gmt": gmt(completed) if completed else None,
		"date_paid_gmt": gmt(paid) if paid else None,
	}


def _gift_cards(order: WooOrder) -> dict[str, Any]:
	if not order.gift_cards:
		return {}
	cards = [{"id": card.id, "code": card.code, "amount": number(card.amount)} for card in order.gift_cards]
	return {"gift_cards": cards}


def _links(order: WooOrder, home: str) -> dict[str, Any]:
	api = f"{home}/wp-json/wc/v3"
	itself = f"{api}/orders/{order.id}"
	links: dict[str, Any] = {
		"self": [{"href": itself, "targetHints": {"allow": METHODS}}],
		"collection": [{"href": f"{api}/orders"}],
		"email_templates": [{"embeddable": True, "href": f"{itself}/actions/email_templates"}],
	}
	if order.story.person and order.story.person.id:
		links["customer"] = [{"href": f"{api}/customers/{order.story.person.id}"}]
	return links


def _digest(order: WooOrder) -> str:
	return md5(f"order {order.id}".encode(), usedforsecurity=False).hexdigest()
