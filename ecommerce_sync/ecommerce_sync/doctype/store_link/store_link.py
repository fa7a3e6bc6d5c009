"""Which ERPNext document an object of a store became; the row is also the lock of that object.

Unique in the database, so that two workers cannot both believe to be the first.
"""

import frappe
from frappe.model.document import Document


class StoreLink(Document):
	def before_insert(self) -> None:
		self.store = self.store or ""  # NULL would escape the unique index


def on_doctype_update() -> None:
	"""The unique key and the indexes of `Store Link`."""
	frappe.db.add_unique("Store Link", ["store", "kind", "external_id"], constraint_name="unique_external")
	frappe.db.add_index("Store Link", ["document_type", "document"])
	frappe.db.add_index("Store Link", ["kind", "state", "store"])  # Items that are due
