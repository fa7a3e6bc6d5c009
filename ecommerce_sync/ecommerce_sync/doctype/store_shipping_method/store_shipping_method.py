"""One shipping method of a store and the account its price is booked to."""

from frappe.model.document import Document


class StoreShippingMethod(Document):
	pass
