"""One parcel of a delivery: what the store and its customer are told."""

from frappe.model.document import Document


class StoreParcel(Document):
	pass
