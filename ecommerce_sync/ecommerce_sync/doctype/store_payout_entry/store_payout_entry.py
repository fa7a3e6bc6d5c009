"""One transaction of a payout and the Payment Entry that it settles."""

from frappe.model.document import Document


class StorePayoutEntry(Document):
	pass
