"""What the Product Bundles plugin adds to a product of type "bundle": its components, by its REST reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecommerce_sync.sandbox.woocommerce.product_index import Catalogue
from ecommerce_sync.sandbox.woocommerce.products import BundledItem, Product

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.product_json import Shown

STATUS = {"instock": "in_stock", "onbackorder": "on_backorder", "outofstock": "out_of_stock"}
VISIBLE = ("single_product", "cart", "order")


def bundle_json(product: Product, shelves: Catalogue, shown: Shown) -> dict[str, Any]:
	"""The plugin's keys of a container."""
	items = [_item_json(at, item, shelves, shown) for at, item in enumerate(product.bundled)]
	short = any(item["stock_status"] == "out_of_stock" for item in items)
	return {
		"bundled_by": [],
		"bundle_stock_status": "outofstock" if short else "instock",
		"bundle_stock_quantity": bundle_stock(product, shelves),
		"bundle_virtual": False,
		"bundle_layout": "default",
		"bundle_add_to_cart_form_location": "default",
		"bundle_editable_in_cart": False,
		"bundle_sold_individually_context": "product",
		"bundle_item_grouping": "parent",
		"bundle_min_size": "",
		"bundle_max_size": "",
		"bundled_items": items,
		"bundle_sell_ids": [],
	}


def bundle_stock(product: Product, shelves: Catalogue) -> int | str:
	"""How many sets the components make; "" when none of them is counted."""
	counts = []
	for item in product.bundled:
		part = shelves.get(item.variation_id or item.product_id)
		if part and part.manage_stock and part.stock_quantity is not None:
			counts.append(max(0, part.stock_quantity) // item.quantity)
	return min(counts) if counts else ""


def _item_json(at: int, item: BundledItem, shelves: Catalogue, shown: Shown) -> dict[str, Any]:
	part, chosen = shelves.get(item.product_id), shelves.get(item.variation_id or item.product_id)
	return {
		"bundled_item_id": item.id,
		"product_id": item.product_id,
		"menu_order": at,
		"quantity_min": item.quantity,
		"quantity_max": item.quantity,
		"quantity_default": item.quantity,
		"priced_individually": False,
		"shipped_individually": False,
		"override_title": False,
		"title": part.name if part else "",
		"override_description": False,
		"description": "",
		"optional": False,
		"hide_thumbnail": False,
		"discount": "",
		"override_variations": bool(item.variation_id),
		"allowed_variations": [item.variation_id] if item.variation_id else [],
		"override_default_variation_attributes": False,
		"default_variation_attributes": [],
		**{f"{where}_visibility": "visible" for where in VISIBLE},
		**{f"{where}_price_visibility": "visible" for where in VISIBLE},
		"stock_status": STATUS[shown.stock_status(chosen)] if chosen else "in_stock",
	}
