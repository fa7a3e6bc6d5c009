"""Where Frappe calls the app."""

app_name = "ecommerce_sync"
app_title = "Ecommerce Sync"
app_publisher = "Ecommerce Sync contributors"
app_description = "Connects Shopify and WooCommerce stores to ERPNext"
app_email = "ecommerce-sync@example.com"
app_license = "gpl-3.0"
required_apps = ["frappe/erpnext"]

after_install = "ecommerce_sync.install.after_install"
after_migrate = "ecommerce_sync.install.after_migrate"
after_uninstall = "ecommerce_sync.install.after_uninstall"

ignore_links_on_delete = ["Store Link", "Store Listing", "Sync Log"]
default_log_clearing_doctypes = {"Sync Log": 90}

# What documents of a store's order show of it, see public/js and api/connections.py.
_IN_STORE = "public/js/store_document.js"
_FORM = "public/js/store_connection"
doctype_js = {
	"Sales Order": [_IN_STORE, "public/js/sales_order.js"],
	"Delivery Note": [_IN_STORE, "public/js/delivery_note.js"],
	"Sales Invoice": [_IN_STORE, "public/js/sales_invoice.js"],
	"Payment Entry": [_IN_STORE, "public/js/payment_entry.js"],
	"Store Connection": [f"{_FORM}/{part}.js" for part in ("applies", "checks", "profile", "low_stock")],
}
_CONNECTIONS = "ecommerce_sync.api.connections"
override_doctype_dashboards = {
	"Sales Order": f"{_CONNECTIONS}.sales_order",
	"Delivery Note": f"{_CONNECTIONS}.delivery_note",
	"Sales Invoice": f"{_CONNECTIONS}.sales_invoice",
	"Payment Entry": f"{_CONNECTIONS}.payment_entry",
}

# Saving what a waiting event waits for queues it again: the table is in doc_events/causes.py.
_RELEASE = "ecommerce_sync.doc_events.causes.release"
# What changes stock, reservations or prices is noted for the stores, see doc_events/stock.py and prices.py.
_STOCK = "ecommerce_sync.doc_events.stock.note"
_PRICE = "ecommerce_sync.doc_events.prices.note"
_PRODUCT = "ecommerce_sync.doc_events.item.note"
_UNBIND = "ecommerce_sync.doc_events.item.forget"
# Documents that follow an order carry their part of its charges, see doc_events/partials.py.
_RESTATE = "ecommerce_sync.doc_events.partials.before_validate"
# What a person does to a store's order is noted for the store, see doc_events/outgoing.py.
_SHIPPED = "ecommerce_sync.doc_events.shipments"
_CREDITED = "ecommerce_sync.doc_events.refunds.submitted"
_CHANGED = "ecommerce_sync.doc_events.order_changes"
doc_events = {
	"Item": {
		"on_update": [_RELEASE, _STOCK, _PRICE, _PRODUCT],
		"after_rename": [_RELEASE, _PRODUCT],
		"on_trash": _UNBIND,
	},
	"Item Attribute": {"on_update": _RELEASE},
	"Customer": {
		"on_update": _RELEASE,
		"after_rename": "ecommerce_sync.doc_events.customer.after_rename",
	},
	"Payment Entry": {"on_submit": _RELEASE},
	"Journal Entry": {"on_submit": _RELEASE},
	"Sales Order": {
		"before_submit": "ecommerce_sync.doc_events.sales_order.before_submit",
		"on_submit": ["ecommerce_sync.doc_events.sales_order.on_submit", f"{_CHANGED}.submitted"],
		"on_cancel": [_RELEASE, f"{_CHANGED}.cancelled"],
		"on_change": _STOCK,
		"on_trash": [_STOCK, f"{_CHANGED}.deleted"],
	},
	"Stock Ledger Entry": {"on_submit": _STOCK},
	"Stock Reservation Entry": {"on_change": _STOCK},
	"Work Order": {"on_change": _STOCK},
	"Subcontracting Order": {"on_change": _STOCK},
	"Product Bundle": {"on_update": _STOCK, "on_trash": _STOCK},
	"Batch": {"on_update": _STOCK},
	"Item Price": {"on_update": _PRICE, "on_trash": _PRICE},
	"Pricing Rule": {"on_update": _PRICE, "on_trash": _PRICE},
	"Price List": {"on_update": _PRICE},
	"Delivery Note": {
		"before_validate": ["ecommerce_sync.doc_events.returns.before_validate", _RESTATE],
		"before_submit": ["ecommerce_sync.doc_events.returns.before_submit", f"{_SHIPPED}.fill_parcels"],
		"on_submit": f"{_SHIPPED}.submitted",
		"on_cancel": f"{_SHIPPED}.cancelled",
		"on_update_after_submit": f"{_SHIPPED}.updated",
	},
	"Purchase Order": {
		"on_change": f"{_SHIPPED}.ordered",
		"on_update_after_submit": f"{_SHIPPED}.updated",
	},
	"Shipment": {"on_change": f"{_SHIPPED}.shipped"},
	"Sales Invoice": {
		"before_validate": _RESTATE,
		"on_submit": [_RELEASE, f"{_SHIPPED}.submitted", _CREDITED],
		"on_cancel": [_RELEASE, f"{_SHIPPED}.cancelled"],
		"on_update_after_submit": f"{_SHIPPED}.updated",
	},
	"Currency Exchange": {"on_update": _RELEASE},
	"Account": {"on_update": _RELEASE},
	"Fiscal Year": {"on_update": _RELEASE},
	"Accounting Period": {"on_update": _RELEASE, "on_trash": _RELEASE},
	"Accounts Settings": {"on_update": _RELEASE},
	"Selling Settings": {"on_update": _RELEASE},
	"Stock Settings": {"on_update": _RELEASE},
	"Store Listing": {"on_update": [_RELEASE, "ecommerce_sync.doc_events.stock.listing_saved"]},
	"Store Connection": {"on_update": [_RELEASE, "ecommerce_sync.doc_events.stock.store_saved"]},
	"Field Mapping": {"on_update": _RELEASE, "on_trash": _RELEASE},
}

scheduler_events = {
	"cron": {"* * * * *": ["ecommerce_sync.jobs.sweep.minute"]},
	"hourly_long": ["ecommerce_sync.jobs.sweep.hourly"],
	"daily_long": ["ecommerce_sync.jobs.sweep.daily"],
}
