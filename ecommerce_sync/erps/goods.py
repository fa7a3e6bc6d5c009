"""What an ERP does for products, stock and prices: the second part of the `Erp` protocol.

Stock, prices and published Items go out by the same three steps: what changed in the ERP is noted inside
the transaction that changed it (rows that are only inserted, so that nobody's save waits or fails), the
notes become due listings, and a listing stays due until its store has confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from ..core.catalogue import CatalogueCommand, ErpProduct, ItemFacts, ItemState, ListedVariant, Proposal
from ..core.models import Line, Model
from ..core.prices import PricedListing
from ..core.products import Price, Product, StockLevel
from ..core.settings import StoreSettings
from ..core.stock import Listing, StockPart

Work = Literal["stock", "prices", "products", "catalogue", "audit"]
Stamp = datetime  # when the ERP was read, by its database's clock


class Confirmed(Model):
	"""A number that the store has, by its own word."""

	listing: str
	location_id: str = ""
	quantity: int | None
	stocked: bool = True
	inventory_id: str | None = None
	pushed: bool = True  # False: read from the store, not written by us


class Told(Model):
	"""A level that a message or an audit told, after it was recorded."""

	listing: str
	item_code: str
	location_id: str
	before: int | None
	quantity: int | None


class GoodsBooks(Protocol):
	"""Each method is a unit of work of its own unless it says otherwise."""

	def alone(self, store: str, work: str) -> AbstractContextManager[bool]:
		"""Whether this worker is the only one at that work of the store; ends with the process."""
		...

	# stock

	def note_changed_bins(self) -> int:
		"""Note what moved without a document telling (reposting, SQL), since the last look; how many Items."""
		...

	def note_price_periods(self) -> int:
		"""Note Items whose price has a period that begins or ended lately; how many."""
		...

	def stores_due(self) -> list[str]:
		"""Enabled stores that have something due of what they are to be told."""
		...

	def take_changes(self) -> int:
		"""Turn noted changes into due listings, of all stores; how many notes there were.

		Bundles become due with their components, variants that share a number with each other.
		"""
		...

	def touch(self, store: str, lines: Sequence[Line]) -> None:
		"""Note the Items of order lines whose open quantity changed without a Sales Order being submitted."""
		...

	def mark_due(self, store: str, work: Work, listings: Sequence[str] | None = None) -> None:
		"""Make bound listings due, all of the store when none are named."""
		...

	def stock_due(self, store: str, limit: int) -> tuple[Stamp, list[Listing]]:
		"""Bound listings whose stock is due, with parts and known levels; a constant number of queries.

		Variants that share a number come together.
		"""
		...

	def listings_of(self, store: str, names: Sequence[str]) -> list[Listing]:
		"""The same by Store Listing."""
		...

	def bound_listings(self, store: str) -> Iterator[list[Listing]]:
		"""All bound listings of a store, in portions: for the audit."""
		...

	def free_stock(
		self, items: Iterable[str], warehouses: Iterable[str]
	) -> Mapping[tuple[str, str], Decimal]:
		"""Actual − reserved for each Item and Warehouse, less the open quantity of synced draft Sales Orders.

		Expired batches do not count. A constant number of queries; missing pairs are 0.
		"""
		...

	def parts_of(self, store: str, lines: Sequence[Line]) -> dict[str, tuple[StockPart, ...]]:
		"""Line id to the Items that one piece takes, for lines whose Item is known."""
		...

	def confirm(self, store: str, levels: Sequence[Confirmed]) -> None:
		"""Record what the store has; committed when this returns."""
		...

	def settle_stock(self, store: str, listings: Sequence[str], read_at: Stamp) -> None:
		"""These are done, and what their store moved by itself is dealt with (`moved`), unless they became due
		again after `read_at`.
		"""
		...

	def told(self, store: str, levels: Sequence[StockLevel]) -> list[Told]:
		"""Record what the store says it has; returns those that differ from what was known, and makes them due.

		Levels older than our last confirmed write are ignored, so that echoes do not loop. One that was
		confirmed as not known (None: a write was cut short) stays so and is only made due: the pusher reads it.
		"""
		...

	def refuse(self, store: str, listings: Mapping[str, str]) -> None:
		"""Write to the listings why their store takes no number or price of them; they are due no more."""
		...

	def adopt(self, level: Told, warehouse: str, difference: int, settings: StoreSettings) -> tuple[str, str]:
		"""Book a difference that was made in the store: a submitted Stock Reconciliation (DocType, name).

		Raises `Held` for bundles and for Items with batches or serial numbers.
		"""
		...

	# prices

	def price_due(self, settings: StoreSettings, limit: int) -> tuple[Stamp, list[PricedListing]]:
		"""Bound listings whose price is due, with the prices of the store's lists; a constant number of queries."""
		...

	def confirm_prices(self, store: str, prices: Mapping[str, Price]) -> None:
		"""Record what the store asks, by Store Listing; committed when this returns."""
		...

	def settle_prices(self, store: str, listings: Sequence[str], read_at: Stamp) -> None:
		"""Like `settle_stock`."""
		...

	# catalogue

	def list_products(self, store: str, products: Sequence[Product]) -> int:
		"""Write what a store sells to Store Listing, unbound where new; how many rows changed.

		Levels, prices and inventory ids that the products tell are recorded as known. A bound listing whose
		price was another one before is due for prices. Incomplete products concern the variants they carry.
		"""
		...

	def listed(self, store: str, product_id: str | None = None) -> list[ListedVariant]:
		"""All listings of a store, or those of one product."""
		...

	def item_facts(self) -> Iterator[ItemFacts]:
		"""All Items that might be sold, for matching."""
		...

	def record_proposals(self, store: str, proposals: Sequence[Proposal]) -> int:
		"""Write proposals to the listings; how many rows changed."""
		...

	def to_import(self, store: str, after: str, limit: int) -> list[str]:
		"""Ids of products behind `after` that have something decided and not done, in order of id."""
		...

	def import_size(self, store: str) -> tuple[int, int]:
		"""How many listings are decided and not done, and how many are bound."""
		...

	def observe_product(self, product: Product, settings: StoreSettings) -> ErpProduct:
		"""What the ERP has for a product. Inside `Erp.transaction`; a constant number of queries."""
		...

	def apply_product(
		self, command: CatalogueCommand, product: Product, settings: StoreSettings
	) -> tuple[str, str] | None:
		"""Bring one command about. Inside `Erp.transaction`. Raises `Fixable`."""
		...

	def record_product(self, product: Product, settings: StoreSettings, gone: bool = False) -> None:
		"""Write the version to the product's link. Inside `Erp.transaction`."""
		...

	def product_gone(self, store: str, product_id: str) -> int:
		"""Mark the listings of a product that the store deleted; how many. Inside `Erp.transaction`."""
		...

	# products out

	def items_due(self, store: str, limit: int) -> list[str]:
		"""Items (templates, or single ones) that carry the store's flag and have changed."""
		...

	def item_state(self, item_code: str, settings: StoreSettings) -> tuple[Stamp, ItemState]:
		"""The Item as it is to be published, with its variants and their listings."""
		...

	def published(
		self,
		item_code: str,
		product: Product | None,
		settings: StoreSettings,
		digest: str | None,
		read_at: Stamp,
	) -> None:
		"""Bind the product that the store has now, remember what was pushed; not due any more, unless the Item
		became due again after `read_at`.

		Without a product nothing was sent: it is only not due any more.
		"""
		...
