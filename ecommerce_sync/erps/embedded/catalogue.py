"""What stores sell: listings, what they were proposed to be, and the sizes of an import."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from ...core.catalogue import ItemFacts, ListedVariant, Proposal
from ...core.products import Price, Product, Variant
from .documents import AMONG, many, stamp
from .journal import EmbeddedJournal
from .prices import Prices

Key = tuple[str, str]  # product and variant id
_FACTS = ("sku", "barcode", "title", "inventory_id", "stock_holder", "price", "gone", "state")
_TO_DO = (
	"store = ? AND NOT gone AND NOT ignored AND item_code IS NULL"
	" AND (match IN ('sku', 'barcode', 'create') OR (chosen AND proposed_item IS NOT NULL))"
)


class Catalogue(Prices):
	"""Listings before and after they are bound."""

	def list_products(self, store: str, products: Sequence[Product]) -> int:
		with self.database.transaction():
			known = self._known(store, (product.id for product in products))
			changed = {
				self._list_variant(store, product, variant, known)
				for product in products
				for variant in product.variants
			}
			changed |= self._lost(products, known)
			known = self._known(store, (product.id for product in products))
			changed |= self._levels_listed(
				(known[product.id, variant.id], level)
				for product in products
				for variant in product.variants
				for level in variant.levels
			)
		return len(changed - {""})

	def _known(self, store: str, products: Iterable[str]) -> dict[Key, dict[str, Any]]:
		rows = self._all(
			f"SELECT * FROM listing WHERE store = ? AND product_id {AMONG} ORDER BY rowid",
			store,
			many(products),
		)
		return {(row["product_id"], row["variant_id"]): row for row in rows}

	def _list_variant(
		self, store: str, product: Product, variant: Variant, known: Mapping[Key, dict[str, Any]]
	) -> str:
		"""The name of the listing that was inserted or changed, empty when it stands so already."""
		before, facts = known.get((product.id, variant.id)), _facts(product, variant)
		if before and before["price"] and variant.price == Price.model_validate_json(before["price"]):
			del facts["price"]  # the same amount may be spelled otherwise
		if before is None:
			key = {
				"name": uuid4().hex[:12],
				"store": store,
				"product_id": product.id,
				"variant_id": variant.id,
			}
			return self._insert({**key, **facts})
		after = {**{column: before[column] for column in _FACTS}, **facts}
		if not before["gone"]:
			after["state"] = before["state"]
		if all(before[column] == value for column, value in after.items()):
			return ""
		if before["item_code"] and before["price"] and before["price"] != after["price"]:
			after["price_due"] = stamp()
		if before["item_code"] and before["gone"]:  # back in the store
			after["stock_due"] = after["price_due"] = stamp()
		return self._change(before["name"], after)

	def _insert(self, row: Mapping[str, Any]) -> str:
		self.database.execute(
			f"INSERT INTO listing ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values()
		)
		return str(row["name"])

	def _change(self, name: str, values: Mapping[str, Any]) -> str:
		columns = ", ".join(f"{column} = ?" for column in values)
		self.database.execute(f"UPDATE listing SET {columns} WHERE name = ?", *values.values(), name)
		return name

	def _lost(self, products: Sequence[Product], known: Mapping[Key, dict[str, Any]]) -> set[str]:
		"""Variants that complete products have no more."""
		told = {(product.id, variant.id) for product in products for variant in product.variants}
		complete = {product.id for product in products if product.complete}
		names = {
			row["name"]
			for key, row in known.items()
			if key[0] in complete and key not in told and not row["gone"]
		}
		self._mark_gone(names)
		return names

	def _mark_gone(self, names: Iterable[str]) -> None:
		self.database.execute(
			f"UPDATE listing SET gone = 1, stock_due = NULL, price_due = NULL WHERE name {AMONG}", many(names)
		)

	def product_gone(self, store: str, product_id: str) -> int:
		rows = self._known(store, [product_id]).values()
		names = [row["name"] for row in rows if not row["gone"]]
		self._mark_gone(names)
		return len(names)

	# matching

	def listed(self, store: str, product_id: str | None = None) -> list[ListedVariant]:
		one, values = ("", ()) if product_id is None else (" AND product_id = ?", (product_id,))
		where = f"store = ? AND NOT gone{one}"
		rows = self._all(f"SELECT * FROM listing WHERE {where} ORDER BY rowid", store, *values)
		return [_listed_variant(row) for row in rows]

	def item_facts(self) -> Iterator[ItemFacts]:
		for row in self._all("SELECT name, data FROM document WHERE doctype = 'Item'"):
			data = json.loads(row["data"])
			yield ItemFacts(
				item_code=row["name"],
				name=data["values"].get("title") or "",
				barcodes=tuple(data["barcodes"]),
				usable=usable(data),
			)

	def record_proposals(self, store: str, proposals: Sequence[Proposal]) -> int:
		with self.database.transaction():
			rows = self._all(
				f"SELECT * FROM listing WHERE store = ? AND name {AMONG}",
				store,
				many(proposal.listing for proposal in proposals),
			)
			known = {row["name"]: row for row in rows}
			return sum(self._propose(known[p.listing], p) for p in proposals if p.listing in known)

	def _propose(self, before: Mapping[str, Any], proposal: Proposal) -> bool:
		after = {
			"match": proposal.match,
			"proposed_item": None if proposal.match == "bound" else proposal.item_code,
			"candidates": "\n".join(proposal.candidates) or None,
			"score": proposal.score,
		}
		changed = any(before[column] != value for column, value in after.items())
		return bool(changed and self._change(before["name"], after))

	def choose(self, listing: str, item_code: str) -> None:
		"""Name the Item of an unbound listing, as a person would."""
		self._change(listing, {"proposed_item": item_code, "chosen": 1})

	def leave_out(self, listing: str) -> None:
		"""Say that a listing is not sold through the ERP, as a person would."""
		self._change(listing, {"ignored": 1})

	def sell_as(self, listing: str, pieces: Decimal) -> None:
		"""Say how many stock units one piece of a listing is, as a person would."""
		self._change(listing, {"pieces": f"{pieces:f}"})

	def keep_back(self, listing: str, pieces: Decimal | None) -> None:
		"""Give a listing a buffer of its own, or none again, as a person would."""
		self._change(listing, {"own_buffer": None if pieces is None else f"{pieces:f}"})

	def to_import(self, store: str, after: str, limit: int) -> list[str]:
		rows = self._all(
			f"SELECT DISTINCT product_id FROM listing WHERE {_TO_DO} AND product_id > ?"
			" ORDER BY product_id LIMIT ?",
			store,
			after,
			limit,
		)
		return [row["product_id"] for row in rows]

	def import_size(self, store: str) -> tuple[int, int]:
		to_do = self._all(f"SELECT COUNT(*) AS n FROM listing WHERE {_TO_DO}", store)
		bound = self._all(
			"SELECT COUNT(*) AS n FROM listing WHERE store = ? AND NOT gone AND item_code IS NOT NULL", store
		)
		return to_do[0]["n"], bound[0]["n"]

	def _bind(self, store: str, product: Product, variant: Variant, item_code: str) -> None:
		"""The variant is this Item: due for stock and prices, and what waited for it goes on."""
		row = self._known(store, [product.id]).get((product.id, variant.id))
		name = row["name"] if row else self._list_variant(store, product, variant, {})
		bound = {"item_code": item_code, "match": "bound", "proposed_item": None, "candidates": None}
		self._change(name, {**bound, "chosen": 0, "stock_due": stamp(), "price_due": stamp()})
		causes = [
			f"listing:{store}:{variant.id or product.id}",
			*([f"sku:{variant.sku}"] if variant.sku else []),
		]
		EmbeddedJournal(self.database).release(causes)


def usable(data: Mapping[str, Any]) -> bool:
	"""Whether the Item may be sold."""
	return not data.get("disabled") and not data.get("template")


def decision(row: Mapping[str, Any]) -> Proposal | None:
	"""What was decided about an unbound listing and is not done."""
	chosen = bool(row["chosen"] and row["proposed_item"])
	certain = row["match"] in ("sku", "barcode", "create")
	if row["item_code"] or not (row["ignored"] or chosen or certain):
		return None
	match = "ignored" if row["ignored"] else row["match"] or "no_sku"
	return Proposal(listing=row["name"], match=match, item_code=row["proposed_item"])


def _facts(product: Product, variant: Variant) -> dict[str, Any]:
	"""The columns that the store decides about; those it said nothing of are missing."""
	own = variant.title or " / ".join(option.value for option in variant.options)
	facts: dict[str, Any] = {
		"sku": variant.sku,
		"barcode": variant.barcode,
		"stock_holder": variant.stock_holder,
		"gone": 0,
		"state": None,
	}
	if variant.inventory_id:
		facts["inventory_id"] = variant.inventory_id
	if product.title:  # a variant's own message does not tell it
		facts["title"] = " – ".join(part for part in (product.title, own) if part)
	return facts | ({"price": variant.price.model_dump_json()} if variant.price else {})


def _listed_variant(row: Mapping[str, Any]) -> ListedVariant:
	return ListedVariant(
		name=row["name"],
		product_id=row["product_id"],
		variant_id=row["variant_id"],
		sku=row["sku"],
		barcode=row["barcode"],
		title=row["title"],
		item_code=row["item_code"],
		ignored=bool(row["ignored"]),
		chosen=row["proposed_item"] if row["chosen"] else None,
	)
