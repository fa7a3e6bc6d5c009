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

doc_events = {
	"Sales Order": {
		"before_submit": "ecommerce_sync.doc_events.sales_order.before_submit",
		"on_submit": "ecommerce_sync.doc_events.sales_order.on_submit",
	},
}
