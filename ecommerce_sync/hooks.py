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

# Saving what a waiting event waits for queues it again: the table is in doc_events/causes.py.
_RELEASE = "ecommerce_sync.doc_events.causes.release"
doc_events = {
	"Item": {"on_update": _RELEASE, "after_rename": _RELEASE},
	"Customer": {
		"on_update": _RELEASE,
		"after_rename": "ecommerce_sync.doc_events.customer.after_rename",
	},
	"Payment Entry": {"on_submit": _RELEASE},
	"Journal Entry": {"on_submit": _RELEASE},
	"Sales Order": {
		"before_submit": "ecommerce_sync.doc_events.sales_order.before_submit",
		"on_submit": "ecommerce_sync.doc_events.sales_order.on_submit",
		"on_cancel": _RELEASE,
	},
	"Sales Invoice": {"on_submit": _RELEASE, "on_cancel": _RELEASE},
	"Currency Exchange": {"on_update": _RELEASE},
	"Account": {"on_update": _RELEASE},
	"Fiscal Year": {"on_update": _RELEASE},
	"Accounting Period": {"on_update": _RELEASE, "on_trash": _RELEASE},
	"Accounts Settings": {"on_update": _RELEASE},
	"Selling Settings": {"on_update": _RELEASE},
	"Stock Settings": {"on_update": _RELEASE},
	"Store Listing": {"on_update": _RELEASE},
	"Store Connection": {"on_update": _RELEASE},
	"Field Mapping": {"on_update": _RELEASE, "on_trash": _RELEASE},
}

scheduler_events = {
	"cron": {"* * * * *": ["ecommerce_sync.jobs.sweep.minute"]},
	"hourly_long": ["ecommerce_sync.jobs.sweep.hourly"],
	"daily_long": ["ecommerce_sync.jobs.sweep.daily"],
}
