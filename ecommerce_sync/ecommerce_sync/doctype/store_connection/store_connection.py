"""One store: how to reach it and what its orders become."""

from frappe.model.document import Document


class StoreConnection(Document):
	@property
	def webhook_address(self) -> str:
		"""Where the store sends its messages."""
		return ""
