"""Makes locations keep inventory items, several items a request, before their first quantity is set.

Source: https://shopify.dev/docs/api/admin-graphql/latest/mutations/inventoryBulkToggleActivation
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from .catalogue import gid
from .client import Admin, Json, TooCostly
from .graphql_parts import number_in

_ITEMS = 40  # in one request: a mutation costs ten points, what it returns some more
Place = tuple[str, str]  # inventory item and location
Failure = tuple[str, bool]  # the store's words, and whether the item is gone


def activated(admin: Admin, places: Sequence[Place]) -> tuple[dict[Place, int | None], dict[Place, Failure]]:
	"""What each place shows now, None where the store does not say; and the places that will not keep it."""
	wanted = {item: [place for _, place in pairs] for item, pairs in _by_item(places)}
	shown: dict[Place, int | None] = {}
	failed: dict[Place, Failure] = {}
	items, start, size = list(wanted), 0, _ITEMS
	while start < len(items):
		part = items[start : start + size]
		try:
			payloads = _toggled(admin, {item: wanted[item] for item in part})
		except TooCostly:
			if size == 1:
				raise
			size = max(1, size // 2)
			continue
		for item in part:
			_sort(item, wanted[item], payloads.get(item) or {}, shown, failed)
		start += len(part)
	return shown, failed


def activation_document(items: int) -> str:
	"""The mutation of so many items $i0, $i1, … at their locations $u0, $u1, …"""
	declared = ", ".join(f"$i{n}: ID!, $u{n}: [InventoryBulkToggleActivationInput!]!" for n in range(items))
	fields = "".join(
		f"""
  a{n}: inventoryBulkToggleActivation(inventoryItemId: $i{n}, inventoryItemUpdates: $u{n}) {{
    ...Activated
  }}"""
		for n in range(items)
	)
	return f"""mutation Activate({declared}) {{{fields}
}}

fragment Activated on InventoryBulkToggleActivationPayload {{
  inventoryLevels {{
    location {{
      id
    }}
    quantities(names: ["available"]) {{
      quantity
    }}
  }}
  userErrors {{
    code
    field
    message
  }}
}}
"""


def _by_item(places: Sequence[Place]) -> Any:
	return groupby(sorted(set(places)), key=lambda place: place[0])


def _toggled(admin: Admin, wanted: dict[str, list[str]]) -> dict[str, Json]:
	variables: Json = {}
	for n, (item, places) in enumerate(wanted.items()):
		variables[f"i{n}"] = gid("InventoryItem", item)
		variables[f"u{n}"] = [{"locationId": gid("Location", p), "activate": True} for p in places]
	text = activation_document(len(wanted))
	data = admin.attempt(f"activate_{len(wanted)}", variables, repeatable=True, text=text)
	return {item: data.get(f"a{n}") or {} for n, item in enumerate(wanted)}


def _sort(
	item: str,
	places: Sequence[str],
	payload: Json,
	shown: dict[Place, int | None],
	failed: dict[Place, Failure],
) -> None:
	"""File the answer about one item under its places; an error that names no place is about all."""
	for level in payload.get("inventoryLevels") or ():
		quantity: Json = next(iter(level.get("quantities") or ()), {})
		shown[item, str(number_in(level["location"]["id"]))] = quantity.get("quantity")
	for error in payload.get("userErrors") or ():
		named = [int(step) for step in error.get("field") or () if str(step).isdigit()]
		about = [places[n] for n in named if n < len(places)] or places
		failure = (
			str(error.get("message") or error.get("code")),
			error.get("code") == "INVENTORY_ITEM_NOT_FOUND",
		)
		failed |= {(item, place): failure for place in about}
