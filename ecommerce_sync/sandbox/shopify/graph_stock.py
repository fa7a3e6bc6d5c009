"""GraphQL data of stock: InventoryItem, InventoryLevel and the levels of a Location."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify.facts import timestamp
from ecommerce_sync.sandbox.shopify.goods_payload import level_gid
from ecommerce_sync.sandbox.shopify.inventory import Inventory
from ecommerce_sync.sandbox.shopify.paging import by_id
from ecommerce_sync.sandbox.shopify.records import Level, Variant
from ecommerce_sync.sandbox.shopify.shop import StoreLocation, location_data
from ecommerce_sync.sandbox.shopify.views import (
	Fields,
	View,
	constant,
	counted,
	item_data,
	read,
	time,
	variant_data,
)

Json = dict[str, Any]
QUANTITIES = "available committed damaged incoming on_hand quality_control reserved safety_stock".split()


def level_data(stock: Inventory, variant: Variant, location_id: int) -> View:
	"""An `InventoryLevel`."""
	return View(LEVEL, stock, (variant, location_id, stock.level(variant, location_id)))


def place_data(stock: Inventory, location_id: int) -> Json | None:
	"""A `Location` with its levels."""
	location = stock.locations.get(location_id)
	if location is None:
		return None
	if location_id not in stock.shown:
		stock.shown[location_id] = _place(stock, location)
	return stock.shown[location_id]


def _place(stock: Inventory, location: StoreLocation) -> Json:
	location_id = location.id
	return {
		**location_data(location),
		"hasUnfulfilledOrders": False,
		"metafields": [],
		"metafield": lambda key, namespace=None: None,
		"inventoryLevel": lambda inventoryItemId, includeInactive=False: _shown(
			stock, stock.goods.item(number_of(inventoryItemId)), location_id, includeInactive
		),
		"inventoryLevels": lambda **arguments: _levels_at(stock, location_id, arguments),
	}


def number_of(gid: str) -> int:
	"""The number in a global id; 0, which nothing has, where there is none."""
	number = gid.partition("?")[0].rpartition("/")[2]
	return int(number) if number.isdigit() else 0


def _shown(stock: Inventory, variant: Variant | None, location_id: int, inactive: bool) -> View | None:
	if variant is None or location_id not in stock.locations:
		return None
	level = stock.level(variant, location_id)
	return level_data(stock, variant, location_id) if level.is_active or inactive else None


def _levels_at(stock: Inventory, location_id: int, arguments: Json) -> Json:
	"""A page of a place's items by id."""
	if arguments.get("query"):
		raise GraphQLError("The emulated store does not filter a location's levels.")
	variants = stock.goods.variants
	ids = stock.goods.variant_ids if arguments.get("includeInactive") else stock.stocked(location_id)
	return by_id(ids, arguments, lambda number: level_data(stock, variants[number], location_id))


def _level_of(stock: Inventory, variant: Variant) -> Any:
	return lambda locationId, includeInactive=False: _shown(
		stock, variant, number_of(locationId), includeInactive
	)


def _levels_of(stock: Inventory, variant: Variant) -> Any:
	def page(includeInactive: bool = False, query: str | None = None, **arguments: Any) -> Json:
		if query:
			raise GraphQLError("The emulated store does not filter an item's levels.")
		ids = sorted(location_id for location_id, _ in stock.levels(variant, includeInactive))
		return by_id(ids, arguments, lambda location_id: level_data(stock, variant, location_id))

	return page


def _quantities(stock: Inventory, record: tuple[Variant, int, Level]) -> Any:
	return lambda names: [_quantity(record, name) for name in names]


def _quantity(record: tuple[Variant, int, Level], name: str) -> Json:
	if name not in QUANTITIES:
		raise GraphQLError(f"The quantity name {name!r} is none of {QUANTITIES}.")
	variant, location_id, level = record
	return {
		"__typename": "InventoryQuantity",
		"id": f"{level_gid(variant.id, location_id).replace('Level', 'Quantity')}&name={name}",
		"name": name,
		"quantity": level.quantity(name),
		"updatedAt": timestamp(level.updated_at),
	}


def _same_sku(stock: Inventory, variant: Variant) -> int:
	return max(0, len(stock.goods.by_sku.get((variant.sku or "").lower(), {})) - 1)


ITEM: Fields = {
	"__typename": constant("InventoryItem"),
	"id": lambda _stock, variant: f"gid://shopify/InventoryItem/{variant.item_id}",
	"legacyResourceId": lambda _stock, variant: str(variant.item_id),
	"sku": read("sku"),
	"tracked": read("tracked"),
	"trackedEditable": constant({"locked": False, "reason": None}),
	"requiresShipping": read("requires_shipping"),
	"harmonizedSystemCode": read("customs_code"),
	"countryCodeOfOrigin": read("origin"),
	"provinceCodeOfOrigin": read("province"),
	"measurement": lambda _stock, variant: {
		"id": f"gid://shopify/InventoryItemMeasurement/{variant.item_id}",
		"weight": {"value": variant.weight, "unit": variant.weight_unit},
	},
	"unitCost": lambda stock, variant: (
		None
		if variant.cost is None
		else {"amount": str(variant.cost), "currencyCode": stock.goods.shop.currency}
	),
	"duplicateSkuCount": _same_sku,
	"inventoryHistoryUrl": constant(None),
	"locationsCount": lambda stock, variant: counted(len(list(stock.levels(variant)))),
	"inventoryLevel": _level_of,
	"inventoryLevels": _levels_of,
	"variants": lambda stock, variant: [variant_data(stock, variant)],
	"createdAt": time("created_at"),
	"updatedAt": time("updated_at"),
}
LEVEL: Fields = {
	"__typename": constant("InventoryLevel"),
	"id": lambda _stock, record: level_gid(record[0].id, record[1]),
	"item": lambda stock, record: item_data(stock, record[0]),
	"location": lambda stock, record: place_data(stock, record[1]),
	"isActive": lambda _stock, record: record[2].is_active,
	"canDeactivate": lambda _stock, record: record[2].is_active and not record[2].committed,
	"deactivationAlert": constant(None),
	"quantities": _quantities,
	"createdAt": lambda _stock, record: timestamp(record[0].created_at),
	"updatedAt": lambda _stock, record: timestamp(record[2].updated_at),
}
