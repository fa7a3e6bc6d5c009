"""The catalogue import as its page drives it: rights, decisions, and the steps against an emulated store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from ..demo_site import allowed_for_the_demo, connect_shop
from ..jobs import catalogue as job
from ..sandbox.catalogue import PRODUCTS, Product, Variant
from ..sandbox.sellers import WooCommerceSeller
from ..sandbox.woocommerce.server import EmulatedWooCommerce
from ..testing import company, in_thread, new_item, remove_store, user_with
from . import catalogue

STORE = "Catalogue-Page-Test"
# A title that the emulator also puts into the description, as a picture in somebody's HTML.
_PICTURE = (
	"Vase <img src='https://shop.example.com/v.png' onerror='alert(1)'>"
	" <a href='https://example.com'>more</a> <script>alert(2)</script>"
)
VASE = Variant(990010, 99001, _PICTURE, None, "CATALOGUE-PAGE-VASE", None, Decimal(9), 1, "goods")
SOLD = [
	*[product for product in PRODUCTS if product.kind == "goods"][:12],
	Product(99001, _PICTURE, "Northwind Supply", "goods", (VASE,)),
]


class CataloguePage(FrappeTestCase):
	"""A store that was read; every test begins with nothing bound."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.emulator = cls.enterClassContext(EmulatedWooCommerce(catalogue=SOLD, stock=5))
		cls.enterClassContext(allowed_for_the_demo())
		cls.prefix = f"CP{frappe.generate_hash(length=5)}-"
		cls._forget()
		seller = WooCommerceSeller(cls.emulator, STORE)
		connect_shop(seller.shop(), company(), item_group=frappe.db.get_value("Item Group", {"is_group": 0}))
		frappe.db.commit()
		cls.addClassCleanup(cls._forget)

	@classmethod
	def _forget(cls) -> None:
		frappe.set_user("Administrator")
		frappe.db.delete("Store Stock Level", {"store": STORE})
		remove_store(STORE)
		for item in frappe.get_all("Item", {"item_code": ["like", f"{cls.prefix}%"]}, pluck="name"):
			frappe.delete_doc("Item", item, force=True)
		frappe.db.commit()

	def setUp(self) -> None:
		frappe.set_user("Administrator")
		self.enqueued: list[tuple[str, dict[str, Any]]] = []
		frappe.cache.delete_value(f"ecommerce_sync:stop_catalogue:{STORE}")
		once = patch.object(
			catalogue, "once", lambda work, method, **more: self.enqueued.append((method, more))
		)
		once.start()
		self.addCleanup(once.stop)
		frappe.db.delete("Store Listing", {"store": STORE})
		frappe.db.set_value("Store Connection", STORE, "import_progress", None)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()

	def do(self, step: str) -> dict[str, int]:
		"""Press the button, then be the worker."""
		self.enqueued.clear()
		getattr(catalogue, step)(STORE)
		[(method, more)] = self.enqueued
		self.assertEqual(method, f"ecommerce_sync.jobs.catalogue.{step}")
		with patch.object(job, "wake_push"):
			done: dict[str, int] = getattr(job, step)(more["store"])
		frappe.set_user("Administrator")
		return done

	def listing(self, sku: str) -> Any:
		return frappe.get_doc("Store Listing", {"store": STORE, "sku": sku})


