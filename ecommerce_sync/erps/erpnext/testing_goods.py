"""What the tests of products, stock and prices share on real ERPNext: stores, Items and stock documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.tests.utils import FrappeTestCase
from frappe.utils import nowdate

from ...core.settings import StoreSettings
from ..contract_goods_support import GoodsContract
from ..contract_support import unique
from .erp import ErpNext
from .journal import FrappeJournal
from .testing import elsewhere, prepare

LISTS = ("Goods Contract Selling", "Goods Contract Sale")
ONE, THREE, TEN = Decimal(1), Decimal(3), Decimal(10)


class Goods(FrappeTestCase):
	"""What `GoodsContract` asks of a test class. Everything that a person does is committed."""

	erp: Any
	settings: StoreSettings
	stores: list[str]

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.settings = prepare()
		cls.erp, cls.journal = ErpNext(), FrappeJournal()
		cls.warehouses = tuple(_warehouse(name, cls.settings.company) for name in ("Goods One", "Goods Two"))
		cls.price_lists = tuple(_price_list(name, cls.settings.company_currency) for name in LISTS)
		cls.stores = []
		cls.addClassCleanup(_switch_off, cls.stores)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		super().tearDown()

	def elsewhere(self, work: Any) -> Any:
		return elsewhere(work)

	def count(self, doctype: str) -> int:
		frappe.db.rollback()
		return frappe.db.count(doctype)

	def cancel_by_hand(self, name: str) -> None:
		frappe.get_doc("Sales Order", name).cancel()
		frappe.db.commit()

	def new_store(self) -> str:
		name = f"Goods {unique()}"
		doc = frappe.new_doc("Store Connection")
		doc.update(
			{"name": name, "store_name": name, "platform": "Shopify", "company": self.settings.company}
		)
		doc.update({"enabled": 1, "push_stock": 1, "push_prices": 1, "push_items": 1})
		doc.update(dict(zip(("store_price_list", "sale_price_list"), self.price_lists, strict=True)))
		doc.set_user_and_timestamp()
		doc.db_insert()
		frappe.db.commit()
		self.stores.append(name)
		return name

	def new_item(self, stock: bool = True, barcode: str | None = None, **values: Any) -> str:
		code = f"GOODS-{unique()}"
		item = frappe.new_doc("Item")
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		item.update({"item_code": code, "item_group": group, "stock_uom": "Nos", "is_stock_item": int(stock)})
		item.update(values)
		if barcode:
			item.append("barcodes", {"barcode": barcode})
		item.insert()
		frappe.db.commit()
		return code

	def new_bundle(self, parts: Mapping[str, Decimal]) -> str:
		code = self.new_item(stock=False)
		bundle = frappe.new_doc("Product Bundle")
		bundle.new_item_code = code
		for item, quantity in parts.items():
			bundle.append("items", {"item_code": item, "qty": float(quantity)})
		bundle.insert()
		frappe.db.commit()
		return code

	def receive(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		self.stock_entry("Material Receipt", item_code, quantity, t_warehouse=warehouse)

	def issue(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		self.stock_entry("Material Issue", item_code, quantity, s_warehouse=warehouse)

	def stock_entry(self, purpose: str, item_code: str, quantity: Decimal, **values: Any) -> Any:
		entry = frappe.new_doc("Stock Entry")
		entry.update({"stock_entry_type": purpose, "company": self.settings.company})
		row = {"item_code": item_code, "qty": float(quantity)}
		entry.append("items", {**row, "basic_rate": 0 if "s_warehouse" in values else 5, **values})
		entry.insert()
		entry.submit()
		frappe.db.commit()
		return entry

	def deliver(self, sales_order: str) -> Any:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		note = make_delivery_note(sales_order)
		note.insert()
		note.submit()
		frappe.db.commit()
		return note

	def set_price(
		self,
		price_list: str,
		item_code: str,
		rate: Decimal,
		valid_from: date | None = None,
		valid_upto: date | None = None,
		**values: Any,
	) -> None:
		keys = {
			"price_list": price_list,
			"item_code": item_code,
			"valid_from": valid_from or ["is", "not set"],
		}
		name = frappe.db.get_value("Item Price", {**keys, "uom": values.get("uom", "Nos")})
		doc = frappe.get_doc("Item Price", name) if name else frappe.new_doc("Item Price")
		doc.update({"price_list": price_list, "item_code": item_code, "price_list_rate": float(rate)})
		doc.update({"valid_from": valid_from, "valid_upto": valid_upto, **values})
		doc.save()
		if not valid_from:  # the form fills in today
			frappe.db.set_value("Item Price", doc.name, "valid_from", None)
		frappe.db.commit()

	def sell_as(self, listing: str, quantity: Decimal) -> None:
		uom = f"Pack of {quantity.normalize():f}"
		if not frappe.db.exists("UOM", uom):
			frappe.get_doc({"doctype": "UOM", "uom_name": uom}).insert()
		item = frappe.get_doc("Item", frappe.db.get_value("Store Listing", listing, "item_code"))
		item.append("uoms", {"uom": uom, "conversion_factor": float(quantity)})
		item.save()
		self._save_listing(listing, uom=uom)

	def keep_back(self, listing: str, quantity: Decimal) -> None:
		self._save_listing(listing, own_buffer=1, buffer=float(quantity))

	def choose(self, listing: str, item_code: str) -> None:
		self._save_listing(listing, proposed_item=item_code, chosen=1)

	def leave_out(self, listing: str) -> None:
		self._save_listing(listing, ignored=1)

	def _save_listing(self, listing: str, **values: Any) -> None:
		doc = frappe.get_doc("Store Listing", listing)
		doc.update(values)
		doc.save()
		frappe.db.commit()

	def offer(self, item_code: str, store: str) -> None:
		item = frappe.get_doc("Item", item_code)
		item.append("ecommerce_stores", {"store": store})
		item.save()
		frappe.db.commit()

	def retitle(self, item_code: str, title: str) -> None:
		self._save_item(item_code, item_name=title)

	def disable(self, item_code: str) -> None:
		self._save_item(item_code, disabled=1)

	def _save_item(self, item_code: str, **values: Any) -> None:
		item = frappe.get_doc("Item", item_code)
		item.update(values)
		item.save()
		frappe.db.commit()


class Heard(Goods, GoodsContract):
	"""An Item with stock that a store sells, and nothing due."""

	def setUp(self) -> None:
		super().setUp()
		self.goods = GoodsContract.goods.func(self)  # type: ignore[attr-defined]
		self.item = self.new_item()
		self.receive(self.item, self.warehouses[0], TEN)
		(self.name,) = self.sold(self.item)
		self.calm()

	def heard(self, work: Callable[[], Any]) -> Any:
		"""What the work leaves behind is due, and is not due again without another change."""
		self.calm()
		answer = work()
		frappe.db.commit()
		self.assertEqual(set(self.stock_due()), {self.name})
		self.calm()
		self.assertEqual(self.stock_due(), {})
		return answer

	def _rows(self, quantity: float, **values: Any) -> list[dict[str, Any]]:
		return [{"item_code": self.item, "qty": quantity, "warehouse": self.warehouses[0], **values}]

	def sales(self, doctype: str, quantity: float = 2, **values: Any) -> Any:
		"""A submitted document of a customer of this company's."""
		doc = frappe.new_doc(doctype)
		customer = frappe.db.get_value("Customer", {"disabled": 0, "is_internal_customer": 0})
		doc.update({"company": self.settings.company, "customer": customer, "ignore_pricing_rule": 1})
		doc.update({"delivery_date": nowdate(), "due_date": nowdate(), **values})
		for row in self._rows(quantity, rate=5):
			doc.append("items", row)
		doc.insert()
		doc.submit()
		return doc


def _switch_off(stores: list[str]) -> None:
	"""Nobody goes on telling the stores of tests that are over; others may run at the same time."""
	for name in stores:
		frappe.db.set_value("Store Connection", name, "enabled", 0)
	frappe.db.commit()


def _warehouse(name: str, company: str) -> str:
	found = frappe.db.get_value("Warehouse", {"warehouse_name": name, "company": company})
	if found:
		return str(found)
	doc = frappe.new_doc("Warehouse")
	doc.update({"warehouse_name": name, "company": company})
	return str(doc.insert().name)


def _price_list(name: str, currency: str) -> str:
	if not frappe.db.exists("Price List", name):
		doc = frappe.new_doc("Price List")
		doc.update({"price_list_name": name, "currency": currency, "selling": 1, "enabled": 1}).insert()
	return name
