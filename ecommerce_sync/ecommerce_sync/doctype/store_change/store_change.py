"""A note that something of an Item changed and the stores are to be told; deleted when it was taken up."""

from frappe.model.document import Document


class StoreChange(Document):
	pass
