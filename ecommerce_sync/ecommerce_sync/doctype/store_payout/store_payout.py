"""One transfer of a store's payment provider to the bank, with the Payment Entries that it settles."""

import frappe
from frappe.model.document import Document


class StorePayout(Document):
	pass


def on_doctype_update() -> None:
	frappe.db.add_unique("Store Payout", ["store", "payout_id"])
