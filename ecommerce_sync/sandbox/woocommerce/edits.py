"""PUT /orders/<id>: what a REST client may change of an order, and how the emulated store is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ecommerce_sync.sandbox.story import Place
from ecommerce_sync.sandbox.woocommerce.errors import invalid_param, unsupported
from ecommerce_sync.sandbox.woocommerce.orders import STATUSES, WooOrder

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


def order_edit(order: WooOrder, posted: Mapping[str, Any]) -> dict[str, Any]:
	"""The keyword arguments of `WooOrder.changed` for a request body. Raises RestError 400 for a status that
	does not exist, 501 for what the emulated store cannot change (lines, among others)."""
	edit: dict[str, Any] = {}
	for name, value in posted.items():
		if name in READ_ONLY:
			continue
		if name not in WRITERS:
			raise unsupported(f"writing an order's {name}")
		edit.update(WRITERS[name](order, value))
	return edit


def _status(order: WooOrder, value: Any) -> dict[str, Any]:
	if value not in STATUSES:
		message = f"status is not one of {', '.join(STATUSES[:-1])}, and {STATUSES[-1]}."
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
	return {"meta": tuple((item["key"], item["value"]) for item in value)}


def _place(place: Place | None, value: Mapping[str, str]) -> Place:
	"""Only the parts that were sent are changed."""
	return replace(
		place or Place(), **{ADDRESS[name]: text for name, text in value.items() if name in ADDRESS}
	)


WRITERS: dict[str, Callable[[WooOrder, Any], dict[str, Any]]] = {
	"status": _status,
	"customer_note": _note,
	"billing": _billing,
	"shipping": _shipping,
	"meta_data": _meta,
	"transaction_id": _transaction_id,
}
