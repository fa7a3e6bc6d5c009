"""What a storefront does with products, stock and prices: the second part of the `Storefront` protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from ..core.models import Model
from ..core.products import Price, ProductDraft, StockHolder, StockLevel


class StockKey(Model):
	"""One listing whose quantities are asked for."""

	product_id: str
	variant_id: str = ""
	inventory_id: str | None = None
	stock_holder: StockHolder = "variant"


class QuantityChange(StockKey):
	"""One absolute quantity to set. `known` is what the store is believed to show, None when never read."""

	listing: str
	location_id: str = ""
	quantity: int
	known: int | None = None
	stocked: bool = True  # False: the place must first be made to keep it


class PriceChange(Model):
	"""One price to set."""

	listing: str
	product_id: str
	variant_id: str = ""
	price: Price


class Refusal(Model):
	"""A change that the store will not take. `gone`: the variant does not exist any more."""

	listing: str
	location_id: str = ""
	detail: str
	gone: bool = False


class Pushed(Model):
	"""How one call ended: what the store confirmed, what it had changed itself meanwhile, what it refused.

	Each change of the call is in exactly one of the three.
	"""

	done: tuple[str, ...] = ()  # listings; for quantities `listing:location`, see `label`
	stale: tuple[str, ...] = ()
	refused: tuple[Refusal, ...] = ()


def label(listing: str, location_id: str = "") -> str:
	"""How `Pushed` names a quantity."""
	return f"{listing}:{location_id}"


class GoodsStore(Protocol):
	"""Products, stock and prices of one store. Every method may raise `Transient` or `Fixable`."""

	def products(self, after: str | None = None) -> Iterator[dict[str, Any]]:
		"""All products (drafts too) as payloads that `Platform.parse_product` takes, by ascending id.

		`after` is a product id to go on behind. Complete products: no variant is left out.
		"""
		...

	def fetch_product(self, product_id: str) -> dict[str, Any]:
		"""The whole product as such a payload. Raises `Gone`."""
		...

	def stock_levels(self, keys: Sequence[StockKey], locations: Sequence[str]) -> Iterator[StockLevel]:
		"""What the store shows for these listings at these locations, in as few calls as the platform allows.

		Every key and location gets an answer (`stocked` False where the place does not keep it), with
		`inventory_id` filled in; listings that are gone get none.
		"""
		...

	def all_stock_levels(self, locations: Sequence[str]) -> Iterator[StockLevel]:
		"""The same for everything the store sells, in bulk: for the audit and the first push."""
		...

	def set_quantities(self, changes: Sequence[QuantityChange]) -> Iterator[Pushed]:
		"""Set quantities, in batches as large as the platform takes; one result per call that writes.

		Where the platform compares (`Capabilities.compare_and_set_stock`), a number that is not `known` any
		more is stale and the rest of its batch is sent again without it. Nothing is sent before it is asked
		for, so that the caller can record each result before the next call.
		"""
		...

	def set_prices(self, changes: Sequence[PriceChange]) -> Iterator[Pushed]:
		"""Set prices likewise; nothing is stale."""
		...

	def save_product(self, draft: ProductDraft) -> dict[str, Any]:
		"""Create or update a product and its variants; the whole product as the store has it then.

		Finds what an interrupted attempt created (by SKU), so that doing it again creates nothing twice.
		Raises `Fixable("store_refused")` with the store's words, `Gone` for a `product_id` that is no more.
		"""
		...
