"""What the embedded ERP does beyond the contract: sweeps, documents, and many listings."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ecommerce_sync.core.products import StockLevel
from ecommerce_sync.erps.contract_goods_support import GoodsContract, sample_product, sample_variant
from ecommerce_sync.erps.contract_support import raises
from ecommerce_sync.erps.goods import Confirmed, Told

from .on_sqlite import OnSqlite

WAREHOUSE = "Stores - DC"


class Books(OnSqlite, GoodsContract):  # type: ignore[misc]
	"""One store."""

	warehouses = (WAREHOUSE, "Outlet - DC")
	price_lists = ("Web", "Web Sale")

	def new_store(self) -> str:
		return "Store"


class TestBooks(Books):
	"""Documents and sweeps."""

	def test_what_was_oversold_is_kept_with_the_order(self) -> None:
		self.erp.add_item("A")
		self.erp.receive("A", WAREHOUSE, Decimal(1))
		self.sell("A", "3")
		(order,) = self.erp.documents("Sales Order")
		assert order["data"]["oversold"] == [{"item_code": "A", "warehouse": WAREHOUSE, "quantity": "2"}]

	def test_a_delivered_order_is_not_cancelled_by_its_store(self) -> None:
		self.erp.add_item("A")
		_, name = self.sell("A", "3")
		self.erp.deliver(name)
		with raises(KeyError):
			self.erp.deliver("SAL-ORD-99999")
		assert self.erp.documents("Delivery Note")[0]["data"]["moved"] == [["A", WAREHOUSE, "-3"]]
		assert self.erp.sales_order(name).docstatus == 1

	def test_an_adopted_difference_is_a_document(self) -> None:
		self.erp.add_item("A")
		(listing,) = self.sold("A")
		told = Told(listing=listing, item_code="A", location_id="", before=3, quantity=5)
		assert self.erp.adopt(told, WAREHOUSE, 2, self.goods) == ("Stock Reconciliation", "SR-00001")
		assert self.free("A") == 2

	def test_the_sweep_finds_balances_that_moved(self) -> None:
		self.erp.add_item("A")
		(listing,) = self.sold("A")
		self.erp.note_changed_bins()
		self.calm()
		assert self.erp.note_changed_bins() == 0
		self.erp.receive("A", WAREHOUSE, Decimal(1))
		self.calm()
		assert self.erp.note_changed_bins() == 1
		assert set(self.stock_due()) == {listing}

	@pytest.mark.parametrize("begins, ends", [(0, 5), (-5, -1)])
	def test_the_sweep_finds_prices_that_begin_or_ended(self, begins: int, ends: int) -> None:
		self.erp.add_item("A")
		(listing,) = self.sold("A")
		days = [date.today() + timedelta(days=n) for n in (begins, ends)]
		self.erp.set_price("Web", "A", Decimal(5), *days)
		yesterday = f"{date.today() - timedelta(days=1)}T12:00:00"
		self.database.execute("INSERT INTO look VALUES ('prices', ?)", yesterday)
		self.calm()
		assert self.erp.note_price_periods() == 1
		assert self.prices_due() == {listing}
		assert self.erp.note_price_periods() == 0

	def test_a_store_that_moves_a_number_that_was_only_read(self) -> None:
		self.erp.add_item("A")
		product = sample_product(sample_variant("A"))
		(listing,) = self.bind(product, "A")
		read = Confirmed(listing=listing, quantity=5, pushed=False)
		self.erp.confirm(self.store, [read])
		assert not self.listing(listing).level("").moved
		self.erp.confirm(self.store, [read.model_copy(update={"quantity": 4})])
		assert self.listing(listing).level("").moved
		variant = {"product_id": product.id, "variant_id": product.variants[0].id}
		assert self.erp.told(self.store, [StockLevel(quantity=4, **variant)]) == []


class TestManyListings(Books):
	"""The cost of a round follows what changed."""

	def test_a_hundred_changes_among_many_listings_cost_as_much_as_among_few(self) -> None:
		few, many = self._round(1_000, "FEW"), self._round(20_000, "MANY")
		assert many["statements"] == few["statements"]
		assert many["scanned"] == 0

	def _round(self, size: int, prefix: str) -> dict[str, int]:
		"""Statements, and those that look at whole tables, of taking and reading a hundred changes."""
		self._fill(size, prefix)
		for number in range(0, size, size // 100):
			self.erp.receive(f"{prefix}-{number}", WAREHOUSE, Decimal(1))
		seen: list[str] = []
		self.database.connection.set_trace_callback(seen.append)
		self.erp.take_changes()
		read_at, due = self.erp.stock_due(prefix, 1000)
		items = [listing.item_code for listing in due]
		assert len(self.erp.free_stock(items, self.warehouses)) == len(due) == 100
		self.erp.settle_stock(prefix, [listing.name for listing in due], read_at)
		self.database.connection.set_trace_callback(None)
		return {"statements": len(seen), "scanned": self._scans(seen)}

	def _fill(self, size: int, prefix: str) -> None:
		rows = [(f"{prefix}{n}", prefix, str(n), str(n), f"{prefix}-{n}") for n in range(size)]
		with self.database.transaction():
			self.database.execute("SELECT 1")
			self.database.connection.executemany(
				"INSERT INTO listing (name, store, product_id, variant_id, item_code) VALUES (?, ?, ?, ?, ?)",
				rows,
			)
			self.database.connection.executemany(
				"INSERT INTO document (doctype, name, data) VALUES ('Item', ?, '{\"stock\": true}')",
				[row[-1:] for row in rows],
			)

	def _scans(self, statements: list[str]) -> int:
		"""How many statements read a whole table that grows with the catalogue."""
		plans = [
			row["detail"]
			for statement in statements
			if statement.split()[0] in ("SELECT", "UPDATE", "DELETE")
			for row in self.database.connection.execute(f"EXPLAIN QUERY PLAN {statement}")
		]
		tables = ("listing", "document", "stock", "level", "price")
		whole = tuple(f"SCAN {table}" for table in tables)
		return sum(plan.startswith(whole) or plan.endswith(("(store=?)", "(doctype=?)")) for plan in plans)

	def test_a_product_is_read_and_written_without_reading_all(self) -> None:
		tee = sample_product(sample_variant("TEE-S"), sample_variant("TEE-M"))
		self.bind(tee, *self._fresh("TEE-S", "TEE-M"))
		seen: list[str] = []
		self.database.connection.set_trace_callback(seen.append)
		self.erp.list_products(self.store, [tee])
		self.found(tee)
		names = self.names(tee)
		self.erp.mark_due(self.store, "stock", names)
		self.erp.listings_of(self.store, names)
		self.erp.confirm(self.store, [Confirmed(listing=names[0], quantity=1)])
		self.erp.told(self.store, [StockLevel(quantity=2, product_id=tee.id, variant_id=tee.variants[0].id)])
		self.erp.item_state("TEE-S", self.goods)
		self.database.connection.set_trace_callback(None)
		own = [
			text
			for text in seen
			if "SELECT * FROM listing WHERE store = 'Store' AND NOT gone ORDER" not in text
		]
		assert len(own) == len(seen) - 1  # `listed` alone is about all of a store
		assert self._scans(own) == 0

	def _fresh(self, *item_codes: str) -> tuple[str, ...]:
		for item_code in item_codes:
			self.erp.add_item(item_code)
		return item_codes
