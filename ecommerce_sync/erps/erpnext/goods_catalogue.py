"""`CatalogueBooks`: the catalogue methods of the `Erp` protocol on a Frappe site, in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from ...core.catalogue import (
	BindListing,
	CatalogueCommand,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	ErpProduct,
	ItemFacts,
	ItemState,
	ListedVariant,
	Proposal,
	UpdateItem,
)
from ...core.errors import Fixable
from ...core.products import Product
from ...core.settings import StoreSettings
from . import (
	attributes,
	bundles,
	catalogue_items,
	due,
	items,
	levels,
	links,
	listings,
	observe_product,
	proposals,
	published_items,
)
from .unit import Unit, apart, sync_user

Document = tuple[str, str]
T = TypeVar("T")


class CatalogueBooks:
	"""Mixed into `ErpNext`; methods are transactions of their own unless the protocol says otherwise."""

	_unit: Unit

	def stores_due(self) -> list[str]:
		"""See `GoodsBooks.stores_due`."""
		return sorted({*apart(due.stores_due), *apart(published_items.stores_due)})

	# catalogue

	def list_products(self, store: str, products: Sequence[Product]) -> int:
		"""See `GoodsBooks.list_products`. At most eight statements for a portion of a thousand listings."""
		return _as_sync_user(partial(_list, store, products))

	def listed(self, store: str, product_id: str | None = None) -> list[ListedVariant]:
		"""See `GoodsBooks.listed`."""
		return apart(partial(proposals.listed, store, product_id))

	def item_facts(self) -> Iterator[ItemFacts]:
		"""See `GoodsBooks.item_facts`."""
		return proposals.item_facts()

	def record_proposals(self, store: str, found: Sequence[Proposal]) -> int:
		"""See `GoodsBooks.record_proposals`."""
		return _as_sync_user(partial(proposals.record, found))

	def to_import(self, store: str, after: str, limit: int) -> list[str]:
		"""See `GoodsBooks.to_import`."""
		return apart(partial(proposals.to_import, store, after, limit))

	def import_size(self, store: str) -> tuple[int, int]:
		"""See `GoodsBooks.import_size`."""
		return apart(partial(proposals.import_size, store))

	def observe_product(self, product: Product, settings: StoreSettings) -> ErpProduct:
		"""See `GoodsBooks.observe_product`. Eleven queries at most."""
		key = observe_product.product_key(settings.store, product.id)
		return observe_product.observe(product, settings, self._unit.links.get(key))

	def apply_product(
		self, command: CatalogueCommand, product: Product, settings: StoreSettings
	) -> Document | None:
		"""See `GoodsBooks.apply_product`."""
		return _APPLY[type(command)](command, product, settings)

	def record_product(self, product: Product, settings: StoreSettings, gone: bool = False) -> None:
		"""See `GoodsBooks.record_product`."""
		key = observe_product.product_key(settings.store, product.id)
		known = self._unit.links.get(key) or links.read(key)
		wanted = {"version": links.stored_version(product.updated_at), "state": "Gone" if gone else ""}
		if {name: known.get(name) or None for name in wanted} != {
			name: wanted[name] or None for name in wanted
		}:
			links.update(key, **wanted)

	def product_gone(self, store: str, product_id: str) -> int:
		"""See `GoodsBooks.product_gone`."""
		return listings.product_gone(store, product_id)

	# products out

	def items_due(self, store: str, limit: int) -> list[str]:
		"""See `GoodsBooks.items_due`."""
		apart(published_items.take_notes)
		return apart(partial(published_items.due, store, limit))

	def item_state(self, item_code: str, settings: StoreSettings) -> tuple[datetime, ItemState]:
		"""See `GoodsBooks.item_state`."""
		read_at = apart(published_items.read_at)
		return read_at, apart(partial(published_items.state, item_code, settings))

	def published(
		self,
		item_code: str,
		product: Product | None,
		settings: StoreSettings,
		digest: str | None,
		read_at: datetime,
	) -> None:
		"""See `GoodsBooks.published`."""
		_as_sync_user(partial(published_items.settle, item_code, product, settings, digest, read_at))


def _as_sync_user(work: Callable[[], T]) -> T:
	with sync_user():
		return apart(work)


def _list(store: str, products: Sequence[Product]) -> int:
	written = listings.write(store, products)
	told, new = listings.news(products, written.names)
	if told:
		levels.told(store, told)
	return written.rows + new


def _ensure_attributes(command: EnsureAttributes, product: Product, settings: StoreSettings) -> None:
	attributes.ensure(command.options, product.title)


def _create_item(command: CreateItem, product: Product, settings: StoreSettings) -> Document:
	code = catalogue_items.create(command, settings)
	if command.variant_id is not None:
		_bind_to(code, command.variant_id, product, settings)
	return "Item", code


def _bind(command: BindListing, product: Product, settings: StoreSettings) -> Document:
	code = items.named(command.item_code)
	if code is None:
		detail = f"There is no Item {command.item_code}."
		raise Fixable("erp_refused", cause=f"item:{command.item_code}", detail=detail)
	_bind_to(code, command.variant_id, product, settings)
	return "Item", code


def _bind_to(code: str, variant_id: str, product: Product, settings: StoreSettings) -> None:
	variant = next(variant for variant in product.variants if variant.id == variant_id)
	listings.bind_variant(product, variant, code, settings)


def _create_bundle(command: CreateBundle, product: Product, settings: StoreSettings) -> Document | None:
	name = bundles.create(command)
	return (bundles.DOCTYPE, name) if name else None


def _update(command: UpdateItem, product: Product, settings: StoreSettings) -> Document | None:
	name = catalogue_items.update(command, settings)
	return ("Item", name) if name else None


_APPLY: dict[type, Callable[[Any, Product, StoreSettings], Document | None]] = {
	EnsureAttributes: _ensure_attributes,
	CreateItem: _create_item,
	BindListing: _bind,
	CreateBundle: _create_bundle,
	UpdateItem: _update,
}
