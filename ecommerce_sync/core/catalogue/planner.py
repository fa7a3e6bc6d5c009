"""One product of a store and the Items that it means: what has to be bound, created and updated. Pure.

The work comes in steps, each planned from what the step before left: bindings, new Items, then updates and
bundles. So a plan is short, and planning again after applying ends with an empty one. The commands of one
plan belong into one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from os.path import commonprefix

from ..errors import Fixable
from ..models import ZERO, Attribute
from ..products import BundlePart, Option, Product, Variant
from ..settings import StoreSettings
from . import values
from .words import (
	BindListing,
	BoundItem,
	CatalogueCommand,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	ErpProduct,
	UpdateItem,
)

_CODE_LENGTH = 140  # of ERPNext's Item codes
_SEPARATORS = "-_./ "


def plan_product(
	product: Product, erp: ErpProduct, settings: StoreSettings, confirmed: bool = True
) -> list[CatalogueCommand]:
	"""The next commands for a product; none when ERPNext agrees with it.

	`confirmed`: a person wants done what was proposed; else new Items come by the store's policy only.
	Raises `Fixable` when all that can be done is done and a bundle still lacks the Item of a part.
	"""
	plan = _ProductPlan(product, erp, settings, confirmed)
	if commands := plan.bindings() or plan.creations():
		return commands
	updates = plan.updates() if settings.update_items else []
	return [*updates, *plan.bundles(waits=not updates)]


def codes_of(product: Product, settings: StoreSettings) -> tuple[str, ...]:
	"""The Item codes that a plan may want to give, for `ErpProduct.taken`."""
	own = (settings.sku_rule.item_code(variant.sku) for variant in product.variants)
	codes = (*own, *_template_codes(product, settings))
	return tuple(dict.fromkeys(code[:_CODE_LENGTH] for code in codes if code))


def part_key(part: BundlePart) -> str:
	"""How `ErpProduct.components` names a part."""
	return f"{part.product_id}:{part.variant_id}"


class _ProductPlan:
	"""Plans for one product; each method gives the commands of one step."""

	def __init__(self, product: Product, erp: ErpProduct, settings: StoreSettings, confirmed: bool) -> None:
		self.product, self.erp, self.settings, self.confirmed = product, erp, settings, confirmed
		rule = settings.sku_rule
		self.taken = {rule.item_key(code): code for code in erp.taken}
		self.skus = Counter(rule.key(variant.sku) for variant in product.variants if variant.sku)
		self.open = [variant for variant in product.variants if variant.id not in erp.listings]

	# bindings

	def bindings(self) -> list[CatalogueCommand]:
		"""What was decided to be bound, and what came new and fits one Item by its codes."""
		found = ((variant, self._meant(variant)) for variant in self.open)
		return [BindListing(variant_id=variant.id, item_code=code) for variant, code in found if code]

	def _meant(self, variant: Variant) -> str | None:
		decided = self.erp.decided.get(variant.id)
		if decided and (decided.match == "ignored" or decided.item_code):
			return None if decided.match == "ignored" else decided.item_code
		if decided and decided.match != "create":
			return None
		fitting = self.erp.found.get(variant.id, ())
		return fitting[0] if len(fitting) == 1 and self._alone(variant) else None

	def _alone(self, variant: Variant) -> bool:
		"""Whether no other variant of the product has its SKU."""
		return not variant.sku or self.skus[self.settings.sku_rule.key(variant.sku)] == 1

	# new Items

	def creations(self) -> list[CatalogueCommand]:
		"""New Items: by themselves, or as variants of the product's template, which is made when there is none."""
		new = [variant for variant in self.open if self._wanted(variant)]
		template = self._template()
		within = [variant for variant in new if template and self._fits(variant, template)]
		commands: list[CatalogueCommand] = []
		if template and within:
			commands.append(EnsureAttributes(options=self._options(within, template)))
			if template.item_code not in self.erp.items:
				commands.append(self._new_template(template))
		return [*commands, *(self._new_item(v, template if v in within else None) for v in new)]

	def _wanted(self, variant: Variant) -> bool:
		"""Whether an Item is to be created: decided so, or by the policy for what comes new."""
		decided, create = self.erp.decided.get(variant.id), self.settings.unknown_sku == "create_item"
		if decided:
			create = decided.match == "create" and (self.confirmed or create)
		code = self.settings.sku_rule.item_code(variant.sku)
		free = self.settings.sku_rule.item_key(code) not in self.taken
		fits = 0 < len(code) <= _CODE_LENGTH
		return create and fits and free and self._alone(variant) and not self.erp.found.get(variant.id)

	def _template(self) -> BoundItem | None:
		"""The template of the product's Items, a new one where nothing is bound, or None where Items stand alone."""
		bound = [self.erp.items[code] for code in self.erp.listings.values() if code in self.erp.items]
		named = Counter(item.variant_of for item in bound if item.variant_of)
		if named:
			code = named.most_common(1)[0][0] or ""
			return self.erp.items.get(code) or BoundItem(item_code=code, attributes=self._attributes())
		if self.product.single or not self._attributes() or self.erp.listings:
			return None
		free = self._free_code()
		return BoundItem(item_code=free, attributes=self._attributes()) if free else None

	def _attributes(self) -> tuple[Attribute, ...]:
		names = [option.name for option in self.product.options] or [
			option.name for variant in self.product.variants[:1] for option in variant.options
		]
		return tuple(Attribute(name=name, value="") for name in names)

	def _free_code(self) -> str | None:
		"""The first of the template codes that nothing has; the last one carries the product's id."""
		codes = _template_codes(self.product, self.settings)
		free = (code for code in codes if self.settings.sku_rule.item_key(code) not in self.taken)
		return next(free, None)

	def _fits(self, variant: Variant, template: BoundItem) -> bool:
		"""Whether it has a value for exactly the template's attributes; ERPNext takes no other variant."""
		names = {attribute.name.casefold() for attribute in template.attributes or self._attributes()}
		own = {option.name.casefold() for option in variant.options if option.value.strip()}
		return own == names and not variant.parts

	def _options(self, variants: list[Variant], template: BoundItem) -> tuple[Option, ...]:
		"""The template's attributes with the values that the variants need, in the store's order."""
		needed: dict[str, dict[str, None]] = {}
		spelled = {a.name.casefold(): a.name for a in template.attributes or self._attributes()}
		for option in self.product.options:
			values_ = dict.fromkeys(value for value in option.values if value.strip())
			needed.setdefault(spelled.get(option.name.casefold(), option.name), {}).update(values_)
		for variant in variants:
			for own in variant.options:
				needed.setdefault(spelled.get(own.name.casefold(), own.name), {}).setdefault(own.value)
		return tuple(
			Option(name=name, values=tuple(found))
			for name, found in needed.items()
			if name.casefold() in spelled
		)

	def _new_template(self, template: BoundItem) -> CreateItem:
		return CreateItem(
			item_code=template.item_code,
			template=True,
			attributes=template.attributes,
			stock=self._keeps_stock(),
			values=values.new_values(values.product_values(self.product), self.settings),
			fields=values.product_fields(self.product, self.settings),
		)

	def _new_item(self, variant: Variant, template: BoundItem | None) -> CreateItem:
		found = values.variant_values(self.product, variant)
		return CreateItem(
			item_code=self.settings.sku_rule.item_code(variant.sku),
			variant_id=variant.id,
			variant_of=template.item_code if template else None,
			attributes=self._own_attributes(variant, template) if template else (),
			stock=self._keeps_stock() and not variant.parts,
			values=values.new_values(found, self.settings),
			fields=values.variant_fields(self.product, variant, self.settings),
		)

	def _own_attributes(self, variant: Variant, template: BoundItem) -> tuple[Attribute, ...]:
		own = {option.name.casefold(): option.value for option in variant.options}
		names = (attribute.name for attribute in template.attributes or self._attributes())
		return tuple(Attribute(name=name, value=own[name.casefold()]) for name in names)

	def _keeps_stock(self) -> bool:
		return self.product.physical and not self.product.gift_card

	# updates

	def updates(self) -> list[CatalogueCommand]:
		"""Differences of bound Items and their templates; templates first, since ERPNext copies to variants."""
		pairs = [(v, self._bound(v)) for v in self.product.variants]
		templates = {item.variant_of: item for _, item in pairs if item and item.variant_of}
		found = [self._template_update(code) for code in templates if code]
		seen: set[str] = set()
		for variant, item in pairs:
			if item and not item.shared and item.item_code not in seen:
				seen.add(item.item_code)
				found.append(self._item_update(variant, item))
		return [command for command in found if command.values or command.fields]

	def _bound(self, variant: Variant) -> BoundItem | None:
		return self.erp.items.get(self.erp.listings.get(variant.id, ""))

	def _template_update(self, code: str) -> UpdateItem:
		template = self.erp.items.get(code)
		if template is None or template.shared:
			return UpdateItem(item_code=code)
		wanted = values.product_values(self.product)
		fields = values.product_fields(self.product, self.settings)
		return self._update(template, wanted, fields)

	def _item_update(self, variant: Variant, item: BoundItem) -> UpdateItem:
		wanted = values.variant_values(self.product, variant)
		return self._update(item, wanted, values.variant_fields(self.product, variant, self.settings))

	def _update(self, item: BoundItem, wanted: values.Values, fields: values.Values) -> UpdateItem:
		return UpdateItem(
			item_code=item.item_code,
			values=values.differing_values(wanted, item, self.settings),
			fields=values.differing_fields(fields, item),
		)

	# bundles

	def bundles(self, waits: bool) -> list[CatalogueCommand]:
		"""A Product Bundle for each bound bundle that has none and keeps no stock of its own.

		Raises `Fixable` for a part without an Item when there is nothing else to do (`waits`).
		"""
		pairs = [(variant, self._bound(variant)) for variant in reversed(self.product.variants)]
		bundles = {item.item_code: v for v, item in pairs if item and self._lacks(v, item)}
		missing = [p for v in bundles.values() for p in v.parts if part_key(p) not in self.erp.components]
		ready = [
			CreateBundle(item_code=code, parts=tuple(self._parts(variant)))
			for code, variant in reversed(bundles.items())
			if not any(part in missing for part in variant.parts)
		]
		if waits and missing and not ready:
			raise self._unbound(missing[0])
		return list(ready)

	def _lacks(self, variant: Variant, item: BoundItem) -> bool:
		return bool(variant.parts) and not item.stock and item.item_code not in self.erp.bundles

	def _parts(self, variant: Variant) -> Iterator[tuple[str, Decimal]]:
		pieces: dict[str, Decimal] = {}
		for part in variant.parts:
			code = self.erp.components[part_key(part)]
			pieces[code] = pieces.get(code, ZERO) + part.quantity
		yield from pieces.items()

	def _unbound(self, part: BundlePart) -> Fixable:
		return Fixable(
			"bundle_part_unbound",
			cause=f"listing:{self.settings.store}:{part.variant_id or part.product_id}",
			title=self.product.title,
			part=part.sku or part.variant_id or part.product_id,
		)


def _template_codes(product: Product, settings: StoreSettings) -> tuple[str, ...]:
	"""What a new template may be called, best first: the SKUs' common beginning, the title, the title and id."""
	skus = [settings.sku_rule.item_code(variant.sku) for variant in product.variants if variant.sku]
	own = {settings.sku_rule.item_key(sku) for sku in skus}
	title = product.title.strip() or product.id
	with_id = f"{title[: _CODE_LENGTH - len(product.id) - 1]} {product.id}"
	codes = (_stem(skus), title[:_CODE_LENGTH].strip(), with_id)
	return tuple(code for code in codes if code and settings.sku_rule.item_key(code) not in own) or (with_id,)


def _stem(skus: list[str]) -> str:
	"""What several SKUs have in common, up to where a word ends in all of them; empty for less than three signs."""
	if len(skus) < 2:
		return ""
	common = commonprefix(skus)  # noqa: RUF071 - signs are what is compared
	end = max(common.rfind(sign) for sign in _SEPARATORS)
	stem = common[:end].rstrip(_SEPARATORS) if end > 0 else ""
	return stem if len(stem) > 2 else ""
