"""What a worker needs for its first order, imported once in the process that the workers are forked from."""

# ruff: noqa: F401
import erpnext.accounts.party
import erpnext.controllers.accounts_controller
import erpnext.selling.doctype.customer.customer
import erpnext.selling.doctype.sales_order.sales_order
import erpnext.stock.doctype.bin.bin
import erpnext.stock.get_item_details
import frappe.contacts.doctype.address.address
import frappe.contacts.doctype.contact.contact
import frappe.model.workflow

import ecommerce_sync.bootstrap
import ecommerce_sync.erps.erpnext
import ecommerce_sync.storefronts.shopify
import ecommerce_sync.storefronts.woocommerce
import ecommerce_sync.sync.work