class TestReading(CataloguePage):
	def test_what_was_read_is_counted_by_what_would_become_of_it(self) -> None:
		counts = self.do("read")
		self.assertEqual(counts["read"], len(SOLD))
		found = catalogue.summary(STORE)
		self.assertEqual(sum(found["becomes"].values()), sum(len(each.variants) for each in SOLD))
		self.assertEqual(
			(found["progress"]["step"], found["progress"]["state"], found["failed"]), ("read", "Done", 0)
		)

	def test_pages_and_searches(self) -> None:
		self.do("read")
		total = frappe.db.count("Store Listing", {"store": STORE})
		with patch.object(catalogue, "PAGE", 7):
			pages = [catalogue.listings(STORE, start=start) for start in range(0, total, 7)]
		names = [row["name"] for page in pages for row in page]
		self.assertEqual((len(names), len(set(names))), (total, total))
		self.assertEqual([row["sku"] for row in catalogue.listings(STORE, search="TEE-XL")], ["TEE-XL"])
		self.assertEqual(catalogue.listings(STORE, search="%"), [])
		self.assertEqual(catalogue.listings(STORE, search="' OR 1=1 --"), [])

	def test_gone_and_left_out_stand_apart(self) -> None:
		self.do("read")
		frappe.db.set_value("Store Listing", self.listing("TEE-S").name, "gone", 1)
		catalogue.choose(self.listing("TEE-M").name, ignore=1)
		found = catalogue.summary(STORE)["becomes"]
		self.assertEqual((found["gone"], found["ignored"]), (1, 1))
		self.assertEqual([row["sku"] for row in catalogue.listings(STORE, "gone")], ["TEE-S"])
		self.assertEqual([row["sku"] for row in catalogue.listings(STORE, "ignored")], ["TEE-M"])

	def test_a_step_is_not_started_beside_a_running_one(self) -> None:
		catalogue.read(STORE)
		self.assertRaises(frappe.ValidationError, catalogue.run, STORE)
		self.assertEqual(len(self.enqueued), 1)

	def test_a_step_that_was_killed_can_be_taken_up_again(self) -> None:
		catalogue.read(STORE)
		told = frappe.parse_json(frappe.db.get_value("Store Connection", STORE, "import_progress"))
		told["at"] = "2020-01-01T00:00:00"
		frappe.db.set_value("Store Connection", STORE, "import_progress", frappe.as_json(told))
		self.assertEqual(catalogue.summary(STORE)["progress"]["state"], "Stopped")
		catalogue.read(STORE)

	def test_a_store_that_does_not_answer_says_so_on_the_page(self) -> None:
		address = frappe.db.get_value("Store Connection", STORE, "url")
		self._move_to("http://127.0.0.1:9")
		self.addCleanup(self._move_to, address)
		with patch("time.sleep"):
			self.do("read")
		progress = catalogue.summary(STORE)["progress"]
		self.assertEqual(progress["state"], "Failed")
		self.assertTrue(progress["problem"])

	def _move_to(self, address: str) -> None:
		frappe.db.set_value("Store Connection", STORE, "url", address)
		frappe.db.commit()

	def test_a_stop_from_another_process_is_heard(self) -> None:
		self.do("read")
		told: list[tuple[int, int]] = []
		real = job._progress_of(STORE, "run")

		def stopped_after_the_third(done: int, expected: int) -> bool:
			told.append((done, expected))
			if len(told) == 3:
				in_thread(lambda: _stop(frappe_site))
			return real(done, expected)

		frappe_site = frappe.local.site
		self._choose_all()
		with patch.object(job, "_progress_of", lambda store, step: stopped_after_the_third):
			self.do("run")
		self.assertEqual(len(told), 3)
		self.assertEqual(catalogue.summary(STORE)["progress"]["state"], "Stopped")
		left = catalogue.summary(STORE)["becomes"]
		self.assertGreater(left["chosen"], 0)
		self.do("run")
		self.assertNotIn("chosen", catalogue.summary(STORE)["becomes"])

	def _choose_all(self) -> None:
		for number, row in enumerate(frappe.get_all("Store Listing", {"store": STORE}, pluck="name")):
			catalogue.choose(row, new_item(f"{self.prefix}{number}").name)
		frappe.db.commit()


def _stop(site: str) -> None:
	frappe.init(site=site)
	frappe.connect()
	try:
		job.stop(STORE)
	finally:
		frappe.destroy()


