"""Items, their barcodes and bundles, and the notes of what changed about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...core.errors import Fixable
from ...core.models import Line
from ...core.stock import StockPart
from .documents import AMONG, DISABLED, Document, Documents, many


class Items(Documents):
	"""What persons do with Items, and which Items one piece takes."""

	def add_item(
		self,
		item_code: str,
		barcode: str | None = None,
		disabled: bool = False,
		stock: bool = True,
		title: str | None = None,
	) -> None:
		"""Put an Item into the ERP, as a person would."""
		self._put_item(
			item_code, {"disabled": disabled, "stock": stock}, {"title": title, "barcode": barcode}
		)

	def edit_item(self, item_code: str, disabled: bool | None = None, **values: Any) -> None:
		"""Change an Item, as a person would; `values` has keys of `ITEM_FIELDS`."""
		known = {} if disabled is None else {"disabled": disabled}
		self._put_item(item_code, known, values)

	def add_bundle(self, item_code: str, parts: Mapping[str, Decimal], title: str | None = None) -> None:
		"""Put an Item without stock and its Product Bundle into the ERP, as a person would."""
		with self.database.transaction():
			self.add_item(item_code, stock=False, title=title)
			self._put_bundle(item_code, parts.items())

	def offer(self, item_code: str, store: str) -> None:
		"""Set the store's flag on an Item (or template): it is to be written to it."""
		with self.database.transaction():
			self.database.execute(
				"INSERT OR IGNORE INTO offer (store, item_code) VALUES (?, ?)", store, item_code
			)
			self._note("product", item_code)

	def _put_item(self, item_code: str, changed: Mapping[str, Any], values: Mapping[str, Any]) -> Document:
		"""Create the Item or change it; values and fields that are not named stay."""
		with self.database.transaction():
			row = self._read("Item", item_code)
			before: dict[str, Any] = row["data"] if row else {"disabled": False, "stock": True, "fields": {}}
			told = {key: _plain(value) for key, value in values.items() if value is not None}
			barcodes = _with(before.get("barcodes", []), told.pop("barcode", None))
			data = {**before, **changed, "barcodes": barcodes, "values": {**before.get("values", {}), **told}}
			for code in barcodes:
				self.database.execute("INSERT OR IGNORE INTO barcode VALUES (?, ?)", code, item_code)
			self._note("product", item_code)
			if bool(data.get("disabled")) != bool(before.get("disabled")):
				self._note("stock", item_code)
			return self._write("Item", item_code, data, 0)

	def _put_bundle(self, item_code: str, parts: Iterable[tuple[str, Decimal]]) -> Document:
		rows = [[part, f"{quantity:f}"] for part, quantity in parts]
		for part, quantity in rows:
			self.database.execute("INSERT INTO bundle_part VALUES (?, ?, ?)", item_code, part, quantity)
		self._note("stock", item_code)
		return self._write("Product Bundle", item_code, {"parts": rows}, 0)

	def _note(self, kind: str, *item_codes: str) -> None:
		"""Remember that something changed; `take_changes` finds whom it concerns."""
		for item_code in dict.fromkeys(item_codes):
			self.database.execute("INSERT INTO change (kind, item_code) VALUES (?, ?)", kind, item_code)

	def touch(self, store: str, lines: Sequence[Line]) -> None:
		parts = self.parts_of(store, lines)
		with self.database.transaction():
			self._note("stock", *(part.item_code for each in parts.values() for part in each))

	# parts

	def parts_of(self, store: str, lines: Sequence[Line]) -> dict[str, tuple[StockPart, ...]]:
		found, listings = {}, self._listings_of_lines(store, lines)
		codes = {line.id: (listings.get(line.id) or {}).get("item_code") or line.sku for line in lines}
		known = self._read_all("Item", [code for code in codes.values() if code])
		for line, code in codes.items():
			if code in known:
				row = listings.get(line)
				found[line] = (code, Decimal(row["pieces"]) if row and row["item_code"] else Decimal(1))
		own = self._item_parts({code for code, _ in found.values()})
		return {line: _times(own.get(code, ()), pieces) for line, (code, pieces) in found.items()}

	def _listings_of_lines(self, store: str, lines: Sequence[Line]) -> dict[str, dict[str, Any]]:
		"""The listings that lines were sold by, by line id."""
		rows = self._all(
			f"SELECT * FROM listing WHERE store = ? AND product_id {AMONG}",
			store,
			many(line.product_id or "" for line in lines),
		)
		known = {(row["product_id"], row["variant_id"]): row for row in rows}
		pairs = {line.id: (line.product_id or "", line.variant_id or "") for line in lines}
		return {line: known[pair] for line, pair in pairs.items() if pair in known}

	def _listed(self, store: str, product_id: str | None, variant_id: str | None) -> dict[str, Any] | None:
		rows = self._all(
			"SELECT * FROM listing WHERE store = ? AND product_id = ? AND variant_id = ?",
			store,
			product_id or "",
			variant_id or "",
		)
		return rows[0] if rows else None

	def _item_parts(self, item_codes: Iterable[str]) -> dict[str, tuple[StockPart, ...]]:
		"""What one stock unit of each Item takes: itself, a bundle's components, or nothing.

		A disabled bundle takes itself, of which nothing is free.
		"""
		names = many(item_codes)
		stocked = self._all(
			f"SELECT name FROM document WHERE doctype = 'Item' AND name {AMONG}"
			" AND (json_extract(data, '$.stock') OR (json_extract(data, '$.disabled')"
			" AND EXISTS (SELECT 1 FROM bundle_part WHERE bundle = name)))",
			names,
		)
		found: dict[str, tuple[StockPart, ...]] = {
			row["name"]: (StockPart(item_code=row["name"]),) for row in stocked
		}
		enabled = f"NOT {DISABLED.format(name='bundle')}"
		bundled = f"SELECT * FROM bundle_part WHERE bundle {AMONG} AND {enabled} ORDER BY rowid"
		for row in self._all(bundled, names):
			part = StockPart(item_code=row["item_code"], quantity=Decimal(row["quantity"]))
			found[row["bundle"]] = (*found.get(row["bundle"], ()), part)
		return found

	def _refused(self, item_code: str, detail: str) -> Fixable:
		return Fixable("erp_refused", cause=f"item:{item_code}", detail=detail)


def _times(parts: tuple[StockPart, ...], pieces: Decimal) -> tuple[StockPart, ...]:
	return tuple(StockPart(item_code=part.item_code, quantity=part.quantity * pieces) for part in parts)


def _with(codes: list[str], code: str | None) -> list[str]:
	return [*codes, code] if code and code not in codes else codes


def _plain(value: Any) -> Any:
	return f"{value:f}" if isinstance(value, Decimal) else value
