"""Mutations of stock: quantities with compare-and-set, activation at locations, inventory items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify.facts import timestamp
from ecommerce_sync.sandbox.shopify.graph_stock import level_data, number_of, place_data
from ecommerce_sync.sandbox.shopify.idempotency import Idempotent
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.product_edits import ProductEdits
from ecommerce_sync.sandbox.shopify.records import Variant
from ecommerce_sync.sandbox.shopify.views import item_data

Json = dict[str, Any]
REASONS = frozenset(
	"""correction cycle_count_available damaged movement_canceled movement_created movement_received
	movement_updated other promotion quality_control received reservation_created reservation_deleted
	reservation_updated restock safety_stock shrinkage""".split()
)
_HIGHEST = 1_000_000_000
_MESSAGES = {
	"INVALID_INVENTORY_ITEM": "The specified inventory item could not be found.",
	"INVALID_LOCATION": "The specified location could not be found.",
	"NON_MUTABLE_INVENTORY_ITEM": "The specified inventory item is not allowed to be adjusted via API.",
	"NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": (
		"The combination of inventoryItemId and locationId must be unique."
	),
	"INVALID_QUANTITY_NEGATIVE": "The quantity can't be negative.",
	"INVALID_QUANTITY_TOO_HIGH": "The total quantity can't be higher than 1,000,000,000.",
	"INVALID_NAME": "The quantity name must be either 'available' or 'on_hand'.",
	"INVALID_REASON": "The specified reason is invalid.",
	"INVALID_REFERENCE_DOCUMENT": "The specified reference document is invalid.",
	"CHANGE_FROM_QUANTITY_STALE": "The changeFromQuantity value does not match persisted value.",
}
_TOGGLE_MESSAGES = {
	"INVENTORY_ITEM_NOT_FOUND": "The inventory item was not found.",
	"LOCATION_NOT_FOUND": "The location was not found.",
	"COMMITTED_INVENTORY_AT_LOCATION": (
		"Cannot unstock this inventory item from this location because it has committed quantities."
	),
	"CANNOT_DEACTIVATE_FROM_ONLY_LOCATION": (
		"Cannot unstock an inventory item from the only location at which it is stocked."
	),
}


class StockEdits:
	"""Resolvers over a shop's stock. All or nothing: one wrong quantity and none is set."""

	def __init__(self, stock: Inventory, products: ProductEdits) -> None:
		self.stock, self.products = stock, products
		self._groups = count(1)

	def mutations(self) -> dict[str, Any]:
		"""By field of Mutation."""
		return {
			"inventorySetQuantities": Idempotent(self._set, _refused_set),
			"inventoryActivate": Idempotent(self._activate, _refused_activation),
			"inventoryBulkToggleActivation": self._toggle,
			"inventoryItemUpdate": self._update_item,
		}

	# inventorySetQuantities

	def _set(self, input: Json) -> Json:
		_demand_compare(input["quantities"])
		errors = [*self._head_errors(input), *self._errors(input)]
		if errors:
			return {"inventoryAdjustmentGroup": None, "userErrors": errors}
		changes = [change for given in input["quantities"] for change in self._set_one(input["name"], given)]
		return {"inventoryAdjustmentGroup": self._group(input, changes), "userErrors": []}

	def _head_errors(self, input: Json) -> Iterator[Json]:
		if input["name"] not in ("available", "on_hand"):
			yield _error("INVALID_NAME", "input", "name")
		if input["reason"] not in REASONS:
			yield _error("INVALID_REASON", "input", "reason")
		document = input.get("referenceDocumentUri")
		if document is not None and not re.fullmatch(r"[a-z][a-z0-9+.-]*://\S+", document):
			yield _error("INVALID_REFERENCE_DOCUMENT", "input", "referenceDocumentUri")

	def _errors(self, input: Json) -> Iterator[Json]:
		seen: set[tuple[str, str]] = set()
		for place, given in enumerate(input["quantities"]):
			pair = (given["inventoryItemId"], given["locationId"])
			for code, name in self._wrong(input["name"], given, pair in seen):
				yield _error(code, "input", "quantities", str(place), *name)
			seen.add(pair)

	def _wrong(self, name: str, given: Json, is_double: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
		variant, location_id = self._pair(given)
		if is_double:
			yield "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", ("locationId",)
		if variant is None:
			yield "INVALID_INVENTORY_ITEM", ("inventoryItemId",)
		elif variant.parts:
			yield "NON_MUTABLE_INVENTORY_ITEM", ("inventoryItemId",)
		if location_id not in self.stock.locations:
			yield "INVALID_LOCATION", ("locationId",)
		if not 0 <= given["quantity"] <= _HIGHEST:
			is_low = given["quantity"] < 0
			yield f"INVALID_QUANTITY_{'NEGATIVE' if is_low else 'TOO_HIGH'}", ("quantity",)
		expected = given["changeFromQuantity"]
		if variant is not None and location_id in self.stock.locations and expected is not None:
			if expected != self.stock.level(variant, location_id).quantity(name):
				yield "CHANGE_FROM_QUANTITY_STALE", ("changeFromQuantity",)

	def _pair(self, given: Json) -> tuple[Variant | None, int]:
		return self._item(given["inventoryItemId"]), number_of(given["locationId"])

	def _item(self, gid: str) -> Variant | None:
		return self.stock.goods.item(number_of(gid)) if "/InventoryItem/" in gid else None

	def _set_one(self, name: str, given: Json) -> Iterator[Json]:
		variant, location_id = self._pair(given)
		assert variant is not None, "checked before"
		level = self.stock.level(variant, location_id)
		delta = given["quantity"] - level.quantity(name)
		if level.is_active:
			self.stock.put(variant, location_id, level.available + delta)
		else:
			self.stock.pile_up(variant, location_id, given["quantity"])
		for changed in ("available", "on_hand") if delta else ():
			yield {
				"name": changed,
				"delta": delta,
				"quantityAfterChange": level.quantity(changed),
				"item": item_data(self.stock, variant),
				"location": place_data(self.stock, location_id),
				"ledgerDocumentUri": None,
			}

	def _group(self, input: Json, changes: list[Json]) -> Json:
		return {
			"__typename": "InventoryAdjustmentGroup",
			"id": f"gid://shopify/InventoryAdjustmentGroup/{next(self._groups)}",
			"createdAt": timestamp(self.stock.goods.clock()),
			"reason": input["reason"],
			"referenceDocumentUri": input.get("referenceDocumentUri"),
			"changes": lambda quantityNames=None, **_: [
				change for change in changes if quantityNames is None or change["name"] in quantityNames
			],
		}

	# Activation

	def _activate(
		self,
		inventoryItemId: str,
		locationId: str,
		available: int | None = None,
		onHand: int | None = None,
		**_: Any,
	) -> Json:
		variant, location_id = self._item(inventoryItemId), number_of(locationId)
		if variant is None:
			return _refused_activation("", "The inventory item could not be found.", "inventoryItemId")
		if location_id not in self.stock.locations:
			return _refused_activation("", "The location could not be found.", "locationId")
		level = self.stock.level(variant, location_id)
		quantity = onHand if available is None else available
		if level.is_active and quantity is not None:
			words = "Not allowed to set available quantity when the item is already active at the location."
			return _refused_activation("", words, "available")
		self.stock.activate(variant, location_id, quantity)
		return {"inventoryLevel": level_data(self.stock, variant, location_id), "userErrors": []}

	def _toggle(self, inventoryItemId: str, inventoryItemUpdates: list[Json]) -> Json:
		variant = self._item(inventoryItemId)
		if variant is None:
			return _refused_toggle("INVENTORY_ITEM_NOT_FOUND", "inventoryItemId")
		errors = [
			_toggle_error(code, place)
			for place, update in enumerate(inventoryItemUpdates)
			for code in self._toggle_errors(variant, update)
		]
		if errors:
			return {"inventoryItem": None, "inventoryLevels": None, "userErrors": errors}
		changed = [self._toggled(variant, update) for update in inventoryItemUpdates]
		levels = [level for level in changed if level is not None]
		return {"inventoryItem": item_data(self.stock, variant), "inventoryLevels": levels, "userErrors": []}

	def _toggle_errors(self, variant: Variant, update: Json) -> Iterator[str]:
		location_id = number_of(update["locationId"])
		if location_id not in self.stock.locations:
			yield "LOCATION_NOT_FOUND"
			return
		level = self.stock.level(variant, location_id)
		if update["activate"] or not level.is_active:
			return
		if level.committed:
			yield "COMMITTED_INVENTORY_AT_LOCATION"
		elif [place for place, _ in self.stock.levels(variant)] == [location_id]:
			yield "CANNOT_DEACTIVATE_FROM_ONLY_LOCATION"

	def _toggled(self, variant: Variant, update: Json) -> Any:
		location_id = number_of(update["locationId"])
		if update["activate"]:
			self.stock.activate(variant, location_id)
			return level_data(self.stock, variant, location_id)
		self.stock.deactivate(variant, location_id)
		return None

	# inventoryItemUpdate

	def _update_item(self, id: str, input: Json) -> Json:
		variant = self._item(id)
		if variant is None:
			return {"inventoryItem": None, "userErrors": [_plain("The inventory item does not exist", "id")]}
		errors = [_plain(words, "input", *field) for field, _, words in self.products.item_errors(input)]
		if errors:
			return {"inventoryItem": None, "userErrors": errors}
		self.products.change_item(variant, input)
		return {"inventoryItem": item_data(self.stock, variant), "userErrors": []}


def _demand_compare(quantities: list[Json]) -> None:
	"""The schema lets changeFromQuantity away, the store does not: null is to be said."""
	if any("changeFromQuantity" not in given for given in quantities):
		message = "InventoryQuantityInput must include the following argument: changeFromQuantity."
		raise GraphQLError(message, extensions={"code": "INVALID_FIELD_ARGUMENTS"})


def _error(code: str, *field: str) -> Json:
	return {"code": code, "field": list(field), "message": _MESSAGES[code]}


def _plain(message: str, *field: str) -> Json:
	return {"field": list(field) or None, "message": message}


def _refused_set(code: str, message: str) -> Json:
	return {
		"inventoryAdjustmentGroup": None,
		"userErrors": [{"code": code, "field": None, "message": message}],
	}


def _refused_activation(code: str, message: str, *field: str) -> Json:
	"""`UserError` has no code; the words have to do."""
	return {"inventoryLevel": None, "userErrors": [_plain(message, *field)]}


def _refused_toggle(code: str, *field: str) -> Json:
	error = {"code": code, "field": list(field), "message": _TOGGLE_MESSAGES[code]}
	return {"inventoryItem": None, "inventoryLevels": None, "userErrors": [error]}


def _toggle_error(code: str, place: int) -> Json:
	field = ["inventoryItemUpdates", str(place), "locationId"]
	return {"code": code, "field": field, "message": _TOGGLE_MESSAGES[code]}
