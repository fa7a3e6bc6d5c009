"""Matching listings with Items: what both are, what was proposed, and what is still to be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import frappe

from ...core.catalogue import ItemFacts, ListedVariant, Proposal
from . import bulk

_LISTED = "name, product_id, variant_id, sku, barcode, title, item_code, ignored, chosen, proposed_item"
_COLUMNS = ("match", "proposed_item", "candidates", "match_score")
_BOUND = "item_code IS NOT NULL AND item_code != ''"
# What an import has to do: certain matches, new Items, and what a person confirmed.
_TO_DO = f"""store = %s AND gone = 0 AND ignored = 0 AND NOT ({_BOUND})
	AND (`match` IN ('sku', 'barcode', 'create') OR (chosen = 1 AND proposed_item != ''))"""
_ITEMS = 2000


def listed(store: str, product_id: str | None = None) -> list[ListedVariant]:
	"""See `GoodsBooks.listed`; without those that the store has no more."""
	one = "" if product_id is None else "AND product_id = %(product)s"
	rows = frappe.db.sql(
		f"SELECT {_LISTED} FROM `tabStore Listing` WHERE store = %(store)s AND gone = 0 {one}"
		" ORDER BY product_id, variant_id",
		{"store": store, "product": product_id},
		as_dict=True,
	)
	return [_listed(row) for row in rows]


def _listed(row: Any) -> ListedVariant:
	return ListedVariant(
		name=row.name,
		product_id=row.product_id,
		variant_id=row.variant_id or "",
		sku=row.sku or None,
		barcode=row.barcode or None,
		title=row.title or "",
		item_code=row.item_code or None,
		ignored=bool(row.ignored),
		chosen=(row.proposed_item or None) if row.chosen else None,
	)


def item_facts() -> Iterator[ItemFacts]:
	"""See `GoodsBooks.item_facts`: in portions, those that cannot be sold marked so."""
	last = ""
	while rows := _items_after(last):
		barcodes = _barcodes([row[0] for row in rows])
		for name, title, usable in rows:
			yield ItemFacts(
				item_code=name, name=title or "", usable=bool(usable), barcodes=tuple(barcodes.get(name, ()))
			)
		last = rows[-1][0]


def _items_after(name: str) -> list[tuple[str, str | None, int]]:
	return list(
		frappe.db.sql(
			"SELECT name, item_name, disabled = 0 AND is_sales_item = 1 AND has_variants = 0 FROM `tabItem`"
			" WHERE name > %s ORDER BY name LIMIT %s",
			(name, _ITEMS),
		)
	)


def _barcodes(items: Sequence[str]) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	rows = frappe.db.sql(
		"SELECT parent, barcode FROM `tabItem Barcode` WHERE parenttype = 'Item' AND barcode != ''"
		f" AND parent IN ({bulk.marks(items)}) ORDER BY parent, idx",
		items,
	)
	for item, barcode in rows:
		found.setdefault(item, []).append(barcode)
	return found


def record(proposals: Sequence[Proposal]) -> int:
	"""Write those that differ; how many. A listing that was bound meanwhile keeps its state."""
	known = _recorded([proposal.listing for proposal in proposals])
	changed = {
		proposal.listing: row
		for proposal in proposals
		if (before := known.get(proposal.listing)) and (row := _row(proposal, before)) != before.row
	}
	bulk.update("Store Listing", changed)
	return len(changed)


class _Recorded(NamedTuple):
	row: dict[str, Any]
	chosen: bool  # a person chose the Item: it stays


def _recorded(names: Sequence[str]) -> dict[str, _Recorded]:
	found: dict[str, _Recorded] = {}
	for portion in bulk.portions(names):
		rows = frappe.db.sql(
			"SELECT name, `match`, proposed_item, candidates, match_score, chosen FROM `tabStore Listing`"
			f" WHERE name IN ({bulk.marks(portion)})",
			list(portion),
		)
		for name, *columns, chosen in rows:
			match, item, text, score = columns
			row = dict(zip(_COLUMNS, (match or "", item or None, text or None, float(score)), strict=True))
			found[name] = _Recorded(row, bool(chosen))
	return found


def _row(proposal: Proposal, before: _Recorded) -> dict[str, Any]:
	item = None if proposal.match == "bound" else proposal.item_code
	return {
		"match": proposal.match,
		"proposed_item": before.row["proposed_item"] if before.chosen else item,
		"candidates": "\n".join(proposal.candidates) or None,
		"match_score": proposal.score or 0.0,
	}


def to_import(store: str, after: str, limit: int) -> list[str]:
	"""See `GoodsBooks.to_import`."""
	rows = frappe.db.sql(
		f"SELECT DISTINCT product_id FROM `tabStore Listing` WHERE {_TO_DO} AND product_id > %s"
		" ORDER BY product_id LIMIT %s",
		(store, after, limit),
	)
	return [str(row[0]) for row in rows]


def import_size(store: str) -> tuple[int, int]:
	"""See `GoodsBooks.import_size`."""
	to_do = frappe.db.sql(f"SELECT COUNT(*) FROM `tabStore Listing` WHERE {_TO_DO}", store)
	bound = frappe.db.sql(
		f"SELECT COUNT(*) FROM `tabStore Listing` WHERE store = %s AND gone = 0 AND {_BOUND}", store
	)
	return int(to_do[0][0]), int(bound[0][0])
