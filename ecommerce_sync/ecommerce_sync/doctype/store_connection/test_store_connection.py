"""Store Connection: what it fills in, what it refuses, who may press its buttons."""

from __future__ import annotations

import json

import frappe
from frappe.tests.utils import FrappeTestCase

from ....api import store as buttons
from ....bootstrap import credentials, store_settings
from ....testing import (
	CONSUMER_SECRET,
	SECRET,
	company,
	new_item,
	new_store,
	remove_store,
	request,
	user_with,
)


class TestStoreConnection(FrappeTestCase):
	@classmethod
	def tearDownClass(cls) -> None:
		remove_store("Form-Test")  # Test connection ends the transaction that it runs in
		frappe.db.commit()
		super().tearDownClass()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()

	def test_a_new_store_is_filled_from_the_company_and_the_platform(self) -> None:
		doc = new_store("Form-Test")
		for fieldname in ("cost_center", "rounding_account", "shipping_account", "warehouse", "price_list"):
			self.assertTrue(doc.get(fieldname), fieldname)
		for doctype, fieldname in (("Customer Group", "customer_group"), ("Territory", "territory")):
			self.assertFalse(frappe.db.get_value(doctype, doc.get(fieldname), "is_group"))
		self.assertIn("processing", doc.statuses.splitlines())
		self.assertIn("store=Form-Test", doc.webhook_address)

	def test_a_field_that_was_emptied_stays_empty(self) -> None:
		doc = new_store("Form-Test")
		doc.tax_account = doc.statuses = None
		doc.save()
		self.assertFalse(doc.tax_account or doc.statuses)

	def test_the_settings_say_what_the_form_says(self) -> None:
		account = new_store("Form-Test").rounding_account
		new_store(
			"Form-Test",
			taxes=[
				{"tax_title": " VAT ", "rate": 8.875, "account": account},
				{"tax_title": "X", "account": account},
			],
			statuses="Processing\n\n completed ",
			guest_policy="Own customer",
			submit_orders=0,
		)
		settings = store_settings("Form-Test")
		self.assertEqual(
			[(rule.title, str(rule.rate)) for rule in settings.taxes], [("VAT", "0.08875"), ("X", "None")]
		)
		self.assertEqual(settings.statuses, ("processing", "completed"))
		self.assertFalse(settings.submit)
		self.assertEqual(settings.company, company())

	def test_settings_are_read_again_after_a_change(self) -> None:
		doc = new_store("Form-Test")
		self.assertEqual(store_settings("Form-Test").delivery_days, 3)
		doc.delivery_days = 9
		doc.save()
		self.assertEqual(store_settings("Form-Test").delivery_days, 9)

	def test_addresses_are_normalised(self) -> None:
		for platform, given, kept in (
			("woocommerce", " Shop.Example.org/blog/ ", "https://shop.example.org/blog"),
			("woocommerce", "https://shop.example.org/?a=1#b", "https://shop.example.org"),
			("Shopify", "acme", "https://acme.myshopify.com"),
			("shopify", "https://admin.shopify.com/store/acme/orders", "https://acme.myshopify.com"),
			("Shopify", "ACME.myshopify.com", "https://acme.myshopify.com"),
		):
			with self.subTest(given):
				self.assertEqual(new_store("Form-Test", platform=platform, url=given).url, kept)

	def test_refusals_name_the_field(self) -> None:
		new_store("Form-Other")
		taken = frappe.db.get_value("Store Connection", "Form-Other", "url")
		stocked = new_item("FORM-STOCKED")
		stocked.db_set("is_stock_item", 1)
		for label, values in (
			("Store Address", {"url": "http://shop.example.org"}),
			("Store Address", {"url": "https://user:pw@shop.example.org"}),
			("Store Address", {"url": ""}),
			("Store Address", {"url": taken}),
			("Platform", {"platform": "Magento"}),
			("Tax Template", {"tax_mode": "By template"}),
			("Guest Customer", {"guest_policy": "Shared guest customer"}),
			("Order Statuses", {"statuses": "processing\nshiped"}),
			("Item for Custom Lines", {"custom_item": "FORM-STOCKED"}),
			("Locations, row 2", {"locations": [self._place(), self._place()]}),
			("Warehouse", {"warehouse": self._group_warehouse()}),
		):
			with self.subTest(label, **values):
				with self.assertRaises(frappe.ValidationError) as raised:
					new_store("Form-Test", **values)
				self.assertIn(
					f"<b>{label}</b>" if "url" not in values or values["url"] else "", str(raised.exception)
				)

	def test_locations_are_checked_by_what_the_platform_knows(self) -> None:
		place = self._place()
		shopify = {"platform": "shopify", "url": "acme"}
		for problem, values in (
			("Location ID is missing", {**shopify, "locations": [{**place, "location_id": " "}]}),
			("would count twice", {**shopify, "locations": [place, place]}),
			(
				"would count twice",
				{"locations": [{**place, "location_id": "1"}, {**place, "location_id": "2"}]},
			),
		):
			with self.subTest(problem):
				with self.assertRaises(frappe.ValidationError) as raised:
					new_store("Form-Test", **values)
				self.assertIn(problem, str(raised.exception))
		two_places = [place, {**place, "location_id": "2"}]
		self.assertEqual(len(new_store("Form-Test", **shopify, locations=two_places).locations), 2)
		[row] = new_store("Form-Test", locations=[place]).locations
		self.assertEqual(row.location_id, "")

	def test_price_lists_are_in_the_stores_currency(self) -> None:
		for currency in ("EUR", "USD"):
			name = f"Form-Test {currency}"
			if not frappe.db.exists("Price List", name):
				made = {"doctype": "Price List", "price_list_name": name, "currency": currency, "selling": 1}
				frappe.get_doc(made).insert()
		for fieldname, label in (
			("store_price_list", "Price List of the Store"),
			("sale_price_list", "Price List of Reduced Prices"),
		):
			values = {"store_currency": "USD", fieldname: "Form-Test EUR"}
			with self.assertRaises(frappe.ValidationError) as raised:
				new_store("Form-Test", **values)
			self.assertIn(f"<b>{label}</b>", str(raised.exception))
			self.assertIn("in USD", str(raised.exception))
			new_store("Form-Test", **{**values, fieldname: "Form-Test USD"})
			new_store("Form-Test", **{**values, "store_currency": None})

	def _place(self) -> dict[str, str]:
		return {
			"location_id": "1",
			"warehouse": frappe.db.get_value("Warehouse", {"company": company(), "is_group": 0}),
		}

	def _group_warehouse(self) -> str:
		return frappe.db.get_value("Warehouse", {"company": company(), "is_group": 1})

	def test_secrets_are_encrypted_and_do_not_show(self) -> None:
		doc = new_store("Form-Test")
		doc.client_id = "ck_2"
		doc.save()
		shown = json.dumps(frappe.get_doc("Store Connection", "Form-Test").as_dict(), default=str)
		versions = json.dumps(frappe.get_all("Version", {"docname": "Form-Test"}, ["data"]))
		row = str(frappe.db.sql("select * from `tabStore Connection` where name = 'Form-Test'"))
		given = credentials(frappe.get_doc("Store Connection", "Form-Test"))
		self.assertEqual(given.client_secret.get_secret_value(), CONSUMER_SECRET)
		for secret in (SECRET, CONSUMER_SECRET):
			self.assertNotIn(secret, shown + versions + row + repr(given))

	def test_a_webhook_secret_is_made_where_we_choose_it(self) -> None:
		made = new_store("Form-Test", webhook_secret="").get_password("webhook_secret")
		self.assertGreaterEqual(len(made), 32)
		shopify = new_store("Form-Test", platform="Shopify", url="acme", webhook_secret="")
		self.assertFalse(shopify.get_password("webhook_secret", raise_exception=False))

	def test_helpers_are_created_on_a_click_and_once(self) -> None:
		doc = new_store("Form-Test")
		self.assertFalse(doc.gift_card_item)
		buttons.create_helpers("Form-Test")
		doc.reload()
		self.assertFalse(frappe.db.get_value("Item", doc.custom_item, "is_stock_item"))
		for fieldname in ("gift_card_item", "tip_account", "gift_card_account", "duty_account"):
			self.assertTrue(doc.get(fieldname), fieldname)
		doc.tip_account = None
		doc.save()
		self.assertEqual(buttons.create_helpers("Form-Test"), [])

	def test_the_buttons_are_for_managers(self) -> None:
		new_store("Form-Test")
		for roles in (("Ecommerce Sync User",), ("Sales User",)):
			with user_with(*roles):
				for button in (
					buttons.test,
					buttons.profile,
					buttons.register_webhooks,
					buttons.remove_webhooks,
				):
					self.assertRaises(frappe.PermissionError, button, "Form-Test")
				for button in (
					buttons.sync_now,
					buttons.push_now,
					buttons.audit_now,
					buttons.create_helpers,
				):
					self.assertRaises(frappe.PermissionError, button, "Form-Test")
				self.assertRaises(frappe.PermissionError, buttons.repair, "Form-Test", "stock_settings")

	def test_a_sync_user_reads_but_does_not_write(self) -> None:
		doc = new_store("Form-Test")
		with user_with("Ecommerce Sync User"):
			self.assertTrue(doc.has_permission("read"))
			self.assertFalse(doc.has_permission("write"))

	def test_the_buttons_take_no_get_and_no_guest(self) -> None:
		for button in (buttons.test, buttons.profile, buttons.register_webhooks, buttons.create_helpers):
			self.assertEqual(frappe.allowed_http_methods_for_whitelisted_func[button], ["POST"])
		path = "/api/method/ecommerce_sync.api.store.sync_now"
		answer = request("POST", path, query_string={"store": "Form-Test"})
		self.assertIn(answer.status_code, (401, 403))

	def test_the_fix_button_protects_the_base_prices(self) -> None:
		new_store("Form-Test")
		frappe.db.set_single_value("Stock Settings", "auto_insert_price_list_rate_if_missing", 1)
		buttons.repair("Form-Test", "stock_settings")
		setting = frappe.db.get_single_value("Stock Settings", "auto_insert_price_list_rate_if_missing")
		self.assertEqual(setting, 0)
		self.assertRaises(frappe.ValidationError, buttons.repair, "Form-Test", "rm -rf")

	def test_a_test_of_a_store_without_credentials_says_so(self) -> None:
		new_store("Form-Test", platform="Shopify", url="acme", client_id="", client_secret="")
		checks = buttons.test("Form-Test")
		self.assertTrue(any(check["remedy"] for check in checks if not check["ok"]))
		self.assertEqual(frappe.db.get_value("Store Connection", "Form-Test", "health"), "Red")
