"""What must be right before a Store Connection is saved; every refusal names the field and the remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from ....bootstrap import platform
from ....core.errors import SyncError
from ....storefronts.addresses import check_url
from ....storefronts.base import Platform

_OF_COMPANY = ("Account", "Cost Center", "Warehouse", "Sales Taxes and Charges Template")
_NEEDED_WHEN = {
	"tax_template": ("tax_mode", "By template"),
	"guest_customer": ("guest_policy", "Shared guest customer"),
	"item_group": ("unknown_sku", "Create the Item"),
}
_UNIQUE_ROWS = {
	"taxes": ("tax_title", "rate"),
	"shipping_methods": ("method",),
	"payment_methods": ("method",),
	"companies": ("match_value",),
}


def check(doc: Document) -> None:
	"""Normalise address, platform and statuses, then refuse what could not work."""
	doc.platform = platform_of(doc).name
	doc.url = _normal_url(platform_of(doc).canonical_url((doc.url or "").strip()))
	_check_url(doc)
	_check_statuses(doc)
	_check_needed(doc)
	_check_company(doc)
	_check_rows(doc)
	_check_locations(doc)
	_check_items(doc)
	_check_price_lists(doc)


def platform_of(doc: Document) -> Platform:
	"""The document's platform; refuses one that is not there."""
	try:
		return platform(doc.platform or "")
	except KeyError as error:
		refuse(doc, "platform", _("{0}. Choose one of the list.").format(str(error.args[0])))


def refuse(doc: Document, fieldname: str, problem: str, row: Any = None) -> None:
	"""Stop the save with the field's label, the row's number if it is in a table, and the problem."""
	label = _(doc.meta.get_label(fieldname))
	where = f"{label}, {_('row')} {row.idx}" if row else label
	frappe.throw(f"<b>{where}</b>: {problem}", title=_("Store Connection"))


def _normal_url(url: str | None) -> str:
	"""Scheme and host in lower case, no query, no slash at the end; https where none is given."""
	text = (url or "").strip()
	parts = urlsplit(text if "://" in text else f"https://{text}")
	return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _check_url(doc: Document) -> None:
	try:
		check_url(doc.url, allow_http=bool(frappe.conf.ecommerce_sync_allow_http))
	except SyncError as error:
		refuse(doc, "url", frappe.utils.escape_html(str(error)))
	taken = {"url": doc.url, "platform": doc.platform, "enabled": 1, "name": ["!=", doc.name or ""]}
	if doc.enabled and (other := frappe.db.get_value("Store Connection", taken)):
		refuse(
			doc,
			"url",
			_(
				"{0} is connected to the same store; orders would arrive twice. Disable one of the two."
			).format(frappe.bold(other)),
		)


def _check_statuses(doc: Document) -> None:
	"""In the platform's own spelling, one a line."""
	known = {status.casefold(): status for status in platform_of(doc).capabilities.statuses}
	lines = [line.strip() for line in (doc.statuses or "").splitlines() if line.strip()]
	for line in lines:
		if known and line.casefold() not in known:
			remedy = _("{0} is no status of this platform. Use {1}.")
			refuse(doc, "statuses", remedy.format(frappe.bold(line), ", ".join(known.values())))
	doc.statuses = "\n".join(known.get(line.casefold(), line) for line in lines)


def _check_needed(doc: Document) -> None:
	for fieldname, (ruler, value) in _NEEDED_WHEN.items():
		if doc.get(ruler) == value and not doc.get(fieldname):
			remedy = _("is needed when {0} is '{1}'. Choose one, or change {0}.")
			refuse(doc, fieldname, remedy.format(_(doc.meta.get_label(ruler)), _(value)))


def _check_company(doc: Document) -> None:
	"""Accounts, cost centers, warehouses and templates are leaves of the store's company."""
	for holder, field, value in _links(doc):
		row = holder if holder is not doc else None
		label = field.fieldname if row is None else row.parentfield
		columns = ["company", *(["is_group"] if field.options != "Sales Taxes and Charges Template" else [])]
		found = frappe.db.get_value(field.options, value, columns, as_dict=True)
		if found and found.company != doc.company:
			remedy = _("{0} belongs to {1}. Choose one of {2}.")
			refuse(doc, label, remedy.format(frappe.bold(value), found.company, doc.company), row)
		if found and found.get("is_group"):
			refuse(doc, label, _("{0} is a group. Choose one below it.").format(frappe.bold(value)), row)


def _links(doc: Document) -> Iterator[tuple[Any, Any, str]]:
	for holder in [doc, *(row for table in doc.meta.get_table_fields() for row in doc.get(table.fieldname))]:
		for field in holder.meta.get_link_fields():
			if field.options in _OF_COMPANY and holder.get(field.fieldname):
				yield holder, field, holder.get(field.fieldname)


def _check_rows(doc: Document) -> None:
	for table, fields in _UNIQUE_ROWS.items():
		seen: Counter[tuple[str, ...]] = Counter()
		for row in doc.get(table):
			key = tuple(str(row.get(field) or "").strip().casefold() for field in fields)
			seen[key] += 1
			if seen[key] > 1:
				problem = _("'{0}' is in the table twice. Remove one of the rows.")
				refuse(doc, table, problem.format(frappe.utils.escape_html(str(row.get(fields[0])))), row)


def _check_locations(doc: Document) -> None:
	"""Rows of one place are added up: each names its place, where the platform has any, and a warehouse once."""
	has_places = platform_of(doc).capabilities.locations
	seen = set()
	for row in doc.get("locations"):
		row.location_id = (row.location_id or "").strip() if has_places else ""
		if has_places and not row.location_id:
			problem = _(
				"the Location ID is missing. Store > Read locations, taxes and methods adds a row for each"
				" location of the store; remove this one."
			)
			refuse(doc, "locations", problem, row)
		if (row.location_id, row.warehouse) in seen:
			problem = _("{0} is there already, and its stock would count twice. Remove one of the rows.")
			refuse(doc, "locations", problem.format(frappe.bold(row.warehouse)), row)
		seen.add((row.location_id, row.warehouse))


def _check_price_lists(doc: Document) -> None:
	"""Prices go to the store as they stand, in its currency. It is known once the store was asked."""
	for fieldname in ("store_price_list", "sale_price_list"):
		name = doc.get(fieldname)
		if not name:
			continue
		currency, selling = frappe.get_cached_value("Price List", name, ["currency", "selling"]) or (None, 1)
		if not selling:
			refuse(doc, fieldname, _("{0} is not for selling. Choose another one.").format(frappe.bold(name)))
		if doc.store_currency and currency and currency != doc.store_currency:
			remedy = _("{0} is in {1}, the store's prices are in {2}. Choose or create a Price List in {2}.")
			refuse(doc, fieldname, remedy.format(frappe.bold(name), currency, doc.store_currency))


def _check_items(doc: Document) -> None:
	"""The Items for lines without goods must not move stock, or every such line would."""
	for fieldname in ("custom_item", "gift_card_item"):
		item = doc.get(fieldname)
		if not item:
			continue
		found = frappe.db.get_value(
			"Item", item, ["is_stock_item", "is_sales_item", "disabled"], as_dict=True
		)
		if found and (found.is_stock_item or found.disabled or not found.is_sales_item):
			remedy = _("{0} must be an enabled Item that is sold and keeps no stock. Choose another one.")
			refuse(doc, fieldname, remedy.format(frappe.bold(item)))
