"""One tax of a store and the account it is booked to."""

from frappe.model.document import Document


class StoreTax(Document):
	pass
