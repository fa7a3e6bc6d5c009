"""A store that an Item is to be sold in: a row of 'Sold in Stores'."""

from frappe.model.document import Document


class ItemStore(Document):
	pass
