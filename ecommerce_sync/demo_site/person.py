"""What a person does at the Desk while the demo runs, on real ERPNext."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import frappe

from ..core.money import minor_digits
from ..sandbox.person import Flagged, Rates
from ..sandbox.world import Shop

# What the warehouse's ledger has, less what open Sales Orders want of it: rows of Items, and of sets' parts.
_LEDGER = """select item_code, sum(pieces) from (
	select item_code, actual_qty as pieces from `tabStock Ledger Entry`
	where warehouse = %(warehouse)s and is_cancelled = 0
	union all
	select i.item_code, i.delivered_qty * i.conversion_factor - i.stock_qty from `tabSales Order Item` i
	join `tabSales Order` o on o.name = i.parent join `tabItem` t on t.name = i.item_code
	where i.warehouse = %(warehouse)s and o.docstatus = 1 and o.status != 'Closed' and t.is_stock_item = 1
	union all
	select p.item_code, -p.qty from `tabPacked Item` p join `tabSales Order` o on o.name = p.parent
	where p.parenttype = 'Sales Order' and p.warehouse = %(warehouse)s and o.docstatus = 1
	and o.status != 'Closed'
) moved group by item_code"""


class Ground(NamedTuple):
	"""What one run of the demo sells from."""

	warehouse: str
	prices: str  # Price List
	sale: str  # Price List of reduced prices
	currency: str

	def values(self, shop: Shop) -> dict[str, Any]:
		"""Fields of the Store Connection: stock, prices and flagged Items go out."""
		return {
			"warehouse": self.warehouse,
			"locations": [{"location_id": shop.place, "warehouse": self.warehouse, "priority": 1}],
			"push_stock": 1,
			"push_prices": 1,
			"push_items": 1,
			"publish_as": "Published",
			"store_price_list": self.prices,
			"sale_price_list": self.sale,
			"store_currency": self.currency,
		}


def prepare(run: int, company: str, currency: str) -> Ground:
	"""A warehouse and price lists for one run; the caller commits."""
	names = [f"Demo Selling {run}", f"Demo Sale {run}"]
	for name in names:
		_insert("Price List", price_list_name=name, currency=currency, selling=1)
	warehouse = _insert("Warehouse", warehouse_name=f"Demo Stores {run}", company=company)
	return Ground(warehouse, names[0], names[1], currency)


class SitePerson:
	"""On the site of the calling thread."""

	def __init__(self, stores: Sequence[str], ground: Ground) -> None:
		self.stores, self.ground = tuple(stores), ground

	def put_item(
		self, item_code: str, title: str, barcode: str | None = None, stores: Sequence[str] = ()
	) -> None:
		doc = _item(item_code, title, is_stock_item=1)
		if barcode and barcode not in [row.barcode for row in doc.barcodes]:
			doc.append("barcodes", {"barcode": barcode})
		for store in stores:
			doc.append("ecommerce_stores", {"store": store})
		doc.save()
		frappe.db.commit()

	def put_bundle(self, item_code: str, title: str, parts: Mapping[str, int]) -> None:
		_item(item_code, title, is_stock_item=0).save()
		if not frappe.db.exists("Product Bundle", {"new_item_code": item_code}):
			rows = [{"item_code": part, "qty": count} for part, count in parts.items()]
			_insert("Product Bundle", new_item_code=item_code, items=rows)
		frappe.db.commit()

	def receive_goods(self, pieces: Mapping[str, int]) -> None:
		rows = [
			{"item_code": code, "qty": count, "t_warehouse": self.ground.warehouse, "basic_rate": 5}
			for code, count in pieces.items()
		]
		doc = frappe.get_doc(
			{"doctype": "Stock Entry", "stock_entry_type": "Material Receipt", "items": rows}
		)
		doc.company = frappe.get_cached_value("Warehouse", self.ground.warehouse, "company")
		doc.insert()
		doc.submit()
		frappe.db.commit()

	def put_price(self, item_code: str, rate: Decimal, sale: bool = False) -> None:
		price_list = self.ground.sale if sale else self.ground.prices
		_insert("Item Price", item_code=item_code, price_list=price_list, price_list_rate=float(rate))
		frappe.db.commit()

	def ledger(self) -> dict[str, Decimal]:
		frappe.db.rollback()  # see what the workers have committed since
		rows = frappe.db.sql(_LEDGER, {"warehouse": self.ground.warehouse})
		return {code: Decimal(str(pieces)) for code, pieces in rows}

	def bundles(self) -> dict[str, dict[str, Decimal]]:
		frappe.db.rollback()
		rows = frappe.db.sql(
			"""select b.new_item_code, p.item_code, p.qty from `tabProduct Bundle Item` p
			join `tabProduct Bundle` b on b.name = p.parent where b.disabled = 0"""
		)
		found: dict[str, dict[str, Decimal]] = {}
		for code, part, pieces in rows:
			found.setdefault(code, {})[part] = Decimal(str(pieces))
		return found

	def prices(self) -> Rates:
		frappe.db.rollback()
		rates = {name: self._rates(name) for name in (self.ground.prices, self.ground.sale)}
		reduced = rates[self.ground.sale]
		return {code: (rate, reduced.get(code)) for code, rate in rates[self.ground.prices].items()}

	def _rates(self, price_list: str) -> dict[str, Decimal]:
		digits = minor_digits(self.ground.currency)
		rows = frappe.get_all(
			"Item Price", {"price_list": price_list}, ["item_code", "price_list_rate"], limit_page_length=0
		)
		return {row.item_code: Decimal(f"{row.price_list_rate:.{digits}f}") for row in rows}

	def items(self) -> int:
		frappe.db.rollback()
		return int(frappe.db.count("Item"))

	def oversold(self) -> list[Flagged]:
		frappe.db.rollback()
		filters = {
			"ecommerce_store": ["in", self.stores],
			"store_oversold": ["is", "set"],
			"docstatus": ["<", 2],
		}
		rows = frappe.get_all(
			"Sales Order", filters, ["name", "store_oversold"], order_by="creation asc", limit_page_length=0
		)
		return [Flagged(row.name, ", ".join(row.store_oversold.splitlines())) for row in rows]


def _item(item_code: str, title: str, is_stock_item: int) -> Any:
	"""The Item, made where it is missing."""
	if not frappe.db.exists("Item", item_code):
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		unit = frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos"
		values = {"item_code": item_code, "item_name": title, "item_group": group, "stock_uom": unit}
		_insert("Item", **values, is_stock_item=is_stock_item)
	return frappe.get_doc("Item", item_code)


def _insert(doctype: str, **values: Any) -> str:
	doc = frappe.get_doc({"doctype": doctype, **values})
	doc.insert()
	return str(doc.name)
