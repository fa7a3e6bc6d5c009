"""One extra field that is carried from the store's document to ERPNext's."""

from frappe.model.document import Document


class FieldMapping(Document):
	pass
