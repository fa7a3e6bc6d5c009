"""PUT /orders/<id>: what a REST client may change of an order, and what becomes of the order by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from ecommerce_sync.sandbox.story import Person, Place
from ecommerce_sync.sandbox.woocommerce.errors import invalid_param, unsupported
from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.line_edits import rewritten
from ecommerce_sync.sandbox.woocommerce.order_life import payment_complete
from ecommerce_sync.sandbox.woocommerce.orders import STATUSES, WooOrder
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

ADDRESS = {
	"first_name": "first_name",
	"last_name": "last_name",
	"company": "company",
	"address_1": "address1",
	"address_2": "address2",
	"city": "city",
	"state": "province_code",
	"postcode": "zip",
	"country": "country_code",
	"phone": "phone",
}
READ_ONLY = {"id", "number", "total", "date_created", "date_modified", "_links"}  # WordPress drops them
LINES = ("line_items", "shipping_lines", "fee_lines")
LATER = ("set_paid", "payment_method", "payment_method_title", "customer_id")


class Shop(Protocol):
	"""What a store knows that an edit needs."""

	goods: Goods
	settings: StoreSettings


def order_edit(
	order: WooOrder, posted: Mapping[str, Any], shop: Shop
) -> Callable[[WooOrder, datetime], WooOrder]:
	"""What makes the edited order of the one that is stored. Raises RestError 400 for a status or a line that
	does not exist, 501 for what the emulated store cannot change (coupons, among others)."""
	edit: dict[str, Any] = {}
	for name, value in posted.items():
		if name in READ_ONLY or name in LINES or name in LATER or value is None:
			continue
		if name == "status":
			edit.update(_status(value, shop.settings.custom_statuses))
		elif name in WRITERS:
			edit.update(WRITERS[name](order, value))
		else:
			raise unsupported(f"writing an order's {name}")
	rewritten(order, posted, shop.goods, order.date_modified)  # refused before anything is stored

	def change(old: WooOrder, at: datetime) -> WooOrder:
		new = _owned(rewritten(old, posted, shop.goods, at), posted).changed(at, **edit)
		needs_payment = new.status in ("pending", "failed") and new.totals.total > 0
		if posted.get("set_paid") is True and needs_payment:
			return payment_complete(new, at, str(posted.get("transaction_id") or ""))
		return new

	return change


def _owned(order: WooOrder, posted: Mapping[str, Any]) -> WooOrder:
	"""The payment method and the customer."""
	story = order.story
	if posted.get("payment_method") is not None:
		story = replace(story, gateway=str(posted["payment_method"]))
	if isinstance(posted.get("customer_id"), int):
		person = story.person or Person(None, None, None, None)
		story = replace(story, person=replace(person, id=posted["customer_id"] or None))
	return replace(order, story=story)


def _status(value: Any, custom: tuple[str, ...]) -> dict[str, Any]:
	known = ("auto-draft", *STATUSES, *custom)
	if value not in known[1:]:
		message = f"status is not one of {', '.join(known[:-1])}, and {known[-1]}."
		raise invalid_param("status", "rest_not_in_enum", message)
	return {"status": value}


def _billing(order: WooOrder, value: Mapping[str, str]) -> dict[str, Any]:
	edit: dict[str, Any] = {"billing": _place(order.story.billing, value)}
	return {**edit, "email": value["email"]} if "email" in value else edit


def _shipping(order: WooOrder, value: Mapping[str, str]) -> dict[str, Any]:
	return {"shipping": _place(order.story.shipping, value)}


def _note(order: WooOrder, value: str) -> dict[str, Any]:
	return {"note": value}


def _transaction_id(order: WooOrder, value: str) -> dict[str, Any]:
	return {"transaction_id": value}


def _meta(order: WooOrder, value: list[Mapping[str, Any]]) -> dict[str, Any]:
	"""A row names its key, or by its id one that is there already."""
	keys = {row["id"]: row["key"] for row in order.as_json()["meta_data"]}
	return {
		"meta": tuple((item.get("key") or keys.get(item.get("id"), ""), item.get("value")) for item in value)
	}


def _place(place: Place | None, value: Mapping[str, str]) -> Place:
	"""Only the parts that were sent are changed."""
	return replace(
		place or Place(), **{ADDRESS[name]: text for name, text in value.items() if name in ADDRESS}
	)


WRITERS: dict[str, Callable[[WooOrder, Any], dict[str, Any]]] = {
	"customer_note": _note,
	"billing": _billing,
	"shipping": _shipping,
	"meta_data": _meta,
	"transaction_id": _transaction_id,
}
