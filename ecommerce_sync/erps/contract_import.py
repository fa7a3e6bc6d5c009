"""Whole imports, from the store's products to an empty plan, as a mixin; see `contract_goods`."""

from __future__ import annotations

from decimal import Decimal

from ..core.catalogue import plan_product, propose
from ..core.errors import Fixable
from ..core.models import Attribute
from ..core.products import BundlePart, Option, Product, Variant
from .contract_goods_support import ALL, GoodsContract, number, sample_product, sample_variant
from .contract_support import raises, unique


def sized(sku: str, size: str, **changes: object) -> Variant:
	"""A variant of a size."""
	return sample_variant(f"{sku}-{size}", options=(Attribute(name="Size", value=size),), **changes)


class ImportContract(GoodsContract):
	"""Propose, plan and apply together, as the import and the messages about products do."""

	def list_and_propose(self, *products: Product) -> dict[str, str]:
		"""Read the catalogue and record what is proposed; the matches by SKU."""
		self.erp.list_products(self.store, products)
		listed = self.erp.listed(self.store)
		proposals = propose(listed, self.erp.item_facts(), self.goods.sku_rule)
		self.erp.record_proposals(self.store, proposals)
		skus = {row.name: row.sku or "" for row in listed}
		return {skus[proposal.listing]: proposal.match for proposal in proposals}

	def bring_in(self, product: Product) -> int:
		"""Plan and apply until the plan is empty; how many commands there were."""
		count = 0
		self.erp.ensure_links([self.product_key(product)])
		for _ in range(6):
			with self.erp.transaction([self.product_key(product)], wait=True):
				commands = plan_product(product, self.erp.observe_product(product, self.goods), self.goods)
				for command in commands:
					self.erp.apply_product(command, product, self.goods)
				self.erp.record_product(product, self.goods)
			if not commands:
				return count
			count += len(commands)
		raise AssertionError("the plan does not become empty")

	def test_a_simple_product_is_imported_once(self) -> None:
		sku = f"SCARF-{unique()}"
		variant = sample_variant(sku, barcode=number(), weight=Decimal("0.25"))
		product = sample_product(variant, description="<p>Warm &amp; soft</p>")
		assert self.list_and_propose(product) == {sku: "create"}
		before = self.count("Item")
		assert self.bring_in(product) >= 1
		assert self.count("Item") == before + 1
		assert self.bring_in(product) == 0
		found = self.found(product)
		assert found.listings == {variant.id: sku}
		assert found.items[sku].values["title"] == product.title
		assert self.list_and_propose(product) == {sku: "bound"}
		assert self.erp.to_import(self.store, "", ALL) == []

	def test_an_item_that_is_there_is_bound(self) -> None:
		item, coded = self.new_item(), self.new_item(barcode=(barcode := number()))
		other = f"OTHER-{unique()}"
		product = sample_product(sample_variant(item.lower()), sample_variant(other, barcode=barcode))
		assert self.list_and_propose(product) == {item.lower(): "sku", other: "barcode"}
		before = self.count("Item")
		self.bring_in(product)
		assert self.count("Item") == before
		assert set(self.found(product).listings.values()) == {item, coded}
		assert self.bring_in(product) == 0

	def _tee(self) -> tuple[Product, str]:
		sku = f"TEE-{unique()}"
		variants = (sized(sku, "S"), sized(sku, "M"))
		return sample_product(*variants, options=(Option(name="Size", values=("S", "M")),)), sku

	def test_a_product_in_sizes_becomes_a_template(self) -> None:
		product, sku = self._tee()
		assert set(self.list_and_propose(product).values()) == {"create"}
		self.bring_in(product)
		found = self.found(product)
		assert set(found.listings.values()) == {f"{sku}-S", f"{sku}-M"}
		assert len({found.items[code].variant_of for code in found.listings.values()} - {None}) == 1
		assert self.bring_in(product) == 0

	def test_a_variant_that_comes_later_joins_the_template(self) -> None:
		product, sku = self._tee()
		self.list_and_propose(product)
		self.bring_in(product)
		larger = product.model_copy(
			update={
				"variants": (*product.variants, sized(sku, "XL")),
				"options": (Option(name="Size", values=("S", "M", "XL")),),
			}
		)
		self.list_and_propose(larger)
		self.bring_in(larger)
		found = self.found(larger)
		assert len(found.listings) == 3
		assert len({found.items[code].variant_of for code in found.listings.values()}) == 1
		assert self.bring_in(larger) == 0

	def test_a_bundle_waits_for_its_parts(self) -> None:
		part, bundle = sample_variant(f"PART-{unique()}"), f"SET-{unique()}"
		single = sample_product(part)
		inside = BundlePart(product_id=single.id, variant_id=part.id, quantity=Decimal(3))
		product = sample_product(sample_variant(bundle, parts=(inside,)))
		self.list_and_propose(single, product)
		with raises(Fixable):
			self.bring_in(product)
		self.bring_in(single)
		self.bring_in(product)
		assert self.bring_in(product) == 0
		(name,) = self.names(product)
		parts = [(each.item_code, each.quantity) for each in self.listing(name).parts]
		assert parts == [(part.sku, Decimal(3))]

	def test_a_bound_item_follows_the_store(self) -> None:
		item = self.new_item()
		product = sample_product(sample_variant(item))
		self.list_and_propose(product)
		self.bring_in(product)
		renamed = product.model_copy(update={"title": "Another title", "description": "<p>New</p>"})
		assert self.bring_in(renamed) >= 1
		assert self.bring_in(renamed) == 0
		assert self.found(renamed).items[item].values["title"] == "Another title"
