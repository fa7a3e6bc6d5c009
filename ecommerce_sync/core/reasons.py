"""The closed list of reasons: what the Desk says and what to do, by code.

Parameters stand in braces. The English text here is the translation key at the doors.
`docs/holds.md` lists the Hold reasons; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any, NamedTuple


class Reason(NamedTuple):
	"""Text templates: what happened, and what to do about it."""

	message: str
	remedy: str


HOLDS: dict[str, Reason] = {
	"total_mismatch": Reason(
		"The order's own figures do not add up: lines, shipping, charges and taxes come to {ours} {currency},"
		" the store's total is {theirs} {currency} (difference {difference}).",
		"Look at the order in the store. A plugin may have changed the total without a line (a gift card, a"
		" deposit). Correct it there, or enter the Sales Order by hand and dismiss this event.",
	),
	"template_total_mismatch": Reason(
		"The tax template computes {ours} {currency}, the store charged {theirs} {currency}"
		" (difference {difference}).",
		"Correct the tax template, or switch the store's tax mode to 'As charged'.",
	),
	"currency_precision": Reason(
		"{currency} has {digits} decimals, this site rounds to {site_digits}: the total cannot be exact.",
		"Set System Settings > Currency Precision to {digits} or more, then retry.",
	),
	"order_changed": Reason(
		"The order was changed in the store in a way that no longer fits Sales Order {document}, of which something"
		" is delivered or billed: {changes}. Store total {theirs}, Sales Order {ours}.",
		"Change Sales Order {document} by hand (Update Items) until its total is the store's and retry, or settle"
		" the difference with a credit note or a new order and dismiss this event.",
	),
	"edited_in_erpnext": Reason(
		"Sales Order {document} was edited in ERPNext (it was imported with {applied}, it now has {ours});"
		" the store now says {theirs}.",
		"Decide which is right: keep the Sales Order and dismiss this event, or delete it and import the order"
		" again.",
	),
	"cancelled_in_erpnext": Reason(
		"Sales Order {document} was cancelled or deleted in ERPNext, the order is still open in the store.",
		"Amend the Sales Order, cancel the order in the store, or import it again.",
	),
	"cancelled_after_progress": Reason(
		"The order was cancelled in the store, but Sales Order {document} is already {progress}.",
		"Return or credit what was delivered or billed, then cancel or close the Sales Order.",
	),
	"document_cancelled": Reason(
		"{doctype} {document} was cancelled in ERPNext, what it stands for is still so in the store.",
		"Amend {document}, undo it in the store too, or dismiss this event.",
	),
	"fulfilment_cancelled": Reason(
		"The store cancelled the shipment of Delivery Note {document}, which is billed or was made by a person.",
		"Cancel the Sales Invoice and the Delivery Note, or ship again in the store; then retry.",
	),
	"credit_mismatch": Reason(
		"Refund {refund} fits no invoice of the order: {adjustment}.",
		"Credit the invoice by hand with the refund's amount and retry (the credit note is then recognised), or"
		" dismiss this event.",
	),
	"stock_drift": Reason(
		"The store changed its number of Item {item} by itself (SKU '{sku}', location '{location}'): it shows"
		" {theirs}, by ERPNext it should be {ours}.",
		"Adopt the store's number (ERPNext books the difference with a Stock Reconciliation), or correct it"
		" (the store gets ERPNext's number again).",
	),
	"drift_not_adoptable": Reason(
		"The store's number of Item {item} cannot be booked by itself: {why}.",
		"Book the difference with a Stock Reconciliation by hand, or correct the store (it gets ERPNext's number"
		" again).",
	),
}

FIXABLE: dict[str, Reason] = {
	"sku_unknown": Reason(
		"Line {line} '{title}': no Item has the SKU '{sku}'.",
		"Create the Item with the code or barcode '{sku}', or bind the variant in Store Listing; the order then"
		" goes on by itself.",
	),
	"sku_missing": Reason(
		"Line {line} '{title}' has no SKU and its variant is not bound to an Item.",
		"Give the variant a SKU in the store, or bind it in Store Listing.",
	),
	"sku_ambiguous": Reason(
		"Line {line} '{title}': the SKU '{sku}' fits several Items: {items}.",
		"Bind the variant to one of them in Store Listing.",
	),
	"item_disabled": Reason(
		"Line {line} '{title}': Item {item} is disabled or cannot be sold.",
		"Enable the Item and allow sales on it; the order then goes on by itself.",
	),
	"tax_unmapped": Reason(
		"The tax '{title}' is mapped to no account.",
		"Add a row for it to the Taxes table of Store Connection {store}, or set a default tax account.",
	),
	"setting_missing": Reason(
		"{label} is not set, and order {order} needs it.",
		"Set {label} in Store Connection {store}; the order then goes on by itself.",
	),
	"credit_limit": Reason(
		"Customer {customer} is over the credit limit: {detail}",
		"Raise the limit or book a payment; the order then goes on by itself.",
	),
	"erp_refused": Reason(
		"ERPNext refused the document: {detail}",
		"Do what the message says, then retry.",
	),
	"mapping_failed": Reason(
		"Field Mapping {mapping}: {detail}",
		"Correct the mapping (its form can try it on a real payload), then retry.",
	),
	"exchange_rate_missing": Reason(
		"No exchange rate from {currency} to {company_currency}.",
		"Add a Currency Exchange record for {currency} to {company_currency}; the order then goes on by itself.",
	),
	"credentials_refused": Reason(
		"The store refused the credentials: {detail}",
		"Enter valid credentials in Store Connection {store} and test the connection.",
	),
	"scope_missing": Reason(
		"The store's access does not include {scopes}.",
		"Grant the scopes in the store's app settings, then test the connection.",
	),
	"payload_refused": Reason(
		"The message is no order: {path}: {problem}",
		"Look at the order in the store; if it is whole there, retry (the store is then asked again).",
	),
	"store_disabled": Reason(
		"Store Connection {store} is disabled or does not exist any more.",
		"Enable it; the order then goes on by itself.",
	),
	"store_refused": Reason(
		"The store refused the request: {detail}",
		"Do what the message says, then retry.",
	),
	"store_took_no_change": Reason(
		"The store did not take the change of {sku}: {detail}",
		"Do what the message says in the store or the Item, then push the Store Listing again.",
	),
	"bundle_part_unbound": Reason(
		"'{title}' is a bundle, and its part {part} is bound to no Item.",
		"Bind the part in Store Listing; the bundle then goes on by itself.",
	),
	"attribute_numeric": Reason(
		"Item Attribute {attribute} takes numbers only, and '{value}' of '{title}' is none of its range.",
		"Rename the option in the store, or untick Numeric Values on the Item Attribute, then retry.",
	),
	"price_currency": Reason(
		"Price List {price_list} is in {currency}, the store sells in {store_currency}.",
		"Choose a price list in {store_currency} in Store Connection {store}.",
	),
}

NOTES: dict[str, Reason] = {
	"drift_corrected": Reason(
		"The store changed its number of Item {item} by itself (SKU '{sku}', location '{location}'): it showed"
		" {theirs} and was given {ours} again.",
		"",
	),
	"drift_adopted": Reason(
		"The store changed its number of Item {item} by itself (SKU '{sku}', location '{location}'): it shows"
		" {theirs} instead of {ours}, and the difference was booked in ERPNext.",
		"",
	),
	"erased": Reason(
		"On the store's request personal data was redacted in: {redacted}. Kept, because the law or other"
		" business needs it: {kept}.",
		"",
	),
	"data_requested": Reason(
		"Customer {customer} of the store asks what is known of them. It stands in: {documents}. Send it to"
		" them within 30 days.",
		"",
	),
}

SKIPS: dict[str, Reason] = {
	"stale": Reason("An older version of the order than the one applied.", ""),
	"unchanged": Reason("Nothing differs from what was applied.", ""),
	"superseded": Reason("A newer message of the same order was applied in the same pass.", ""),
	"cancelled_before_import": Reason("Cancelled in the store before it was imported.", ""),
	"test_order": Reason("A test order; the store's options leave those out.", ""),
	"status_not_imported": Reason("Status '{status}' is not among those that are imported.", ""),
	"sold_not_imported": Reason(
		"Status '{status}' is not among those that are imported; the stores keep back what was sold.", ""
	),
	"unpaid": Reason("Not paid yet; the store's options wait for payment.", ""),
	"refunded_before_import": Reason("Refunded in whole before it was imported.", ""),
	"no_lines": Reason("The order has no lines and no amount.", ""),
	"gone_in_store": Reason("{kind} {id} does not exist in the store any more.", ""),
	"topic_unused": Reason("Nothing is done on the topic '{topic}'.", ""),
	"echo": Reason("The store tells what was written to it from here.", ""),
	"customers_not_followed": Reason(
		"Customer {customer}: the store's options follow customers only with their orders.", ""
	),
}

# What was done, where that is worth telling.
DONE: dict[str, Reason] = {
	"drift_corrected": Reason(
		"{sku} ({item}) stood at {theirs} in the store without an order telling why; it was set to {ours}.",
		"",
	),
	"drift_adopted": Reason(
		"{sku} ({item}) was changed to {theirs} in the store; ERPNext had {ours} and took the store's number.",
		"",
	),
}

TRANSIENT: dict[str, Reason] = {
	"network": Reason("The store could not be reached: {detail}", "It is tried again by itself."),
	"throttled": Reason("The store asked to slow down.", "It is tried again by itself."),
	"store_error": Reason("The store answered {status}.", "It is tried again by itself."),
	"fulfilment_on_hold": Reason(
		"The store keeps the goods back: {detail}",
		"Release the hold in the store; it is tried again by itself.",
	),
	"database_busy": Reason("The database was busy: {detail}", "It is tried again by itself."),
}

BUGS: dict[str, Reason] = {
	"bug": Reason(
		"An error in the app: {detail}", "Report it with the traceback; retry after the app was updated."
	),
}

ALL: dict[str, Reason] = {**HOLDS, **FIXABLE, **NOTES, **SKIPS, **DONE, **TRANSIENT, **BUGS}


class _Lenient(Formatter):
	"""A missing parameter shows as its name: a text must never fail."""

	def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
		return kwargs.get(str(key), f"<{key}>")


def describe(code: str, params: Mapping[str, Any], translate: Any = str) -> Reason:
	"""The reason's words with parameters filled in; `translate` maps an English template to the reader's."""
	reason = ALL.get(code) or Reason(code, "")
	fill = _Lenient().vformat
	return Reason(fill(translate(reason.message), (), params), fill(translate(reason.remedy), (), params))
