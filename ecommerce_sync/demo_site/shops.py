"""Store Connections for emulated stores, and the Items that their orders name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe

from ..ecommerce_sync.doctype.store_connection import helpers
from ..sandbox.catalogue import VARIANTS
from ..sandbox.world import Shop


def connect_shop(shop: Shop, company: str, **values: Any) -> str:
	"""A Store Connection for an emulated store, with the helper Items and accounts; returns its name."""
	doc = frappe.new_doc("Store Connection")
	secret = shop.credentials.client_secret
	doc.update(
		{
			"store_name": shop.store,
			"enabled": 1,
			"platform": shop.platform,
			"url": shop.credentials.url,
			"shop_domain": shop.domain,
			"auth_method": "Access token" if shop.credentials.token else "Client ID and secret",
			"access_token": shop.credentials.token.get_secret_value() if shop.credentials.token else None,
			"client_id": shop.credentials.client_id,
			"client_secret": secret.get_secret_value() if secret else None,
			"webhook_secret": shop.secret,
			"company": company,
			**values,
		}
	)
	doc.insert()
	helpers.create(doc)
	doc.save()
	return str(doc.name)


def create_items() -> None:
	"""The catalogue's SKUs as Items."""
	for variant in VARIANTS:
		if variant.sku:
			create_item(variant.sku, variant.product_title)


def create_item(item_code: str, name: str) -> None:
	"""An Item as a person would make it, unless it is there."""
	if not frappe.db.exists("Item", item_code):
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		item = {"doctype": "Item", "item_code": item_code, "item_name": name, "item_group": group}
		frappe.get_doc({**item, "stock_uom": "Nos", "is_stock_item": 1}).insert()


def retire(stores: Sequence[str]) -> None:
	"""The emulated stores are closed: no sweep should ask them any more."""
	for store in stores:
		frappe.db.set_value("Store Connection", store, "enabled", 0)
	frappe.db.commit()
