"""The fields that the app adds to ERPNext's DocTypes; made by install, removed by uninstall."""

from __future__ import annotations

from typing import Any

_MODULE = "Ecommerce Sync"


def _field(fieldname: str, fieldtype: str, label: str, after: str, **more: Any) -> dict[str, Any]:
	return {
		"fieldname": fieldname,
		"fieldtype": fieldtype,
		"label": label,
		"insert_after": after,
		"module": _MODULE,
		"read_only": 1,
		"no_copy": 0 if more.pop("copied", False) else 1,
		"print_hide": 1,
		**more,
	}


# Fields marked `copied` go along when somebody amends the document: the copy takes over the order.
CUSTOM_FIELDS: dict[str, list[dict[str, Any]]] = {
	"Sales Order": [
		_field(
			"ecommerce_sync_section",
			"Section Break",
			"Online Store",
			"coupon_code",
			collapsible=1,
			depends_on="eval:doc.ecommerce_store",
		),
		_field(
			"ecommerce_store",
			"Link",
			"Store",
			"ecommerce_sync_section",
			options="Store Connection",
			in_standard_filter=1,
			copied=True,
		),
		_field("store_order_number", "Data", "Store Order", "ecommerce_store", search_index=1, copied=True),
		_field("store_order_url", "Small Text", "Order in the Store", "store_order_number", copied=True),
		_field("ecommerce_sync_column", "Column Break", "", "store_order_url"),
		_field("store_order_status", "Data", "Status in the Store", "ecommerce_sync_column", copied=True),
		_field("store_coupon_codes", "Small Text", "Coupon Codes", "store_order_status", copied=True),
		_field("store_note", "Small Text", "Note from the Customer", "store_coupon_codes", copied=True),
		_field("store_order_id", "Data", "Store Order ID", "store_note", hidden=1, copied=True),
		_field(
			"store_oversold",
			"Small Text",
			"Oversold",
			"store_order_id",
			depends_on="eval:doc.store_oversold",
		),
	],
	"Sales Order Item": [
		_field("store_line_id", "Data", "Store Line", "additional_notes", hidden=1, copied=True),
		_field(
			"store_unit_price",
			"Currency",
			"Unit Price in the Store",
			"store_line_id",
			options="currency",
			depends_on="eval:doc.store_line_id",
			copied=True,
		),
		_field("store_bundle", "Data", "Bundle in the Store", "store_unit_price", hidden=1, copied=True),
	],
	"Item": [
		_field(
			"ecommerce_stores",
			"Table MultiSelect",
			"Sold in Stores",
			"description",
			options="Item Store",
			read_only=0,
			description="Online stores that this Item is written to, with its variants.",
		),
	],
	"Sales Taxes and Charges": [
		_field("store_charge_kind", "Data", "Store Charge", "dont_recompute_tax", hidden=1, copied=True),
		_field("store_shares", "Small Text", "Store Shares", "store_charge_kind", hidden=1, copied=True),
	],
}
