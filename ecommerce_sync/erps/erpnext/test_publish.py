"""Items that a store is to have, on real ERPNext: which are due, how they stand, and what is remembered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import frappe

from ...core.catalogue import plan_publish
from ...core.models import Attribute
from ...core.products import Product, ProductDraft, Variant
from ..contract_support import START
from .testing_catalogue import Imports, bring_about, code

ALL = 1000


class TestPublish(Imports):
	def flag(self, item: Any, *stores: str) -> Any:
		"""The Item is to be in these stores; in the test's own where none is named."""
		item.reload()
		for store in stores or (self.settings.store,):
			item.append("ecommerce_stores", {"store": store})
		item.save()
		frappe.db.commit()
		return item

	def change(self, item_code: str, **values: Any) -> None:
		item = frappe.get_doc("Item", item_code)
		item.update(values)
		item.save()
		frappe.db.commit()

	def template(self, *sizes: str) -> tuple[Any, list[Any]]:
		"""A template in sizes, made by a person, and its variants."""
		if not frappe.db.exists("Item Attribute", "Publish Size"):
			attribute = frappe.new_doc("Item Attribute")
			attribute.attribute_name = "Publish Size"
			for size in ("S", "M", "L"):
				attribute.append("item_attribute_values", {"attribute_value": size, "abbr": size})
			attribute.insert()
		name = "Publish Size"
		template = self.by_hand(has_variants=1, attributes=[{"attribute": name}])
		rows = [[{"attribute": name, "attribute_value": size}] for size in sizes]
		return template, [self.by_hand(variant_of=template.name, attributes=row) for row in rows]

	def due(self) -> list[str]:
		return self.erp.items_due(self.settings.store, ALL)

	def save(self, draft: ProductDraft) -> Product:
		"""What a store answers after it has taken the draft."""
		variants = [
			Variant(id=each.variant_id or code(), sku=each.sku, options=each.options)
			for each in draft.variants
		]
		return Product(
			platform="shopify",
			id=draft.product_id or code(),
			title=draft.title or "Thing",
			status=draft.status or "active",
			updated_at=START,
			options=draft.options,
			variants=tuple(variants),
		)

	def publish(self, item_code: str) -> Product | None:
		"""One pass of the publisher; the product, None when nothing had to be written."""
		read_at, state = self.erp.item_state(item_code, self.settings)
		planned = plan_publish(state, self.settings)
		if planned is None:
			self.erp.published(item_code, None, self.settings, state.pushed, read_at)
			return None
		saved = self.save(planned[0])
		self.erp.published(item_code, saved, self.settings, planned[1], read_at)
		return saved

	def test_an_item_as_the_store_gets_it(self) -> None:
		item = self.by_hand(
			item_name="Scarf",
			description="<p>Warm</p>",
			image="/files/scarf.jpg",
			weight_per_unit=250,
			weight_uom="Gram",
			country_of_origin="Germany",
			barcodes=[{"barcode": code()}],
		)
		self.flag(item)
		self.assertEqual(self.due(), [item.name])
		_, state = self.erp.item_state(item.name, self.settings)
		self.assertEqual((state.product_id, state.pushed, state.options), (None, None, ()))
		self.assertEqual((state.values["title"], state.values["description"]), ("Scarf", "<p>Warm</p>"))
		self.assertEqual(state.values["images"], frappe.utils.get_url("/files/scarf.jpg"))
		self.assertEqual((state.values["weight"], state.values["customs"]), (Decimal("0.25"), (None, "DE")))
		(sold,) = state.variants
		self.assertEqual((sold.item_code, sold.barcode), (item.name, item.barcodes[0].barcode))
		self.assertEqual(sold.document["barcodes"], [{"barcode": item.barcodes[0].barcode}])

	def test_what_only_users_may_see_is_not_published(self) -> None:
		item = self.by_hand(image="/private/files/secret.jpg")
		self.assertIsNone(self.erp.item_state(item.name, self.settings)[1].values["images"])

	def test_a_template_comes_with_its_variants_in_order(self) -> None:
		template, variants = self.template("L", "S")
		self.flag(template)
		self.assertEqual(self.due(), [template.name])
		_, state = self.erp.item_state(template.name, self.settings)
		self.assertEqual(
			[(option.name, option.values) for option in state.options], [("Publish Size", ("S", "L"))]
		)
		self.assertEqual([each.item_code for each in state.variants], [item.name for item in variants])
		self.assertEqual(state.variants[0].attributes, (Attribute(name="Publish Size", value="L"),))

	def test_a_flagged_variant_comes_alone(self) -> None:
		template, variants = self.template("S", "M")
		self.flag(variants[1])
		self.assertEqual(self.due(), [template.name])
		_, state = self.erp.item_state(template.name, self.settings)
		self.assertEqual([each.item_code for each in state.variants], [variants[1].name])

	def test_a_changed_variant_makes_its_template_due(self) -> None:
		template, variants = self.template("S", "M")
		self.flag(template)
		self.publish(template.name)
		self.assertEqual(self.due(), [])
		self.change(variants[1].name, weight_per_unit=2, weight_uom="Kg")
		self.assertEqual(self.due(), [template.name])

	def test_nothing_is_sent_when_nothing_changed(self) -> None:
		template, variants = self.template("S", "M")
		self.flag(template)
		saved = self.publish(template.name)
		self.assertIsNotNone(saved)
		_, state = self.erp.item_state(template.name, self.settings)
		self.assertEqual(state.product_id, saved.id)
		self.assertEqual([each.variant_id for each in state.variants], [each.id for each in saved.variants])
		self.change(template.name, safety_stock=3)
		self.assertEqual(self.due(), [template.name])
		self.assertIsNone(self.publish(template.name))
		self.assertEqual(self.due(), [])
		self.change(variants[0].name, weight_per_unit=3, weight_uom="Kg")
		self.assertEqual(self.publish(template.name).id, saved.id)

	def test_what_comes_back_is_bound_and_due_and_plans_nothing(self) -> None:
		template, variants = self.template("S", "M")
		self.flag(template)
		saved = self.publish(template.name)
		rows = frappe.get_all(
			"Store Listing",
			{"store": self.settings.store, "product_id": saved.id},
			["item_code", "stock_due", "price_due", "match"],
		)
		self.assertEqual({row.item_code for row in rows}, {item.name for item in variants})
		self.assertTrue(all(row.stock_due and row.price_due and row.match == "bound" for row in rows))
		quiet = self.settings.model_copy(update={"update_items": False})
		self.assertEqual(bring_about(self.erp, quiet, saved), [])

	def test_a_disabled_item_becomes_a_draft(self) -> None:
		item = self.flag(self.by_hand())
		published = self.settings.model_copy(update={"publish": True})
		read_at, state = self.erp.item_state(item.name, published)
		first, digest = plan_publish(state, published)
		self.assertEqual(first.status, "active")
		self.erp.published(item.name, self.save(first), published, digest, read_at)
		self.change(item.name, disabled=1)
		self.assertEqual(self.due(), [item.name])
		second, _ = plan_publish(self.erp.item_state(item.name, published)[1], published)
		self.assertEqual(second.status, "draft")

	def test_a_change_while_it_is_written_stays_due(self) -> None:
		item = self.flag(self.by_hand())
		read_at, state = self.erp.item_state(item.name, self.settings)
		draft, digest = plan_publish(state, self.settings)
		self.change(item.name, item_name=f"Other {code()}")
		self.assertEqual(self.erp.items_due(self.settings.store, ALL), [item.name])
		self.erp.published(item.name, self.save(draft), self.settings, digest, read_at)
		self.assertEqual(self.due(), [item.name])

	def test_a_refused_item_is_due_no_more_and_keeps_its_print(self) -> None:
		item = self.flag(self.by_hand())
		self.publish(item.name)
		before = self.erp.item_state(item.name, self.settings)[1].pushed
		self.change(item.name, item_name=f"Other {code()}")
		read_at, _ = self.erp.item_state(item.name, self.settings)
		self.erp.published(item.name, None, self.settings, None, read_at)
		self.assertEqual(self.due(), [])
		self.assertEqual(self.erp.item_state(item.name, self.settings)[1].pushed, before)

	def test_each_store_is_told_by_itself(self) -> None:
		mine = self.settings
		self.setUp()
		item = self.flag(self.by_hand(), mine.store, self.settings.store)
		plain = self.by_hand()
		self.change(plain.name, item_name="Nobody's")
		self.assertEqual(self.due(), [item.name])
		self.publish(item.name)
		self.assertEqual(self.due(), [])
		self.assertEqual(self.erp.items_due(mine.store, ALL), [item.name])
		self.assertIn(mine.store, self.erp.stores_due())

	def test_a_renamed_item_is_due_under_its_new_name(self) -> None:
		item = self.flag(self.by_hand())
		self.publish(item.name)
		renamed = frappe.rename_doc("Item", item.name, code("NEW-"))
		frappe.db.commit()
		self.assertEqual(self.due(), [renamed])

	def test_a_deleted_item_leaves_no_binding(self) -> None:
		item = self.flag(self.by_hand())
		saved = self.publish(item.name)
		item.reload()
		item.delete()
		frappe.db.commit()
		(row,) = [row for row in self.erp.listed(self.settings.store) if row.product_id == saved.id]
		self.assertIsNone(row.item_code)
		self.assertEqual(self.due(), [])

	def test_what_is_rolled_back_is_not_due(self) -> None:
		item = self.flag(self.by_hand())
		self.publish(item.name)
		item.reload()
		item.item_name = "Never"
		item.save()
		frappe.db.rollback()
		self.assertEqual(self.due(), [])


del Imports  # it has no tests of its own
