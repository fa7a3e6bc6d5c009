"""The embedded ERP keeps the contract of products, stock and prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ecommerce_sync.erps.contract_goods import (
	CatalogueContract,
	ImportContract,
	LevelsContract,
	OpenOrdersContract,
	PricesContract,
	PublishingContract,
	StockContract,
)
from ecommerce_sync.erps.contract_support import unique

from .on_sqlite import OnSqlite


class GoodsOnSqlite(OnSqlite):
	"""What persons do."""

	warehouses = ("Stores - DC", "Outlet - DC")
	price_lists = ("Web", "Web Sale")

	def new_store(self) -> str:
		return f"Store {unique()}"

	def new_item(self, stock: bool = True, barcode: str | None = None) -> str:
		item_code = f"ITEM-{unique()}"
		self.erp.add_item(item_code, barcode, stock=stock)
		return item_code

	def new_bundle(self, parts: Mapping[str, Decimal]) -> str:
		item_code = f"SET-{unique()}"
		self.erp.add_bundle(item_code, parts)
		return item_code

	def receive(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		self.erp.receive(item_code, warehouse, quantity)

	def issue(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		self.erp.issue(item_code, warehouse, quantity)

	def deliver(self, sales_order: str) -> None:
		self.erp.deliver(sales_order)

	def set_price(
		self,
		price_list: str,
		item_code: str,
		rate: Decimal,
		valid_from: date | None = None,
		valid_upto: date | None = None,
	) -> None:
		self.erp.set_price(price_list, item_code, rate, valid_from, valid_upto)

	def sell_as(self, listing: str, quantity: Decimal) -> None:
		self.erp.sell_as(listing, quantity)

	def keep_back(self, listing: str, quantity: Decimal) -> None:
		self.erp.keep_back(listing, quantity)

	def choose(self, listing: str, item_code: str) -> None:
		self.erp.choose(listing, item_code)

	def leave_out(self, listing: str) -> None:
		self.erp.leave_out(listing)

	def offer(self, item_code: str, store: str) -> None:
		self.erp.offer(item_code, store)

	def retitle(self, item_code: str, title: str) -> None:
		self.erp.edit_item(item_code, title=title)

	def disable(self, item_code: str) -> None:
		self.erp.edit_item(item_code, disabled=True)


class TestEmbeddedStock(GoodsOnSqlite, StockContract):  # type: ignore[misc]
	"""What may be sold."""


class TestEmbeddedLevels(GoodsOnSqlite, LevelsContract):  # type: ignore[misc]
	"""What stores show."""


class TestEmbeddedPrices(GoodsOnSqlite, PricesContract):  # type: ignore[misc]
	"""What things cost."""


class TestEmbeddedCatalogue(GoodsOnSqlite, CatalogueContract):  # type: ignore[misc]
	"""Store to ERP."""


class TestEmbeddedImport(GoodsOnSqlite, ImportContract):  # type: ignore[misc]
	"""Store to ERP, with the planners."""


class TestEmbeddedPublishing(GoodsOnSqlite, PublishingContract):  # type: ignore[misc]
	"""ERP to store."""


class TestEmbeddedOpenOrders(GoodsOnSqlite, OpenOrdersContract):  # type: ignore[misc]
	"""Sold and not reserved."""
