"""One warehouse of a place that a store ships from; a place may have several rows."""

from frappe.model.document import Document


class StoreLocation(Document):
	pass
