"""One sellable variant of a store and the Item it stands for."""

import frappe
from frappe.model.document import Document


class StoreListing(Document):
	def before_insert(self) -> None:
		self.variant_id = self.variant_id or ""  # NULL would escape the unique index


def on_doctype_update() -> None:
	"""The unique key and the indexes of `Store Listing`."""
	frappe.db.add_unique(
		"Store Listing", ["store", "product_id", "variant_id"], constraint_name="unique_variant"
	)
	frappe.db.add_index("Store Listing", ["store", "sku"])
	frappe.db.add_index("Store Listing", ["item_code"])
	frappe.db.add_index("Store Listing", ["store", "stock_due"])
	frappe.db.add_index("Store Listing", ["store", "price_due"])
	frappe.db.add_index("Store Listing", ["store", "inventory_item_id"])
