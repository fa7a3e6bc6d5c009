"""What a store is known to show of a listing at one of its locations."""

import frappe
from frappe.model.document import Document


class StoreStockLevel(Document):
	pass


def on_doctype_update() -> None:
	"""One row per listing and location."""
	frappe.db.add_unique(
		"Store Stock Level", ["listing", "location_id"], constraint_name="unique_listing_location"
	)
