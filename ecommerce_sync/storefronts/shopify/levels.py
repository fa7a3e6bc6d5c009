"""Reads quantities from the Admin API: of some listings, or of all that the store sells.

The documents are made for the occasion, one field for each location, so that a page of 250 listings at
four locations stays far below the 1,000 points that one query may cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ...core.products import StockLevel
from ..goods import StockKey
from .catalogue import behind, gid, is_id
from .client import Admin, Json, TooCostly
from .graphql_parts import nodes, number_in
from .reading import Node

_PAGE = 250  # ids that Shopify takes in a list, objects that it gives in a page
_LOCATIONS = 4


def levels_of(admin: Admin, keys: Sequence[StockKey], locations: Sequence[str]) -> Iterator[StockLevel]:
	"""What the store shows for the listings; none for those that it does not know."""
	start, size = 0, _PAGE
	while start < len(keys):
		part = keys[start : start + size]
		try:
			found = list(_levels(admin, part, locations))
		except TooCostly:
			if size == 1:
				raise
			size = max(1, size // 2)
			continue
		yield from found
		start += len(part)


def all_levels(admin: Admin, locations: Sequence[str]) -> Iterator[StockLevel]:
	"""The same of all variants, page after page by ascending id."""
	for places in _groups(locations):
		yield from _all_at(admin, places)


def items_of(admin: Admin, variants: Sequence[str]) -> dict[str, str]:
	"""Inventory items of variants, by their ids; those that are gone are missing."""
	found: dict[str, str] = {}
	for start in range(0, len(variants), _PAGE):
		ids = [gid("ProductVariant", variant) for variant in variants[start : start + _PAGE]]
		given = admin.query("levels_0", {"ids": ids}, text=levels_document(0)).get("nodes") or ()
		found |= {_number(node): _number(node["inventoryItem"]) for node in given if node}
	return found


def levels_document(locations: int) -> str:
	"""The query of inventory items and variants by id, at so many locations $l0, $l1, …"""
	return f"""# Quantities of inventory items, or of variants where only those are known.
query Levels($ids: [ID!]!{_declared(locations)}) {{
  nodes(ids: $ids) {{
    ... on InventoryItem {{
      ...Levels
    }}
    ... on ProductVariant {{
      id
      inventoryItem {{
        ...Levels
      }}
    }}
  }}
}}
{_fragment(locations)}"""


def all_levels_document(locations: int) -> str:
	"""The query of a page of all variants, at so many locations $l0, $l1, …"""
	return f"""# Quantities of all variants, by ascending id.
query AllLevels($query: String, $first: Int!{_declared(locations)}) {{
  productVariants(first: $first, query: $query, sortKey: ID) {{
    pageInfo {{
      hasNextPage
    }}
    nodes {{
      id
      product {{
        id
      }}
      inventoryItem {{
        ...Levels
      }}
    }}
  }}
}}
{_fragment(locations)}"""


def _declared(locations: int) -> str:
	return "".join(f", $l{place}: ID!" for place in range(locations))


def _fragment(locations: int) -> str:
	fields = "".join(
		f"""
  l{place}: inventoryLevel(locationId: $l{place}) {{
    quantities(names: ["available"]) {{
      quantity
      updatedAt
    }}
  }}"""
		for place in range(locations)
	)
	return f"""fragment Levels on InventoryItem {{
  id{fields}
}}
"""


def _levels(admin: Admin, keys: Sequence[StockKey], locations: Sequence[str]) -> Iterator[StockLevel]:
	asked: dict[str, list[StockKey]] = {}
	for key in keys:
		if is_id(key.inventory_id or key.variant_id):
			asked.setdefault(_asked(key), []).append(key)
	for places in _groups(locations) if asked else ():
		name, text = f"levels_{len(places)}", levels_document(len(places))
		found = admin.query(name, {"ids": list(asked), **_variables(places)}, text=text).get("nodes") or ()
		for node in found:
			for key in asked.get(node["id"], ()) if node else ():
				item = node.get("inventoryItem") or node
				yield from _of_item(item, places, product_id=key.product_id, variant_id=key.variant_id)


def _all_at(admin: Admin, places: Sequence[str]) -> Iterator[StockLevel]:
	last, name, text = None, f"all_levels_{len(places)}", all_levels_document(len(places))
	while True:
		given = {"query": behind(last), "first": _PAGE, **_variables(places)}
		page = admin.query(name, given, text=text)
		variants = nodes(page, "productVariants")
		for variant in variants:
			ids = {"product_id": _number(variant["product"]), "variant_id": _number(variant)}
			yield from _of_item(variant["inventoryItem"], places, **ids)
		if not (variants and page["productVariants"]["pageInfo"]["hasNextPage"]):
			return
		last = _number(variants[-1])


def _of_item(item: Mapping[str, Any], places: Sequence[str], **ids: str) -> Iterator[StockLevel]:
	for number, place in enumerate(places):
		level = item.get(f"l{number}")
		quantity: Json = next(iter((level or {}).get("quantities") or ()), {})
		yield StockLevel(
			location_id=place,
			quantity=quantity.get("quantity"),
			inventory_id=_number(item),
			stocked=level is not None,
			at=_time(quantity),
			**ids,
		)


def _asked(key: StockKey) -> str:
	if key.inventory_id:
		return gid("InventoryItem", key.inventory_id)
	return gid("ProductVariant", key.variant_id)


def _groups(locations: Sequence[str]) -> Iterator[list[str]]:
	known = [place for place in dict.fromkeys(locations) if is_id(place)]
	for start in range(0, len(known), _LOCATIONS):
		yield known[start : start + _LOCATIONS]


def _variables(places: Sequence[str]) -> Json:
	return {f"l{number}": gid("Location", place) for number, place in enumerate(places)}


def _time(quantity: Mapping[str, Any]) -> datetime | None:
	return Node(quantity).time("updatedAt")


def _number(node: Mapping[str, Any]) -> str:
	return str(number_in(node["id"]))
