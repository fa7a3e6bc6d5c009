"""What every ERP must do for the catalogue of a store, as a mixin; see `contract_goods`."""

from __future__ import annotations

from decimal import Decimal

from ..core.catalogue import (
	BindListing,
	CatalogueCommand,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	Proposal,
	UpdateItem,
)
from ..core.models import Attribute
from ..core.products import BundlePart, Option, Product
from .contract_goods_support import ALL, GoodsContract, number, sample_product, sample_variant
from .contract_support import START, Undo, raises, unique


def sizes(*values: str) -> tuple[tuple[Attribute, ...], ...]:
	"""One set of attributes for each size."""
	return tuple((Attribute(name="Size", value=value),) for value in values)


class CatalogueContract(GoodsContract):
	"""What the store sells, what it is proposed to be, and the Items that it becomes."""

	def test_listing_again_writes_nothing(self) -> None:
		products = [sample_product(sample_variant(unique()), sample_variant(unique())) for _ in range(3)]
		assert self.erp.list_products(self.store, products) == 6
		assert self.erp.list_products(self.store, products) == 0
		assert len(self.erp.listed(self.store)) == 6

	def test_a_listing_is_as_the_store_has_it(self) -> None:
		product = sample_product(sample_variant("SKU-1", barcode="4006381333931"))
		self.erp.list_products(self.store, [product])
		(row,) = self.rows(product)
		assert (row.variant_id, row.sku, row.barcode) == (product.variants[0].id, "SKU-1", "4006381333931")
		assert product.title in row.title
		assert (row.item_code, row.ignored) == (None, False)

	def test_a_changed_variant_is_written_alone(self) -> None:
		product = sample_product(sample_variant("OLD"), sample_variant("SAME"))
		self.erp.list_products(self.store, [product])
		first = product.variants[0].model_copy(update={"sku": "NEW"})
		changed = product.model_copy(update={"variants": (first, product.variants[1])})
		assert self.erp.list_products(self.store, [changed]) == 1
		assert {row.sku for row in self.rows(product)} == {"NEW", "SAME"}

	def test_variants_that_a_whole_product_lost_are_marked(self) -> None:
		product = sample_product(sample_variant(unique()), sample_variant(unique()))
		self.erp.list_products(self.store, [product])
		fewer = product.model_copy(update={"variants": product.variants[:1]})
		assert self.erp.list_products(self.store, [fewer.model_copy(update={"complete": False})]) == 0
		assert len(self.rows(product)) == 2
		assert self.erp.list_products(self.store, [fewer]) == 1
		assert len(self.rows(product)) == 1
		assert self.erp.list_products(self.store, [product]) == 1
		assert len(self.rows(product)) == 2

	def test_a_product_without_variants_is_one_listing(self) -> None:
		product = sample_product(sample_variant(None, id=""))
		self.erp.list_products(self.store, [product])
		assert [row.variant_id for row in self.rows(product)] == [""]
		assert self.erp.list_products(self.store, [product]) == 0

	def test_items_for_matching(self) -> None:
		barcode = number()
		plain, coded, disabled = self.new_item(), self.new_item(barcode=barcode), self.new_item()
		self.retitle(plain, "Woollen scarf")
		self.disable(disabled)
		facts = {fact.item_code: fact for fact in self.erp.item_facts()}
		assert (facts[plain].name, facts[plain].usable) == ("Woollen scarf", True)
		assert facts[coded].barcodes == (barcode,)
		assert disabled not in facts or not facts[disabled].usable

	def _proposed(self) -> tuple[Product, dict[str, str]]:
		"""A product with a proposal of every kind, and its Store Listings by match."""
		matches = ("sku", "barcode", "name", "create", "ambiguous", "no_sku", "duplicate_sku", "ignored")
		product = sample_product(*(sample_variant(unique()) for _ in matches))
		self.erp.list_products(self.store, [product])
		names = dict(zip(matches, self.names(product), strict=True))
		self.leave_out(names["ignored"])
		return product, names

	def _proposals(self, names: dict[str, str], item: str, other: str) -> list[Proposal]:
		fitting = {"sku": item, "barcode": item}
		several = {"ambiguous": (item, other), "name": (item,)}
		return [
			Proposal(
				listing=name,
				match=match,  # type: ignore[arg-type]
				item_code=fitting.get(match),
				candidates=several.get(match, ()),
				score=91.5 if match == "name" else None,
			)
			for match, name in names.items()
		]

	def test_proposals_are_written_once(self) -> None:
		product, names = self._proposed()
		proposals = self._proposals(names, self.new_item(), self.new_item())
		assert self.erp.record_proposals(self.store, proposals) >= len(proposals) - 1
		assert self.erp.record_proposals(self.store, proposals) == 0
		assert [row.ignored for row in self.rows(product)].count(True) == 1
		assert all(row.item_code is None for row in self.rows(product))

	def test_what_is_decided_and_what_a_person_must_choose(self) -> None:
		product, names = self._proposed()
		item, other = self.new_item(), self.new_item()
		proposals = self._proposals(names, item, other)
		self.erp.record_proposals(self.store, proposals)
		decided = self._decided(product)
		assert decided == {"sku": item, "barcode": item, "create": None}
		self.choose(names["ambiguous"], other)
		assert self._decided(product) == {**decided, "ambiguous": other}
		chosen = {row.name: row.chosen for row in self.rows(product) if row.chosen}
		assert chosen == {names["ambiguous"]: other}
		again = [p.model_copy(update={"item_code": chosen.get(p.listing, p.item_code)}) for p in proposals]
		assert self.erp.record_proposals(self.store, again) == 0
		assert self._decided(product) == {**decided, "ambiguous": other}

	def _decided(self, product: Product) -> dict[str, str | None]:
		"""What an import would do: of all proposals those that name an Item, or a new one."""
		found = self.found(product).decided.values()
		return {each.match: each.item_code for each in found if each.item_code or each.match == "create"}

	def test_an_import_goes_on_behind_the_last_product(self) -> None:
		products = [sample_product(sample_variant(unique())) for _ in range(5)]
		self.erp.list_products(self.store, products)
		names = [self.names(product)[0] for product in products]
		decided = [Proposal(listing=name, match="create") for name in names[:3]]
		open_ones = [Proposal(listing=name, match="no_sku") for name in names[3:]]
		self.erp.record_proposals(self.store, [*decided, *open_ones])
		first = self.erp.to_import(self.store, "", 2)
		rest = self.erp.to_import(self.store, first[-1], ALL)
		assert len(first) == 2
		assert sorted(first + rest) == sorted(product.id for product in products[:3])
		assert self.erp.import_size(self.store) == (3, 0)
		self.do(products[0], [BindListing(variant_id=products[0].variants[0].id, item_code=self.new_item())])
		assert self.erp.import_size(self.store) == (2, 1)
		assert products[0].id not in self.erp.to_import(self.store, "", ALL)

	def test_a_bound_listing_is_seen_and_due(self) -> None:
		item = self.new_item()
		product = sample_product(sample_variant(item))
		(name,) = self.bind(product, item)
		assert [row.item_code for row in self.rows(product)] == [item]
		assert self.found(product).listings == {product.variants[0].id: item}
		assert set(self.stock_due()) == {name}
		assert self.prices_due() == {name}

	def test_a_simple_product_becomes_an_item(self) -> None:
		variant = sample_variant(f"NEW-{unique()}", barcode=number())
		product = sample_product(variant)
		self.erp.list_products(self.store, [product])
		assert self.found(product).taken == frozenset()
		code = variant.sku or ""
		values = {"title": "Scarf", "description": "<p>Warm</p>", "barcode": variant.barcode}
		create = CreateItem(item_code=code, variant_id=variant.id, values=values)
		before = self.count("Item")
		self.do(product, [create])
		assert self.count("Item") == before + 1
		found = self.found(product)
		assert (found.listings, found.taken) == ({variant.id: code}, frozenset({code}))
		item = found.items[code]
		assert (item.variant_of, item.barcodes) == (None, (variant.barcode,))
		assert item.values["title"] == "Scarf"
		assert len(self.listing(self.names(product)[0]).parts) == 1

	def test_a_product_that_fails_leaves_nothing(self) -> None:
		variant = sample_variant(f"NEW-{unique()}")
		product = sample_product(variant)
		self.erp.list_products(self.store, [product])
		self.erp.ensure_links([self.product_key(product)])
		before = self.count("Item")
		with raises(Undo), self.erp.transaction([self.product_key(product)]):
			create = CreateItem(item_code=variant.sku or "", variant_id=variant.id)
			self.erp.apply_product(create, product, self.goods)
			raise Undo
		assert self.count("Item") == before
		assert self.found(product).listings == {}

	def _tee(self, *values: str) -> tuple[Product, str]:
		"""A product in sizes, imported as template and variants, and the template's code."""
		variants = [
			sample_variant(f"{unique()}-{attributes[0].value}", options=attributes)
			for attributes in sizes(*values)
		]
		options = (Option(name="Size", values=values),)
		product = sample_product(*variants, options=options)
		template = f"TEE-{unique()}"
		self.erp.list_products(self.store, [product])
		commands: list[CatalogueCommand] = [
			EnsureAttributes(options=options),
			CreateItem(item_code=template, template=True, attributes=(Attribute(name="Size", value=""),)),
			*(
				CreateItem(
					item_code=variant.sku or "",
					variant_id=variant.id,
					variant_of=template,
					attributes=variant.options,
				)
				for variant in variants
			),
		]
		self.do(product, commands)
		return product, template

	def test_variants_become_a_template_and_its_variants(self) -> None:
		product, template = self._tee("S", "M")
		found = self.found(product)
		assert found.listings == {variant.id: variant.sku for variant in product.variants}
		assert {found.items[code].variant_of for code in found.listings.values()} == {template}
		assert found.items[template].variant_of is None
		facts = {fact.item_code: fact for fact in self.erp.item_facts()}
		assert template not in facts or not facts[template].usable

	def test_a_value_is_added_to_an_attribute(self) -> None:
		product, template = self._tee("S", "M")
		(added,) = sizes("XXXL")
		variant = sample_variant(f"{unique()}-XXXL", options=added)
		options = (Option(name="Size", values=("M", "XXXL")),)
		create = CreateItem(
			item_code=variant.sku or "", variant_id=variant.id, variant_of=template, attributes=added
		)
		larger = product.model_copy(
			update={"variants": (*product.variants, variant), "options": options, "title": "More"}
		)
		self.erp.list_products(self.store, [larger])
		self.do(larger, [EnsureAttributes(options=options), create])
		assert len(self.found(larger).listings) == 3

	def test_a_bundle_becomes_a_product_bundle(self) -> None:
		part_item = self.new_item()
		part_product = sample_product(sample_variant(part_item))
		self.bind(part_product, part_item)
		part = BundlePart(
			product_id=part_product.id, variant_id=part_product.variants[0].id, quantity=Decimal(2)
		)
		variant = sample_variant(f"SET-{unique()}", parts=(part,))
		product = sample_product(variant)
		self.erp.list_products(self.store, [product])
		key = f"{part.product_id}:{part.variant_id}"
		assert self.found(product).components == {key: part_item}
		code = variant.sku or ""
		bundle = CreateBundle(item_code=code, parts=((part_item, Decimal(2)),))
		self.do(product, [CreateItem(item_code=code, variant_id=variant.id, stock=False), bundle])
		(name,) = self.names(product)
		parts = self.listing(name).parts
		assert [(each.item_code, each.quantity) for each in parts] == [(part_item, Decimal(2))]

	def test_an_item_follows_the_store(self) -> None:
		item = self.new_item()
		product = sample_product(sample_variant(item))
		self.bind(product, item)
		self.do(product, [UpdateItem(item_code=item, values={"title": "Renamed"})])
		assert self.found(product).items[item].values["title"] == "Renamed"

	def test_the_version_is_read_back(self) -> None:
		product = sample_product(sample_variant(unique()))
		assert self.found(product).version is None
		self.do(product, [])
		assert self.found(product).version == START.isoformat()

	def test_a_deleted_product_is_marked(self) -> None:
		product = sample_product(sample_variant(unique()), sample_variant(unique()))
		self.erp.list_products(self.store, [product])
		self.erp.ensure_links([self.product_key(product)])
		with self.erp.transaction([self.product_key(product)]):
			assert self.erp.product_gone(self.store, product.id) == 2
			self.erp.record_product(product, self.goods, gone=True)
		with self.erp.transaction([]):
			assert self.erp.product_gone(self.store, number()) == 0
