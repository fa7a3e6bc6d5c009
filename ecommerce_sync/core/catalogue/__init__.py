"""The catalogue planners: which Item a store's variant is, and what Items and products take from each other. Pure.

`propose` looks at the listings of a whole store and only proposes. `plan_product` brings one product
about: it binds and creates what was decided, and keeps bound Items up to date in the parts whose master is
the store. `plan_publish` goes the other way: what the store is given of an Item.
"""

from .matching import propose, propose_by_codes
from .planner import codes_of, plan_product
from .publish import plan_publish
from .words import (
	ITEM_FIELDS,
	BindListing,
	BoundItem,
	CatalogueCommand,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	ErpProduct,
	ItemFacts,
	ItemState,
	ListedVariant,
	Match,
	Proposal,
	UpdateItem,
	VariantState,
)

__all__ = [
	"ITEM_FIELDS",
	"BindListing",
	"BoundItem",
	"CatalogueCommand",
	"CreateBundle",
	"CreateItem",
	"EnsureAttributes",
	"ErpProduct",
	"ItemFacts",
	"ItemState",
	"ListedVariant",
	"Match",
	"Proposal",
	"UpdateItem",
	"VariantState",
	"codes_of",
	"plan_product",
	"plan_publish",
	"propose",
	"propose_by_codes",
]
