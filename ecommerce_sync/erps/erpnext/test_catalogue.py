"""The import of a store's catalogue on real ERPNext."""

from __future__ import annotations

from decimal import Decimal

import frappe

from ...core.catalogue import CreateItem
from ...core.errors import Fixable
from ...core.products import BundlePart
from ...core.settings import Masters
from ..contract_support import raises
from .testing_catalogue import (
	Imports,
	bring_about,
	code,
	items_of,
	later,
	product,
	variant,
)


class TestCatalogue(Imports):
	# what comes of products

	def test_a_simple_product_with_everything(self) -> None:
		group = f"Group {code()}"
		one = variant(
			code("ONE-"),
			barcode=code(),
			weight=Decimal("0.4"),
			customs_code=f"61{code()}",
			origin_country="de",
		)
		told = product(
			one,
			title=f"  Woollen {group} ",
			description='<p onclick="x()">Warm<script>alert(1)</script></p>',
			categories=(group, "Other"),
			images=("https://cdn.example.com/a.jpg?v=1", "https://cdn.example.com/b.jpg"),
		)
		self.run_import(told)
		item = self.item(one.sku or "")
		self.assertEqual(
			(item.item_name, item.item_group, item.is_stock_item), (f"Woollen {group}", group, 1)
		)
		self.assertEqual((item.weight_per_unit, item.weight_uom), (0.4, "Kg"))
		self.assertEqual((item.customs_tariff_number, item.country_of_origin), (one.customs_code, "Germany"))
		self.assertEqual(item.image, "https://cdn.example.com/a.jpg?v=1")
		self.assertEqual([row.barcode for row in item.barcodes], [one.barcode])
		self.assertIn("Warm", item.description)
		self.assertNotIn("script", item.description)
		self.assertNotIn("onclick", item.description)
		self.assertEqual(item.owner, "ecommerce-sync@example.invalid")
		listing = self.listing(told)
		self.assertEqual((listing.item_code, listing.match), (item.name, "bound"))
		self.assertTrue(listing.stock_due and listing.price_due)
		self.assertEqual((listing.store_price, listing.price_known), (19.9, 1))

	def test_variants_of_two_options(self) -> None:
		told = self.tee("S", "M", "XS 36/38")
		self.run_import(told)
		items = [self.item(each.sku or "") for each in told.variants]
		(template,) = {item.variant_of for item in items}
		kept = self.item(template)
		self.assertEqual(
			(kept.has_variants, [row.attribute for row in kept.attributes]), (1, ["Size", "Farbe"])
		)
		self.assertEqual(
			[tuple(row.attribute_value for row in item.attributes) for item in items],
			[tuple(option.value for option in each.options) for each in told.variants],
		)
		self.assertEqual(items[0].item_name, f"{told.title} - S / Red")

	def test_gift_cards_and_services_keep_no_stock(self) -> None:
		card = product(variant(code("CARD-")), gift_card=True)
		service = product(variant(code("SERVICE-")), physical=False)
		self.run_import(card, service)
		for told in (card, service):
			self.assertEqual(self.item(told.variants[0].sku or "").is_stock_item, 0)

	def test_a_bundle_waits_for_its_parts_and_is_made_of_them(self) -> None:
		part = product(variant(code("PART-")))
		needed = BundlePart(product_id=part.id, variant_id=part.variants[0].id, quantity=Decimal(3))
		told = product(variant(code("SET-"), parts=(needed,)))
		with raises(Fixable) as caught:
			self.run_import(told)
		self.assertEqual(caught[0].cause, f"listing:{self.settings.store}:{part.variants[0].id}")
		self.run_import(told, part)
		bring_about(self.erp, self.settings, told)
		bundle = frappe.get_doc("Product Bundle", {"new_item_code": told.variants[0].sku})
		self.assertEqual([(row.item_code, row.qty) for row in bundle.items], [(part.variants[0].sku, 3)])
		self.assertEqual(self.item(told.variants[0].sku or "").is_stock_item, 0)
		self.assertEqual(self.run_import(told, part), {"listed": 0, "proposed": 0, "made": 0})

	def test_empty_and_duplicate_skus_are_listed_and_not_guessed(self) -> None:
		twice = code("TWICE-")
		empty, one, two = product(variant(None)), product(variant(twice)), product(variant(twice))
		self.run_import(empty, one, two)
		self.assertFalse(frappe.db.exists("Item", twice))
		self.assertEqual(items_of(self.settings.store), [])
		self.assertEqual(self.listing(empty).match, "no_sku")
		self.assertEqual({self.listing(one).match, self.listing(two).match}, {"duplicate_sku"})
		for told in (empty, one, two):
			self.assertEqual(bring_about(self.erp, self.settings, told), [])

	# what is there already

	def test_existing_items_are_bound_by_sku_barcode_and_choice(self) -> None:
		mine, barcode = self.by_hand(item_name=f"Mine {code()}"), code()
		coded = self.by_hand(barcodes=[{"barcode": barcode}])
		chosen = self.by_hand()
		by_sku = product(variant(mine.name.lower()))
		by_barcode, by_choice = product(variant(code(), barcode=barcode)), product(variant(None))
		self.run_import(by_sku, by_barcode, by_choice)
		listing = self.listing(by_choice)
		listing.proposed_item = chosen.name
		listing.save()
		frappe.db.commit()
		self.run_import(by_sku, by_barcode, by_choice)
		self.assertEqual(items_of(self.settings.store), sorted([mine.name, coded.name, chosen.name]))
		bound = [self.listing(told).item_code for told in (by_sku, by_barcode, by_choice)]
		self.assertEqual(bound, [mine.name, coded.name, chosen.name])

	def test_only_what_the_store_is_master_of_follows_it(self) -> None:
		mine = self.by_hand(item_name=f"Mine {code()}", item_group="Services")
		self.settings = self.settings.model_copy(update={"masters": Masters(title="erp", weight="store")})
		told = product(variant(mine.name, weight=Decimal("1.25"), barcode=code()), description="<p>New</p>")
		self.run_import(told)
		item = self.item(mine.name)
		self.assertEqual((item.item_name, item.item_group), (mine.item_name, "Services"))
		self.assertEqual((item.description, item.weight_per_unit, item.barcodes), ("<p>New</p>", 1.25, []))

	def test_a_template_with_other_values_gets_the_new_variant(self) -> None:
		told = self.tee("S")
		self.run_import(told)
		template = self.item(told.variants[0].sku or "").variant_of
		value = f"Size {code()}"
		more = later(
			told.model_copy(
				update={
					"variants": (*told.variants, variant(code("TEE-"), ("size", value), ("Farbe", "red")))
				}
			)
		)
		self.run_import(more)
		item = self.item(more.variants[-1].sku or "")
		self.assertEqual((item.variant_of, item.attributes[0].attribute_value), (template, value))
		self.assertEqual(item.attributes[1].attribute_value, "Red")
		values = frappe.get_all(
			"Item Attribute Value", {"parent": "Size"}, ["attribute_value", "abbr"], order_by="idx"
		)
		self.assertIn("S", [row.attribute_value for row in values])
		self.assertEqual(len({row.abbr.casefold() for row in values}), len(values))
		frappe.get_doc("Item Attribute", "Size").save()  # ERPNext's own checks of it pass
		frappe.db.rollback()

	def test_a_variant_of_the_same_attributes_is_used_again(self) -> None:
		told = self.tee("S")
		self.run_import(told)
		first = self.item(told.variants[0].sku or "")
		again = CreateItem(
			item_code=code("TEE-"),
			variant_id=told.variants[0].id,
			variant_of=first.variant_of,
			attributes=told.variants[0].options,
		)
		with self.erp.transaction([]):
			self.assertEqual(self.erp.apply_product(again, told, self.settings), ("Item", first.name))

	def test_numbers_stay_numbers(self) -> None:
		attribute = frappe.new_doc("Item Attribute")
		attribute.update({"attribute_name": f"Length {code()}", "numeric_values": 1})
		attribute.update({"from_range": 10, "to_range": 50, "increment": 10})
		attribute.insert()
		frappe.db.commit()
		fits = product(*(variant(code(), (attribute.name, size)) for size in ("10", "30")))
		self.run_import(fits)
		self.assertEqual(self.item(fits.variants[1].sku or "").attributes[0].attribute_value, "30")
		for value in ("35", "long", "60"):
			with raises(Fixable) as caught:
				self.run_import(product(*(variant(code(), (attribute.name, size)) for size in ("10", value))))
			self.assertEqual(caught[0].reason, "attribute_numeric")
			self.assertEqual(caught[0].params["value"], value)
		self.assertEqual(frappe.get_doc("Item Attribute", attribute.name).item_attribute_values, [])

	def test_a_barcode_that_another_item_has_stays_there(self) -> None:
		barcode = code()
		owner = self.by_hand(barcodes=[{"barcode": barcode}])
		self.settings = self.settings.model_copy(update={"masters": Masters(barcode="store")})
		mine = self.by_hand()
		told = product(variant(mine.name, barcode=barcode))
		self.run_import(told)
		self.assertEqual((self.listing(told).item_code, self.item(mine.name).barcodes), (mine.name, []))
		self.assertEqual(len(self.item(owner.name).barcodes), 1)

	def test_codes_that_only_the_database_takes_for_the_same_are_told(self) -> None:
		unique = code()
		first, second = product(variant(f"💐{unique}")), product(variant(f"🌸{unique}"))
		self.run_import(first)
		with raises(Fixable) as caught:
			self.run_import(second)
		self.assertEqual(caught[0].cause, f"item:💐{unique}")

	def test_a_code_that_a_template_has_is_refused_with_what_to_do(self) -> None:
		told = self.tee("S")
		self.run_import(told)
		template = self.item(told.variants[0].sku or "").variant_of
		other = product(variant(code()))
		create = CreateItem(item_code=template, variant_id=other.variants[0].id)
		with raises(Fixable) as caught, self.erp.transaction([]):
			self.erp.apply_product(create, other, self.settings)
		self.assertEqual((caught[0].reason, caught[0].cause), ("erp_refused", f"item:{template}"))


del Imports  # it has no tests of its own
