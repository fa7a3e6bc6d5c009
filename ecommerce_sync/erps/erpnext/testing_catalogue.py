"""Products, and how the tests on real ERPNext import them, as the guided import does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import frappe
from frappe.tests.utils import FrappeTestCase

from ...core.catalogue import plan_product, propose
from ...core.models import Attribute
from ...core.products import Option, Price, Product, Variant
from ...core.settings import StoreSettings
from ..base import LinkKey
from ..contract_support import START
from .erp import ErpNext
from .testing import prepare

_ROUNDS = 6


def new_store(**values: Any) -> StoreSettings:
	"""A store of its own, enabled and with its pushes on, and its settings."""
	settings = prepare()
	name = f"Catalogue {uuid4().hex[:8]}"
	store = frappe.new_doc("Store Connection")
	store.update({"name": name, "store_name": name, "platform": "Shopify", "company": settings.company})
	store.update({"enabled": 1, "push_stock": 1, "push_prices": 1, "push_items": 1})
	store.set_user_and_timestamp()
	store.db_insert()
	frappe.db.commit()
	return settings.model_copy(update={"store": name, "unknown_sku": "create_item", **values})


def code(prefix: str = "") -> str:
	"""An Item code or id that nothing else has."""
	return f"{prefix}{uuid4().hex[:10]}"


def variant(sku: str | None, *options: tuple[str, str], **values: Any) -> Variant:
	"""A variant with an id of its own."""
	own = tuple(Attribute(name=name, value=value) for name, value in options)
	price = Price(price=Decimal("19.90"))
	return Variant(**{"id": code(), "sku": sku, "options": own, "price": price, **values})


def product(*variants: Variant, **values: Any) -> Product:
	"""A complete product of these variants, with the options that they have."""
	known: dict[str, dict[str, None]] = {}
	for each in variants:
		for option in each.options:
			known.setdefault(option.name, {})[option.value] = None
	options = tuple(Option(name=name, values=tuple(found)) for name, found in known.items())
	return Product(
		**{
			**{"platform": "shopify", "id": code(), "title": f"Thing {code()}", "status": "active"},
			**{"updated_at": START, "options": options, "variants": variants, **values},
		}
	)


def later(told: Product) -> Product:
	"""The same as the store has it a minute later."""
	return told.model_copy(update={"updated_at": told.updated_at + timedelta(minutes=1)})


def run_import(erp: ErpNext, settings: StoreSettings, products: Sequence[Product]) -> dict[str, int]:
	"""Read, propose, and bring about what was decided; how many rows and documents were written."""
	listed = erp.list_products(settings.store, products)
	found = propose(erp.listed(settings.store), erp.item_facts(), settings.sku_rule)
	proposed = erp.record_proposals(settings.store, found)
	waiting = set(erp.to_import(settings.store, "", 10**9))
	made = sum(len(bring_about(erp, settings, each)) for each in products if each.id in waiting)
	return {"listed": listed, "proposed": proposed, "made": made}


def bring_about(erp: ErpNext, settings: StoreSettings, wanted: Product) -> list[tuple[str, str]]:
	"""Plan and apply until the plan is empty, as the pass over a product's messages does."""
	key = LinkKey(store=settings.store, kind="Product", external_id=wanted.id)
	erp.ensure_links([key])
	documents: list[tuple[str, str]] = []
	for _ in range(_ROUNDS):
		with erp.transaction([key], wait=True):
			commands = plan_product(wanted, erp.observe_product(wanted, settings), settings)
			made = [erp.apply_product(command, wanted, settings) for command in commands]
			documents += [document for document in made if document]
			if not commands:
				erp.record_product(wanted, settings)
				return documents
	raise AssertionError("the plan does not become empty")


def stand(settings: StoreSettings) -> dict[str, Any]:
	"""When each row that an import of the store may write was written last."""
	frappe.db.rollback()
	items = items_of(settings.store)
	attributes = frappe.get_all("Item Variant Attribute", {"parent": ["in", items]}, pluck="attribute")
	groups = frappe.get_all("Item", {"name": ["in", items]}, pluck="item_group")
	wanted = {
		"Item": {"name": ["in", items]},
		"Item Barcode": {"parent": ["in", items]},
		"Item Attribute": {"name": ["in", attributes]},
		"Item Attribute Value": {"parent": ["in", attributes]},
		"Item Group": {"name": ["in", groups]},
		"Product Bundle": {"new_item_code": ["in", items]},
		**{
			doctype: {"store": settings.store}
			for doctype in ("Store Listing", "Store Link", "Store Stock Level")
		},
	}
	return {
		f"{doctype} {row.name}": row.modified
		for doctype, filters in wanted.items()
		for row in frappe.get_all(doctype, filters, ["name", "modified"])
	}


def items_of(store: str) -> list[str]:
	"""The Items that the store's listings are bound to, and their templates."""
	bound = frappe.get_all("Store Listing", {"store": store, "item_code": ["is", "set"]}, pluck="item_code")
	templates = frappe.get_all(
		"Item", {"name": ["in", bound], "variant_of": ["is", "set"]}, pluck="variant_of"
	)
	return sorted({*bound, *templates})


class Imports(FrappeTestCase):
	"""A store of its own for each test, and what is asked about it. Has no tests itself."""

	erp: ErpNext
	settings: StoreSettings

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.erp = ErpNext()

	def setUp(self) -> None:
		self.settings = new_store()

	def run_import(self, *products: Product) -> dict[str, int]:
		return run_import(self.erp, self.settings, products)

	def item(self, item_code: str) -> Any:
		frappe.db.rollback()
		return frappe.get_doc("Item", item_code)

	def listing(self, wanted: Product, position: int = 0) -> Any:
		frappe.db.rollback()
		filters = {
			"store": self.settings.store,
			"product_id": wanted.id,
			"variant_id": wanted.variants[position].id,
		}
		return frappe.get_doc("Store Listing", filters)

	def tee(self, *sizes: str, **values: Any) -> Product:
		"""A product in sizes and two colours."""
		kinds = [(size, colour) for size in sizes for colour in ("Red", "Blue")]
		return product(*(variant(code("TEE-"), ("Size", s), ("Farbe", c)) for s, c in kinds), **values)

	def by_hand(self, **values: Any) -> Any:
		item = frappe.new_doc("Item")
		item.update({"item_code": code("HAND-"), "item_group": "Products", "stock_uom": "Nos", **values})
		item.insert()
		frappe.db.commit()
		return item
