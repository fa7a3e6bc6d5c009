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


def _from_store(after: str, *more: dict[str, Any]) -> list[dict[str, Any]]:
	"""Section, store and order of a document that follows a Sales Order; mapped documents take them along."""
	return [
		_field(
			"ecommerce_sync_section",
			"Section Break",
			"Online Store",
			after,
			collapsible=1,
			depends_on="eval:doc.ecommerce_store",
			collapsible_depends_on="eval:doc.ecommerce_store",
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
		_field("store_order_number", "Data", "Store Order", "ecommerce_store", copied=True),
		_field(
			"store_order_id",
			"Data",
			"Store Order ID",
			"store_order_number",
			hidden=1,
			search_index=1,
			copied=True,
		),
		*more,
	]


def _parcels(after: str) -> list[dict[str, Any]]:
	"""What the store is told of a shipment, and what it was told: JSON of ids and parcels."""
	return [
		_field(
			"store_parcels",
			"Table",
			"Parcels",
			after,
			options="Store Parcel",
			read_only=0,
			allow_on_submit=1,
			description="Carrier and tracking that the store passes on to its customer.",
		),
		_field("store_fulfilments", "Small Text", "Fulfilments in the Store", "store_parcels", hidden=1),
	]


_REFUND = _field("store_refund_id", "Data", "Refund in the Store", "store_order_id", search_index=1)
_LINE = _field("store_line_id", "Data", "Store Line", "additional_notes", hidden=1, copied=True)

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
			collapsible_depends_on="eval:doc.ecommerce_store",
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
			"store_refund_ids", "Small Text", "Refunds Taken Off", "store_order_id", hidden=1, copied=True
		),
		_field(
			"store_oversold",
			"Small Text",
			"Oversold",
			"store_refund_ids",
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
	"Delivery Note": _from_store(
		"instructions",
		_REFUND,
		_field("store_return_id", "Data", "Return in the Store", "store_refund_id"),
		*_parcels("store_return_id"),
	),
	"Delivery Note Item": [{**_LINE, "insert_after": "description"}],
	"Sales Invoice": _from_store("remarks", _REFUND, *_parcels("store_refund_id")),
	"Sales Invoice Item": [{**_LINE, "insert_after": "description"}],
	# A supplier who delivers to the buyer: ERPNext marks the Purchase Order as Delivered and makes no receipt.
	"Purchase Order": _from_store("supplied_items", *_parcels("store_order_id")),
	"Purchase Receipt": _from_store("instructions", *_parcels("store_order_id")),
	"Payment Entry": _from_store(
		"remarks",
		_field("store_payment_id", "Data", "Payment in the Store", "store_order_id", search_index=1),
	),
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
