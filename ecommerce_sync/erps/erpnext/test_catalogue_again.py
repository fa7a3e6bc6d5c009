"""Importing a catalogue again: nothing twice, nothing lost, and what people do with listings, on real ERPNext."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe

from ...core.catalogue import BindListing, CreateItem, EnsureAttributes
from ...core.errors import Fixable
from ...core.mapping import FieldRule
from ...core.models import Attribute
from ...core.products import BundlePart, StockLevel
from ..base import LinkKey
from ..contract_support import raises
from .testing_catalogue import (
	Imports,
	bring_about,
	code,
	items_of,
	later,
	product,
	stand,
	variant,
)


class TestCatalogueAgain(Imports):
	# again and again

	def test_a_second_import_writes_nothing(self) -> None:
		part = product(variant(code("PART-")))
		needed = BundlePart(product_id=part.id, variant_id=part.variants[0].id, quantity=Decimal(2))
		told = [
			part,
			product(variant(code(), barcode=code(), weight=Decimal("0.123456")), description="<p>a<b>b</p>"),
			self.tee("S", "M", "L", title=f"Tee <b>bold</b> & more {code()}", description="plain & <simple>"),
			product(variant(code("SET-"), parts=(needed,))),
			product(variant(code()), gift_card=True, categories=("All Item Groups",)),
			product(variant(None)),
		]
		self.run_import(*told)
		for each in told:
			bring_about(self.erp, self.settings, each)
		before = stand(self.settings)
		self.assertEqual(self.run_import(*told), {"listed": 0, "proposed": 0, "made": 0})
		for each in told:
			self.assertEqual(bring_about(self.erp, self.settings, each), [])
		self.assertEqual(stand(self.settings), before)

	def test_a_crash_between_two_commands_is_taken_up_again(self) -> None:
		told = self.tee("S", "M")
		self.erp.list_products(self.settings.store, [told])
		key = LinkKey(store=self.settings.store, kind="Product", external_id=told.id)
		self.erp.ensure_links([key])
		options = told.options
		template = CreateItem(
			item_code=code("DEAD-"), template=True, attributes=(Attribute(name="Size", value=""),)
		)
		with raises(KeyboardInterrupt), self.erp.transaction([key]):
			for command in (EnsureAttributes(options=options), template):
				self.erp.apply_product(command, told, self.settings)
			raise KeyboardInterrupt
		frappe.db.rollback()
		self.assertFalse(frappe.db.exists("Item", template.item_code))
		self.run_import(told)
		self.assertEqual(len(items_of(self.settings.store)), 5)
		self.assertFalse(frappe.db.exists("Item", template.item_code))

	def test_a_changed_product_is_followed_and_nothing_else_is_touched(self) -> None:
		told = self.tee("S")
		self.run_import(told)
		other = self.listing(told, 1)
		first = told.variants[0].model_copy(update={"sku": code("NEW-")})
		renamed = later(
			told.model_copy(update={"title": f"Other {code()}", "variants": (first, told.variants[1])})
		)
		self.assertEqual(self.erp.list_products(self.settings.store, [renamed]), 2)
		self.assertTrue(bring_about(self.erp, self.settings, renamed))
		item = self.item(self.listing(told).item_code)
		self.assertEqual(item.item_name, f"{renamed.title} - S / Red")
		self.assertEqual(self.item(item.variant_of).item_name, renamed.title)
		self.assertEqual(self.listing(told).sku, first.sku)
		self.assertEqual(self.listing(told, 1).sku, other.sku)
		self.assertEqual(bring_about(self.erp, self.settings, renamed), [])

	def test_variants_and_products_that_are_gone(self) -> None:
		told = self.tee("S")
		self.run_import(told)
		fewer = told.model_copy(update={"variants": told.variants[:1]})
		part = fewer.model_copy(update={"complete": False})
		self.assertEqual(self.erp.list_products(self.settings.store, [part]), 0)
		self.assertEqual(self.erp.list_products(self.settings.store, [fewer]), 1)
		gone = self.listing(told, 1)
		self.assertEqual((gone.gone, bool(gone.state), gone.stock_due), (1, True, None))
		self.assertEqual(gone.item_code, told.variants[1].sku)
		self.assertEqual(self.erp.list_products(self.settings.store, [told]), 1)
		self.assertEqual((self.listing(told, 1).gone, self.listing(told, 1).state), (0, None))

	def test_a_price_that_the_store_changed_is_due(self) -> None:
		told = product(variant(code()))
		self.run_import(told)
		frappe.db.set_value("Store Listing", self.listing(told).name, "price_due", None)
		frappe.db.commit()
		price = told.variants[0].price.model_copy(update={"price": Decimal("5.00")})  # type: ignore[union-attr]
		cheaper = told.model_copy(
			update={"variants": (told.variants[0].model_copy(update={"price": price}),)}
		)
		self.assertEqual(self.erp.list_products(self.settings.store, [cheaper]), 1)
		self.assertTrue(self.listing(told).price_due)
		self.assertEqual(self.listing(told).store_price, 5)

	def test_levels_that_a_product_tells_are_known(self) -> None:
		one = variant(code(), inventory_id=code(), levels=(StockLevel(location_id="7", quantity=4),))
		told = product(one)
		self.assertEqual(self.erp.list_products(self.settings.store, [told]), 2)
		self.assertEqual(self.erp.list_products(self.settings.store, [told]), 0)
		(level,) = frappe.get_all("Store Stock Level", {"store": self.settings.store}, ["*"])
		self.assertEqual((level.listing, level.location_id), (self.listing(told).name, "7"))
		self.assertEqual((level.known, level.quantity, level.stocked), (1, 4, 1))
		sold = one.model_copy(update={"levels": (StockLevel(location_id="7", quantity=3),)})
		self.erp.list_products(self.settings.store, [told.model_copy(update={"variants": (sold,)})])
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Store Stock Level", level.name, "quantity"), 3)

	def test_listing_costs_the_same_for_few_and_many(self) -> None:
		counts = []
		for number in (2, 60):
			told = [product(variant(code()), variant(code())) for _ in range(number)]
			with _Counted() as counted:
				self.erp.list_products(self.settings.store, told)
			counts.append(counted.count)
		self.assertEqual(counts[0], counts[1])

	def test_field_mappings_write_items(self) -> None:
		rules = (
			FieldRule(
				name="a",
				entity="Product",
				source="vendor",
				target_doctype="Item",
				target_field="warranty_period",
			),
			FieldRule(
				name="b",
				entity="Variant",
				source="days",
				target_doctype="Item",
				target_field="shelf_life_in_days",
				transform="Number",
			),
		)
		self.settings = self.settings.model_copy(update={"fields": rules})
		told = product(variant(code(), raw={"days": "30"}), raw={"vendor": "Acme"})
		self.run_import(told)
		item = self.item(told.variants[0].sku or "")
		self.assertEqual((item.shelf_life_in_days, item.warranty_period), (30, "Acme"))
		changed = later(
			told.model_copy(
				update={"variants": (told.variants[0].model_copy(update={"raw": {"days": "31"}}),)}
			)
		)
		self.assertEqual(len(bring_about(self.erp, self.settings, changed)), 1)
		self.assertEqual(self.item(told.variants[0].sku or "").shelf_life_in_days, 31)

	def test_a_mapped_field_that_erpnext_decides_about_is_told(self) -> None:
		rule = FieldRule(
			name="own", entity="Product", source="vendor", target_doctype="Item", target_field="customer_code"
		)
		self.settings = self.settings.model_copy(update={"fields": (rule,)})
		told = product(variant(code()), raw={"vendor": "Acme"})
		with raises(Fixable) as caught:
			self.run_import(told)
		self.assertEqual((caught[0].reason, caught[0].cause), ("mapping_failed", "mapping:own"))
		self.assertIn("customer_code", str(caught[0]))

	def test_odd_names(self) -> None:
		odd = (
			"💐 花束 🌸",
			"x" * 200,
			'O\'Neil "quoted" \\ %s {{ 7*7 }}',
			"a/b/c?d#e",
			"<b>bold</b> & co",
			"Item",
		)
		for name in odd:
			unique = f"{name[:120]} {code()}"
			told = product(
				variant(
					f"{name[:40].replace('<', '')} {code()}".replace(">", ""),
					("Größe/Size", name),
					weight=None,
				),
				variant(code(), ("Größe/Size", "🌹"), image="https://cdn.example.com/ü.jpg"),
				title=unique,
				description=name,
				categories=(name,),
			)
			self.run_import(told)
			bound = [self.listing(told, position).item_code for position in (0, 1)]
			self.assertEqual(bound, [each.sku for each in told.variants], name)
			self.assertEqual(self.run_import(told), {"listed": 0, "proposed": 0, "made": 0}, name)

	def test_the_number_of_queries_does_not_grow_with_the_variants(self) -> None:
		few, many = self.tee("S"), self.tee(*(f"S{number}" for number in range(12)))
		self.run_import(few, many)
		counts = []
		for told in (few, many):
			with self.erp.transaction([]), _Counted() as counted:
				self.erp.observe_product(told, self.settings)
			counts.append(counted.count)
		self.assertEqual(counts[0], counts[1])
		self.assertLessEqual(counts[0], 12)

	def test_a_binding_sets_waiting_orders_free(self) -> None:
		item, told = self.by_hand(), product(variant(code()))
		self.erp.list_products(self.settings.store, [told])
		event = frappe.new_doc("Sync Log")
		event.update(
			{"store": self.settings.store, "topic": "orders/create", "kind": "order", "state": "Failed"}
		)
		event.update({"external_id": code(), "event_key": code(), "cause": f"sku:{told.variants[0].sku}"})
		event.insert(ignore_permissions=True)
		frappe.db.commit()
		with self.erp.transaction([]):
			bind = BindListing(variant_id=told.variants[0].id, item_code=item.name)
			self.erp.apply_product(bind, told, self.settings)
		self.assertEqual(frappe.db.get_value("Sync Log", event.name, "state"), "Queued")

	def test_a_person_cannot_bind_what_cannot_be_sold(self) -> None:
		told = product(variant(code()))
		self.erp.list_products(self.settings.store, [told])
		for values in ({"disabled": 1}, {"is_sales_item": 0}):
			listing = self.listing(told)
			listing.item_code = self.by_hand(**values).name
			with self.assertRaises(frappe.ValidationError):
				listing.save()
			frappe.db.rollback()
		listing = self.listing(told)
		listing.item_code = self.by_hand().name
		listing.save()
		self.assertEqual(listing.match, "bound")
		self.assertTrue(listing.stock_due and listing.price_due)
		frappe.db.rollback()


class _Counted:
	"""How many statements run inside."""

	def __enter__(self) -> _Counted:
		self.count, self._run = 0, frappe.db.sql

		def run(*args: Any, **values: Any) -> Any:
			self.count += 1
			return self._run(*args, **values)

		frappe.db.sql = run
		return self

	def __exit__(self, *error: object) -> None:
		frappe.db.sql = self._run


del Imports  # it has no tests of its own
