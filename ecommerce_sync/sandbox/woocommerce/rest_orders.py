"""REST v3 of orders and of what belongs to them: refunds and notes; and the tracking plugins' own namespace."""

from __future__ import annotations

from typing import Any

from ecommerce_sync.sandbox.woocommerce import trackings
from ecommerce_sync.sandbox.woocommerce.edits import order_edit
from ecommerce_sync.sandbox.woocommerce.endpoint import Answer, Endpoint
from ecommerce_sync.sandbox.woocommerce.errors import RestError, missing_param, no_route
from ecommerce_sync.sandbox.woocommerce.notes import Note
from ecommerce_sync.sandbox.woocommerce.orders import WooOrder
from ecommerce_sync.sandbox.woocommerce.params import chosen_orders, chosen_refunds, one_of, page_of
from ecommerce_sync.sandbox.woocommerce.refund_json import listed_json, refund_json
from ecommerce_sync.sandbox.woocommerce.refund_requests import asked_amount, asked_parts
from ecommerce_sync.sandbox.woocommerce.refunds import Refund
from ecommerce_sync.sandbox.woocommerce.store import not_found

TRACKING = "/wp-json/wc-shipment-tracking/v3/orders"


class OrderEndpoints(Endpoint):
	"""Orders, their refunds and notes."""

	def list_orders(self) -> Answer:
		self._may("list")
		page = page_of(self.args)
		found = chosen_orders(
			list(self.store.orders.values()), self.args, self.store.settings.custom_statuses
		)
		shown = [order.as_json(self.store.url) for order in page.of(found)]
		return Answer(self._fields(shown), headers=page.headers(self._here, self._plain_args(), len(found)))

	def get_order(self, id: int) -> Answer:
		self._may("view")
		return Answer(self._fields([self._order(id).as_json(self.store.url)])[0])

	def put_order(self, id: int) -> Answer:
		self._may("edit")
		order, body = self._order(id, missing_status=400), self.body()
		change = order_edit(order, body, self.store)
		return Answer(self.store.save(order, change).as_json(self.store.url))

	def delete_order(self, id: int) -> Answer:
		self._may("delete")
		order, force = self._order(id), self._flag("force")
		if order.status == "trash" and not force:
			raise RestError(
				"woocommerce_rest_already_trashed", "The shop_order has already been deleted.", 410
			)
		return Answer(self.store.delete(order, force=force).as_json(self.store.url))

	def list_refunds(self, order_id: int) -> Answer:
		self._may("list")
		order = self._refunded_order(order_id)
		found = chosen_refunds([(order, refund) for refund in order.refunds], self.args)
		return self._listed([refund_json(*each, self.store.url) for each in found])

	def list_all_refunds(self) -> Answer:
		self._may("list")
		every = [(order, refund) for order in list(self.store.orders.values()) for refund in order.refunds]
		return self._listed([listed_json(*each, self.store.url) for each in chosen_refunds(every, self.args)])

	def get_refund(self, order_id: int, id: int) -> Answer:
		self._may("view")
		order = self._refunded_order(order_id)
		return Answer(refund_json(order, _refund(order, id), self.store.url))

	def post_refund(self, order_id: int) -> Answer:
		"""`api_refund` and `api_restock` are true for whoever does not say otherwise."""
		self._may("create")
		order, body = self._refunded_order(order_id), self.body()
		parts = asked_parts(order, body)
		meta = tuple((row["key"], row.get("value")) for row in body.get("meta_data") or ())
		refund = self.store.add_refund(
			order,
			asked_amount(body, parts),
			parts,
			str(body.get("reason") or ""),
			_true(body.get("api_refund")),
			_true(body.get("api_restock")),
			meta,
		)
		answer = refund_json(self.store.order(order), refund, self.store.url)
		return Answer(answer, 201, {"Location": f"{self._here}/{refund.id}"})

	def delete_refund(self, order_id: int, id: int) -> Answer:
		"""Takes the refund away; money and goods stay where they are."""
		self._may("delete")
		order = self._refunded_order(order_id)
		refund = _refund(order, id)
		self.store.remove_refund(order, refund)
		return Answer(refund_json(order, refund, self.store.url))

	def list_notes(self, order_id: int) -> Answer:
		self._may("list")
		kind = one_of(self.args, "type", ("any", "customer", "internal"), "any")
		notes = self.store.notes.of(self._noted(order_id).id)
		shown = [note for note in notes if kind == "any" or note.to_customer == (kind == "customer")]
		return Answer([self._note_json(note) for note in shown])

	def get_note(self, order_id: int, id: int) -> Answer:
		self._may("view")
		return Answer(self._note_json(self._note(order_id, id)))

	def post_note(self, order_id: int) -> Answer:
		self._may("create")
		order, body = self._noted(order_id), self.body()
		if not isinstance(body.get("note"), str):
			raise missing_param("note")
		author = "admin" if body.get("added_by_user") else "system"
		note = self.store.notes.add(order.id, body["note"], bool(body.get("customer_note")), author)
		return Answer(self._note_json(note), 201, {"Location": f"{self._here}/{note.id}"})

	def delete_note(self, order_id: int, id: int) -> Answer:
		self._may("delete")
		note = self._note(order_id, id)
		if not self._flag("force"):
			message = "Webhooks do not support trashing."
			raise RestError("woocommerce_rest_trash_not_supported", message, 501)
		self.store.notes.remove(note)
		return Answer(self._note_json(note))

	def _order(self, id: int, missing_status: int = 404) -> WooOrder:
		if id not in self.store.orders:
			error = not_found("order")
			error.status = missing_status
			raise error
		return self.store.orders[id]

	def _refunded_order(self, id: int) -> WooOrder:
		if id not in self.store.orders:
			raise RestError("woocommerce_rest_invalid_order_id", "Invalid order ID.", 404)
		return self.store.orders[id]

	def _noted(self, id: int) -> WooOrder:
		if id not in self.store.orders:
			raise RestError("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)
		return self.store.orders[id]

	def _note(self, order_id: int, id: int) -> Note:
		note = self.store.notes.get(self._noted(order_id).id, id)
		if note is None:
			raise RestError("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
		return note

	def _note_json(self, note: Note) -> dict[str, Any]:
		return note.as_json(self.store.settings, self.store.url)


class TrackingEndpoints(OrderEndpoints):
	"""Shipment Tracking's REST API, which Advanced Shipment Tracking answers, too; no route without them."""

	def list_trackings(self, order_id: int) -> Answer:
		self._tracked("list")
		order = self._noted(order_id)
		return Answer([self._tracking_json(order, item) for item in trackings.items_of(order)])

	def list_providers(self, order_id: int) -> Answer:
		self._tracked("list")
		return Answer(trackings.PROVIDERS)

	def get_tracking(self, order_id: int, tracking_id: str) -> Answer:
		self._tracked("view")
		order = self._noted(order_id)
		return Answer(self._tracking_json(order, self._entry(order, tracking_id)))

	def post_tracking(self, order_id: int) -> Answer:
		self._tracked("create")
		order, body = self._noted(order_id), self.body()
		if not body.get("tracking_number"):
			raise missing_param("tracking_number")
		item = trackings.entry(body, self.store.now(), f"{order.id}-{len(trackings.items_of(order))}")
		if self.store.settings.shipment_tracking == "advanced":
			item |= trackings.products(order, trackings.pieces_by_sku(order, body))
		kept = [] if self._replaces(body) else trackings.items_of(order)
		order = self.store.track(order, [*kept, item])
		self._move_status(order, body)
		location = {"Location": f"{self._here}/{item['tracking_id']}"}
		return Answer(self._tracking_json(order, item), 201, location)

	def delete_tracking(self, order_id: int, tracking_id: str) -> Answer:
		self._tracked("delete")
		order = self._noted(order_id)
		item = self._entry(order, tracking_id)
		self.store.track(order, [each for each in trackings.items_of(order) if each != item])
		return Answer(self._tracking_json(order, item))

	def _tracked(self, what: str) -> None:
		if not self.store.settings.shipment_tracking:
			raise no_route()
		self._may(what)

	def _entry(self, order: WooOrder, tracking_id: str) -> dict[str, Any]:
		for item in trackings.items_of(order):
			if item.get("tracking_id") == tracking_id:
				return item
		code = "woocommerce_rest_order_shipment_tracking_invalid_id"
		raise RestError(code, "Invalid shipment tracking ID.", 404)

	def _replaces(self, body: dict[str, Any]) -> bool:
		advanced = self.store.settings.shipment_tracking == "advanced"
		return advanced and str(body.get("replace_tracking") or "0") in ("1", "True")

	def _move_status(self, order: WooOrder, body: dict[str, Any]) -> None:
		"""Advanced Shipment Tracking's `status_shipped`: 1 completes the order, 2 calls it partly shipped."""
		if self.store.settings.shipment_tracking != "advanced":
			return
		status = {"1": "completed", "2": "partial-shipped"}.get(str(body.get("status_shipped") or ""))
		if status == "completed" or status in self.store.settings.custom_statuses:
			self.store.update(order, status=status)

	def _tracking_json(self, order: WooOrder, item: dict[str, Any]) -> dict[str, Any]:
		collection = f"{self.store.url}{TRACKING}/{order.id}/shipment-trackings"
		return trackings.shown(item, order.id, collection, self.store.url)


def _true(value: Any) -> bool:
	"""WooCommerce reads what is no boolean as true."""
	return value if isinstance(value, bool) else True


def _refund(order: WooOrder, id_: int) -> Refund:
	for refund in order.refunds:
		if refund.id == id_:
			return refund
	raise RestError("woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.", 404)
