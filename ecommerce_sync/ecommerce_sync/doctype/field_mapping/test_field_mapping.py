"""Field Mapping: what is refused when it is saved, and the try-out on an order that came."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode

import frappe
from frappe.tests.utils import FrappeTestCase

from ....api.field_mapping import try_out
from ....bootstrap import store_settings
from ....testing import body_of, new_store, order, user_with

GOOD = {
	"doctype": "Field Mapping",
	"entity": "Order",
	"source": "customer_note",
	"target_doctype": "Sales Order",
	"target_field": "po_no",
}
PRODUCT = {
	"id": 7,
	"name": "Scarf",
	"type": "simple",
	"status": "publish",
	"sku": "SCARF",
	"regular_price": "10.00",
	"price": "10.00",
	"date_modified_gmt": "2026-10-01T12:00:00",
	"date_created_gmt": "2026-10-01T12:00:00",
	"meta_data": [{"id": 1, "key": "fabric", "value": "Wool"}],
	"attributes": [],
	"variations": [],
}


class TestFieldMapping(FrappeTestCase):
	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()

	def test_a_good_mapping_reaches_the_settings(self) -> None:
		new_store("Mapping-Test")
		new_store("Mapping-Other")
		mapping = frappe.get_doc({**GOOD, "store": "Mapping-Test"}).insert()
		self.assertEqual([rule.name for rule in store_settings("Mapping-Test").fields], [mapping.name])
		self.assertEqual(store_settings("Mapping-Other").fields, ())
		mapping.enabled = 0
		mapping.save()
		self.assertEqual(store_settings("Mapping-Test").fields, ())

	def test_what_cannot_work_is_refused_by_field(self) -> None:
		for label, values in (
			("Source Path", {"source": "a[?"}),
			("Source Path", {"source": ""}),
			("Target DocType", {"target_doctype": "Item"}),
			("Target Field", {"target_field": "no_such_field"}),
			("Target Field", {"target_field": "items"}),
			("Table or Text", {"transform": "Jinja", "argument": "{{ value"}),
			("Table or Text", {"transform": "Jinja"}),
			("Table or Text", {"transform": "Lookup", "argument": "a = b\nc"}),
			("Default", {"when_missing": "Use default"}),
		):
			with self.subTest(label, **values):
				with self.assertRaises(frappe.ValidationError) as raised:
					frappe.get_doc({**GOOD, **values}).insert()
				self.assertIn(f"<b>{label}</b>", str(raised.exception))

	def test_a_product_s_field_goes_to_the_item_and_an_item_s_to_the_store(self) -> None:
		new_store("Mapping-Test")
		product = {"entity": "Product", "target_doctype": "Item", "target_field": "description"}
		frappe.get_doc({**GOOD, **product, "store": "Mapping-Test"}).insert()
		metafield = {
			"entity": "Item",
			"target_doctype": "",
			"target_field": " custom.brand ",
			"source": "brand",
		}
		saved = frappe.get_doc({**GOOD, **metafield, "store": "Mapping-Test"}).insert()
		self.assertEqual((saved.target_doctype, saved.target_field), (None, "custom.brand"))
		rules = {rule.entity: rule for rule in store_settings("Mapping-Test").fields}
		self.assertEqual((rules["Item"].target_doctype, rules["Item"].target_field), ("", "custom.brand"))
		self.assertEqual(rules["Product"].target_doctype, "Item")
		for wrong in (
			{**product, "target_field": "item_code"},
			{**product, "target_doctype": "Customer"},
			{**metafield, "target_field": "two words"},
			{**metafield, "target_field": ""},
		):
			with self.subTest(**wrong):
				self.assertRaises(frappe.ValidationError, frappe.get_doc({**GOOD, **wrong}).insert)

	def test_the_try_out_reads_products_variants_and_items(self) -> None:
		self._came("product", json.dumps(PRODUCT).encode())
		of_item = {"target_doctype": "Item", "target_field": "description", "store": "Mapping-Test"}
		found = try_out(json.dumps({**GOOD, **of_item, "entity": "Product", "source": "meta_data[0].value"}))
		self.assertEqual([row.get("value") for row in found], ["Wool"])
		found = try_out(json.dumps({**GOOD, **of_item, "entity": "Variant", "source": "sku"}))
		self.assertEqual([row.get("value") for row in found], ["SCARF"])
		out = {"entity": "Item", "target_field": "custom.code", "source": "doctype", "target_doctype": ""}
		self.assertEqual([row.get("value") for row in try_out(json.dumps({**GOOD, **out}))], ["Item"])

	def test_the_try_out_shows_the_value_of_the_latest_order(self) -> None:
		self._order_came()
		found = try_out(json.dumps({**GOOD, "store": "Mapping-Test"}))
		self.assertEqual([row.get("value") for row in found], ["Leave at the door"])
		line = {"entity": "Order Line", "target_doctype": "Sales Order Item", "target_field": "description"}
		found = try_out(json.dumps({**GOOD, **line, "store": "Mapping-Test", "source": "name"}))
		self.assertEqual([row.get("value") for row in found], ["A thing"])
		failing = {**GOOD, "store": "Mapping-Test", "source": "nothing", "when_missing": "Fail"}
		self.assertIn("nothing", try_out(json.dumps(failing))[0]["error"])

	def test_the_try_out_is_for_managers(self) -> None:
		self._order_came()
		with user_with("Ecommerce Sync User"):
			self.assertRaises(frappe.PermissionError, try_out, json.dumps({**GOOD, "store": "Mapping-Test"}))

	def _order_came(self) -> None:
		self._came("order", body_of(order(301, "SKU", customer_note="Leave at the door")))

	def _came(self, kind: str, body: bytes) -> None:
		new_store("Mapping-Test")
		payload = b64encode(zlib.compress(body)).decode()
		event = {"doctype": "Sync Log", "store": "Mapping-Test", "kind": kind, "event_key": "a"}
		frappe.get_doc({**event, "payload": payload, "whole": 1}).insert()
