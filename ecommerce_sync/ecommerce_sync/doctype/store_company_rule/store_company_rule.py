"""What a business buyer's company or terms become."""

from frappe.model.document import Document


class StoreCompanyRule(Document):
	pass
