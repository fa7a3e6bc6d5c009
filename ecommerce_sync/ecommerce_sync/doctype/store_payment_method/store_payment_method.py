"""One payment method of a store: where its money goes."""

from frappe.model.document import Document


class StorePaymentMethod(Document):
	pass
