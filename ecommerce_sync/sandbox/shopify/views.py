"""Records shown as GraphQL data, field by field when it is asked for: a page of 250 products stays cheap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.shopify.facts import timestamp

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.inventory import Inventory
	from ecommerce_sync.sandbox.shopify.records import Collection, Media, Metafield, Product, Variant

Fields = Mapping[str, Callable[["Inventory", Any], Any]]


class View(Mapping[str, Any]):
	"""One record by a table of its type's fields. A field with arguments gives a function of them."""

	__slots__ = ("_fields", "_record", "_stock")

	def __init__(self, fields: Fields, stock: Inventory, record: Any) -> None:
		self._fields, self._stock, self._record = fields, stock, record

	def __getitem__(self, name: str) -> Any:
		return self._fields[name](self._stock, self._record)

	def __contains__(self, name: object) -> bool:
		return name in self._fields

	def __iter__(self) -> Iterator[str]:
		return iter(self._fields)

	def __len__(self) -> int:
		return len(self._fields)


# The fields of each type, filled where all of them are known.
TABLES: dict[str, Fields] = {}


def product_data(stock: Inventory, product: Product) -> View:
	"""A `Product`."""
	return View(TABLES["Product"], stock, product)


def variant_data(stock: Inventory, variant: Variant) -> View:
	"""A `ProductVariant`."""
	return View(TABLES["ProductVariant"], stock, variant)


def item_data(stock: Inventory, variant: Variant) -> View:
	"""The `InventoryItem` of a variant."""
	return View(TABLES["InventoryItem"], stock, variant)


def media_data(stock: Inventory, media: Media) -> View:
	"""A `MediaImage`."""
	return View(TABLES["MediaImage"], stock, media)


def metafield_data(stock: Inventory, metafield: Metafield) -> View:
	"""A `Metafield`."""
	return View(TABLES["Metafield"], stock, metafield)


def collection_data(stock: Inventory, collection: Collection) -> View:
	"""A `Collection`."""
	return View(TABLES["Collection"], stock, collection)


def number(_stock: Inventory, record: Any) -> str:
	"""`legacyResourceId`."""
	return str(record.id)


def constant(value: Any) -> Callable[[Inventory, Any], Any]:
	"""A field that says the same of every record."""
	return lambda _stock, _record: value


def read(name: str) -> Callable[[Inventory, Any], Any]:
	"""A field that is an attribute of the record."""
	return lambda _stock, record: getattr(record, name)


def time(name: str) -> Callable[[Inventory, Any], Any]:
	"""A field that is a time of the record."""
	return lambda _stock, record: timestamp(getattr(record, name))


def counted(number: int) -> dict[str, Any]:
	"""A `Count`."""
	return {"count": number, "precision": "EXACT"}