class TestDeciding(CataloguePage):
	def setUp(self) -> None:
		super().setUp()
		self.do("read")
		self.item = new_item(f"{self.prefix}A").name

	def test_a_chosen_item_is_bound_without_reading_again(self) -> None:
		name = self.listing("TEE-S").name
		row = catalogue.choose(name, self.item)
		self.assertEqual((row["becomes"], row["proposed_item"]), ("chosen", self.item))
		self.assertEqual(row["names"][self.item], frappe.db.get_value("Item", self.item, "item_name"))
		self.assertFalse(frappe.db.get_value("Store Listing", name, "item_code"))
		frappe.db.commit()
		for_others = self._but(name)
		self.do("run")
		self.assertEqual(frappe.db.get_value("Store Listing", name, "item_code"), self.item)
		self.assertEqual(catalogue.summary(STORE)["becomes"]["ignored"], for_others)

	def _but(self, name: str) -> int:
		"""Leave out all others."""
		others = frappe.get_all("Store Listing", {"store": STORE, "name": ["!=", name]}, pluck="name")
		frappe.db.set_value("Store Listing", {"name": ["in", others]}, "ignored", 1)
		frappe.db.commit()
		return len(others)

	def test_markup_of_the_store_is_text_and_stops_no_import(self) -> None:
		name = self.listing(VASE.sku or "").name
		self._but(name)
		self.assertEqual(self.do("run"), {"done": 1})
		item = frappe.get_doc("Item", frappe.db.get_value("Store Listing", name, "item_code"))
		self.addCleanup(frappe.delete_doc, "Item", item.name, force=True)
		self.assertNotIn("<img", item.description)
		self.assertNotIn("<script", item.description)

	def test_a_product_that_fails_unexpectedly_waits_in_the_queue(self) -> None:
		name = self.listing("TEE-S").name
		catalogue.choose(name, self.item)
		self._but(name)
		broken = patch("ecommerce_sync.erps.erpnext.erp.ErpNext.observe_product", side_effect=TypeError("oh"))
		with broken:
			self.assertEqual(self.do("run"), {"failed": 1})
		found = catalogue.summary(STORE)
		self.assertEqual((found["failed"], found["progress"]["state"]), (1, "Done"))
		self.assertEqual(self.do("run"), {"done": 1})

	def test_what_is_left_out_is_neither_bound_nor_created(self) -> None:
		name = self.listing("TEE-S").name
		catalogue.choose(name, self.item)
		row = catalogue.choose(name, ignore=1)
		self.assertEqual((row["becomes"], row["proposed_item"]), ("ignored", None))
		self._but(name)
		self.do("run")
		self.assertFalse(frappe.db.get_value("Store Listing", name, "item_code"))

	def test_a_decision_taken_back_is_matched_anew(self) -> None:
		name = self.listing("TEE-S").name
		before = frappe.db.get_value("Store Listing", name, ["match", "proposed_item", "candidates"])
		for values in ({"item_code": self.item}, {"ignore": 1}):
			with self.subTest(**values):
				catalogue.choose(name, **values)
				self.enqueued.clear()
				self.assertEqual(catalogue.choose(name)["becomes"], "")
				self.assertEqual([method.rsplit(".")[-1] for method, _ in self.enqueued], ["match"])
				job.match(STORE)
				frappe.set_user("Administrator")
				after = frappe.db.get_value("Store Listing", name, ["match", "proposed_item", "candidates"])
				self.assertEqual(after, before)

	def test_a_bound_listing_is_not_decided_about_again(self) -> None:
		doc = self.listing("TEE-S")
		doc.item_code = self.item
		doc.save()
		self.assertRaises(frappe.ValidationError, catalogue.choose, doc.name, ignore=1)

	def test_an_item_that_cannot_be_sold_is_no_choice(self) -> None:
		frappe.db.set_value("Item", self.item, "disabled", 1)
		name = self.listing("TEE-S").name
		self.assertRaises(frappe.ValidationError, catalogue.choose, name, self.item)
		self.assertRaises(frappe.ValidationError, catalogue.choose, name, "<b>no such Item</b>")

	def test_the_page_is_for_managers(self) -> None:
		name = self.listing("TEE-S").name
		for roles in (("Ecommerce Sync User",), ("Stock Manager",)):
			with user_with(*roles):
				for button in (catalogue.summary, catalogue.listings, catalogue.read, catalogue.match):
					self.assertRaises(frappe.PermissionError, button, STORE)
				for button in (catalogue.run, catalogue.stop):
					self.assertRaises(frappe.PermissionError, button, STORE)
				self.assertRaises(frappe.PermissionError, catalogue.choose, name, ignore=1)
				self.assertFalse(frappe.get_doc("Page", "catalogue-import").is_permitted())
		with user_with("Ecommerce Sync Manager"):
			self.assertTrue(frappe.get_doc("Page", "catalogue-import").is_permitted())
			self.assertEqual(catalogue.choose(name, ignore=1)["becomes"], "ignored")
		for button in (
			catalogue.summary,
			catalogue.listings,
			catalogue.read,
			catalogue.run,
			catalogue.choose,
		):
			self.assertEqual(frappe.allowed_http_methods_for_whitelisted_func[button], ["POST"])
