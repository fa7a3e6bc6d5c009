"""Products, listings, and what a test class provides, for the contract of products, stock and prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

from ..core.catalogue import BindListing, CatalogueCommand, ErpProduct, ListedVariant
from ..core.models import Line, Order
from ..core.products import Price, Product, StockLevel, Variant
from ..core.settings import LocationRule, StoreSettings
from ..core.stock import Listing
from .base import LinkKey
from .contract_support import START, Contract, sample_order, unique

ALL = 100_000  # as a limit
PLACE = "70001"  # the store's location


def number() -> str:
	"""An id as stores count them, that no other test uses."""
	return str(10**12 + uuid4().int % 10**12)


def sample_variant(sku: str | None = None, **changes: Any) -> Variant:
	"""One sellable thing with an id of its own."""
	return Variant(**{"id": number(), "sku": sku, "price": Price(price=Decimal("20.00")), **changes})


def sample_product(*variants: Variant, **changes: Any) -> Product:
	"""An active product of these variants."""
	known: dict[str, Any] = {
		"platform": "shopify",
		"id": number(),
		"title": f"Thing {unique()}",
		"status": "active",
		"updated_at": START,
		"variants": variants,
	}
	return Product(**{**known, **changes})


class GoodsContract(Contract):
	"""What a test class provides besides what the order contract asks for. What persons do is committed."""

	warehouses: tuple[str, str]  # two of the company's
	price_lists: tuple[str, str]  # selling lists in the company's currency: the store's, and one for sales

	def new_store(self) -> str:
		"""An enabled store that has no listing yet, with all its pushes switched on and `price_lists` as its lists."""
		raise NotImplementedError

	def new_item(self, stock: bool = True, barcode: str | None = None) -> str:
		"""An Item that may be sold, without a price; its code is new."""
		raise NotImplementedError

	def new_bundle(self, parts: Mapping[str, Decimal]) -> str:
		"""An Item that keeps no stock, with a Product Bundle of these Items and quantities."""
		raise NotImplementedError

	def receive(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		"""Goods come in, by any stock document."""
		raise NotImplementedError

	def issue(self, item_code: str, warehouse: str, quantity: Decimal) -> None:
		"""Goods go out, by a stock document that belongs to no order."""
		raise NotImplementedError

	def deliver(self, sales_order: str) -> None:
		"""The whole Sales Order is delivered."""
		raise NotImplementedError

	def set_price(
		self,
		price_list: str,
		item_code: str,
		rate: Decimal,
		valid_from: date | None = None,
		valid_upto: date | None = None,
	) -> None:
		"""An Item Price of these days is created, or changed when there is one that begins on the same day."""
		raise NotImplementedError

	def sell_as(self, listing: str, quantity: Decimal) -> None:
		"""One piece of the Store Listing becomes a unit that holds `quantity` of the Item's stock unit."""
		raise NotImplementedError

	def keep_back(self, listing: str, quantity: Decimal) -> None:
		"""The Store Listing gets a buffer of its own."""
		raise NotImplementedError

	def choose(self, listing: str, item_code: str) -> None:
		"""Name the Item that the import is to bind the unbound Store Listing to."""
		raise NotImplementedError

	def leave_out(self, listing: str) -> None:
		"""Say of a Store Listing that it is not sold through the ERP."""
		raise NotImplementedError

	def offer(self, item_code: str, store: str) -> None:
		"""The Item (or template) gets the flag of the store that it is to be written to."""
		raise NotImplementedError

	def retitle(self, item_code: str, title: str) -> None:
		"""Give the Item another name."""
		raise NotImplementedError

	def disable(self, item_code: str) -> None:
		"""Disable the Item."""
		raise NotImplementedError

	@cached_property
	def goods(self) -> StoreSettings:
		"""The settings of a store of its own, with one location that has both warehouses."""
		rule = LocationRule(location_id=PLACE, warehouses=self.warehouses)
		lists = dict(zip(("store_price_list", "sale_price_list"), self.price_lists, strict=True))
		changed = {"store": self.new_store(), "locations": (rule,), "warehouse": self.warehouses[0], **lists}
		return self.settings.model_copy(update=changed)

	@property
	def store(self) -> str:
		"""The store's name."""
		return self.goods.store

	# listings

	def product_key(self, product: Product) -> LinkKey:
		"""The product's lock."""
		return LinkKey(store=self.store, kind="Product", external_id=product.id)

	def found(self, product: Product) -> ErpProduct:
		"""What the ERP has for the product now."""
		with self.erp.transaction([]):
			return self.erp.observe_product(product, self.goods)

	def do(self, product: Product, commands: Iterable[CatalogueCommand]) -> None:
		"""Bring commands about under the product's lock, as the import does."""
		self.erp.ensure_links([self.product_key(product)])
		with self.erp.transaction([self.product_key(product)], wait=True):
			for command in commands:
				self.erp.apply_product(command, product, self.goods)
			self.erp.record_product(product, self.goods)

	def bind(self, product: Product, *item_codes: str) -> list[str]:
		"""List the product and bind its variants to Items, in order; the Store Listings."""
		self.erp.list_products(self.store, [product])
		pairs = zip(product.variants, item_codes, strict=True)
		self.do(product, [BindListing(variant_id=variant.id, item_code=code) for variant, code in pairs])
		return self.names(product)

	def sold(self, *item_codes: str, **changes: Any) -> list[str]:
		"""A product of as many variants as there are Items, bound and pushed before; the Store Listings."""
		names = self.bind(
			sample_product(*(sample_variant(code, **changes) for code in item_codes)), *item_codes
		)
		self.calm()
		return names

	def names(self, product: Product) -> list[str]:
		"""The Store Listings of the product's variants, in order."""
		rows = {row.variant_id: row.name for row in self.rows(product)}
		return [rows[variant.id] for variant in product.variants]

	def rows(self, product: Product) -> list[ListedVariant]:
		"""What Store Listing has of the product."""
		return [row for row in self.erp.listed(self.store) if row.product_id == product.id]

	# what is due

	def calm(self) -> None:
		"""Nothing is due any more."""
		self.erp.take_changes()
		read_at, listings = self.erp.stock_due(self.store, ALL)
		self.erp.settle_stock(self.store, [listing.name for listing in listings], read_at)
		read_at, priced = self.erp.price_due(self.goods, ALL)
		self.erp.settle_prices(self.store, [listing.name for listing in priced], read_at)

	def stock_due(self) -> dict[str, Listing]:
		"""What is due for stock once the noted changes are taken, by Store Listing."""
		self.erp.take_changes()
		return {listing.name: listing for listing in self.erp.stock_due(self.store, ALL)[1]}

	def prices_due(self) -> set[str]:
		"""The same for prices."""
		self.erp.take_changes()
		return {listing.name for listing in self.erp.price_due(self.goods, ALL)[1]}

	def listing(self, name: str) -> Listing:
		"""One bound listing."""
		(found,) = self.erp.listings_of(self.store, [name])
		return found

	def free(self, item_code: str, warehouse: str | None = None) -> Decimal:
		"""What is not reserved, in the first warehouse unless another one is named."""
		place = warehouse or self.warehouses[0]
		return self.erp.free_stock([item_code], [place]).get((item_code, place), Decimal(0))

	# orders

	def order_for(self, item_code: str, quantity: str, **changes: Any) -> Order:
		"""A paid order of one line at 1.00 a piece."""
		line = Line(
			id="1", title="Thing", sku=item_code, quantity=Decimal(quantity), subtotal=Decimal(quantity)
		)
		known = {"lines": (line,), "shipping": (), "total": Decimal(quantity), "location_id": PLACE}
		return sample_order(unique(), unique(), **{**known, **changes})

	def sell(self, item_code: str, quantity: str, submit: bool = True) -> tuple[Order, str]:
		"""The order from the first warehouse through the usual pass, and its Sales Order."""
		settings = self.goods.model_copy(update={"submit": submit})
		order = self.order_for(item_code, quantity)
		self.bring_about(order, settings)
		with self.erp.transaction([]):
			return order, self.erp.observe(order, settings).linked or ""


def told_level(product: Product, quantity: int | None, variant: int = 0, **changes: Any) -> StockLevel:
	"""What a message tells of a product's variant at the location."""
	known = {"product_id": product.id, "variant_id": product.variants[variant].id, "quantity": quantity}
	return StockLevel(**{"location_id": PLACE, **known, **changes})


def now() -> datetime:
	"""The time of day, with its zone."""
	return datetime.now(timezone.utc)
