"""What the catalogue planners are told, and the commands that they decide on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from ..models import Attribute, Model
from ..products import Option

Match = Literal[
	"bound",  # to an Item already
	"sku",  # one Item by SKU: will be bound
	"barcode",  # one Item by barcode: will be bound
	"name",  # Items of a similar name: a person confirms one
	"create",  # nothing fits: an Item will be created
	"ambiguous",  # several Items fit: a person chooses
	"no_sku",  # neither SKU nor barcode: a person chooses or types a SKU into the store
	"duplicate_sku",  # several variants of the store have this SKU
	"ignored",  # a person said so
]


class ItemFacts(Model):
	"""An Item as matching sees it."""

	item_code: str
	name: str = ""
	barcodes: tuple[str, ...] = ()
	usable: bool = True  # enabled, sold, and no template


class ListedVariant(Model):
	"""A variant of the store as Store Listing keeps it, bound or not. `name` is the Store Listing.

	`chosen` is the Item that a person set on a listing that was proposed nothing certain for.
	"""

	name: str
	product_id: str
	variant_id: str = ""
	sku: str | None = None
	barcode: str | None = None
	title: str = ""
	item_code: str | None = None
	ignored: bool = False
	chosen: str | None = None


class Proposal(Model):
	"""What would become of a listing.

	`item_code` is set only where it is bound to that Item already, or will be: by SKU, by barcode, or because a
	person chose it. `candidates` are the Items among which a person may choose, the likeliest first.
	"""

	listing: str
	match: Match
	item_code: str | None = None
	candidates: tuple[str, ...] = ()
	score: float | None = None  # of a name, 0 to 100


class BoundItem(Model):
	"""The Item of a listing as ERPNext has it, in the fields that the store may be master of."""

	item_code: str
	variant_of: str | None = None
	attributes: tuple[Attribute, ...] = ()  # of a template: names with empty values
	stock: bool = True  # keeps stock
	shared: bool = False  # a listing of another product of the same store is bound to it too
	values: dict[str, Any] = Field(default_factory=dict)  # keys of `ITEM_FIELDS`
	fields: dict[str, Any] = Field(default_factory=dict)  # those that Field Mapping writes, as they are now
	barcodes: tuple[str, ...] = ()


class ErpProduct(Model):
	"""What the ERP has for one product of a store, observed under the product's lock."""

	listings: dict[str, str] = {}  # variant id to the Item that it is bound to
	decided: dict[
		str, Proposal
	] = {}  # variant id to its proposal while it is not bound; open and ignored ones too
	items: dict[str, BoundItem] = {}  # by Item code: those of `listings`, and their templates
	found: dict[
		str, tuple[str, ...]
	] = {}  # variant id to the usable Items that its SKU, else its barcode fits
	taken: frozenset[str] = frozenset()  # Items that exist among `codes_of` the product
	components: dict[str, str] = {}  # `product_id:variant_id` of the bundles' parts to Item codes
	bundles: frozenset[str] = frozenset()  # Item codes of `items` that have a Product Bundle
	version: str | None = None  # of the product applied last, `Product.updated_at` in ISO format


# The parts of `Masters` and the Item fields that they stand for. What `values` hold under these keys:
# texts for title, description (HTML), images (the first one's address), categories (the Item Group's name)
# and barcode; for weight a Decimal of kilograms; for customs the tariff number and the ISO 3166-1 alpha-2
# country as a tuple of two, either None.
ITEM_FIELDS: dict[str, tuple[str, ...]] = {
	"title": ("item_name",),
	"description": ("description",),
	"images": ("image",),
	"categories": ("item_group",),
	"weight": ("weight_per_unit", "weight_uom"),
	"barcode": ("barcode",),  # a row of Item Barcode
	"customs": ("customs_tariff_number", "country_of_origin"),
}


class EnsureAttributes(Model):
	"""Item Attributes with at least these values; nothing is ever taken away or replaced."""

	options: tuple[Option, ...]
	kind: Literal["EnsureAttributes"] = "EnsureAttributes"


class CreateItem(Model):
	"""An Item: a template (`template` True), a variant of one, or one by itself; bound when `variant_id` is given."""

	item_code: str
	variant_id: str | None = None
	template: bool = False
	variant_of: str | None = None
	attributes: tuple[Attribute, ...] = ()  # of a template: names with empty values
	stock: bool = True
	values: dict[str, Any] = Field(default_factory=dict)  # keys of `ITEM_FIELDS`
	fields: dict[str, Any] = Field(default_factory=dict)  # by Field Mapping
	kind: Literal["CreateItem"] = "CreateItem"


class BindListing(Model):
	"""Bind a variant of the store to an Item."""

	variant_id: str
	item_code: str
	kind: Literal["BindListing"] = "BindListing"


class CreateBundle(Model):
	"""A Product Bundle for an Item that keeps no stock itself."""

	item_code: str
	parts: tuple[tuple[str, Decimal], ...]  # Item code and pieces
	kind: Literal["CreateBundle"] = "CreateBundle"


class UpdateItem(Model):
	"""Write the store's values to a bound Item."""

	item_code: str
	values: dict[str, Any] = Field(default_factory=dict)
	fields: dict[str, Any] = Field(default_factory=dict)  # by Field Mapping
	kind: Literal["UpdateItem"] = "UpdateItem"


CatalogueCommand = EnsureAttributes | CreateItem | BindListing | CreateBundle | UpdateItem


class VariantState(Model):
	"""One sellable Item of an `ItemState`."""

	item_code: str
	disabled: bool = False
	listing: str | None = None
	variant_id: str | None = None
	barcode: str | None = None
	attributes: tuple[Attribute, ...] = ()
	stock: bool = True
	values: dict[str, Any] = Field(default_factory=dict)  # keys of `ITEM_FIELDS`
	document: dict[str, Any] = Field(default_factory=dict, repr=False)  # the Item, for Field Mapping


class ItemState(Model):
	"""An Item that a store is to have (a template with its variants, or one by itself), to be published."""

	item_code: str
	disabled: bool = False
	values: dict[str, Any] = Field(default_factory=dict)  # keys of `ITEM_FIELDS`
	options: tuple[Option, ...] = ()  # of a template
	variants: tuple[VariantState, ...] = ()  # one by itself has one: itself
	document: dict[str, Any] = Field(default_factory=dict, repr=False)  # the Item, for Field Mapping
	product_id: str | None = None  # the store's, when there is a listing
	pushed: str | None = None  # digest of the draft pushed last
