"""One webhook of a store, as it was when last looked at."""

from frappe.model.document import Document


class StoreWebhook(Document):
	pass
