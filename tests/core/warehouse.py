"""A small catalogue for the planner's tests: what plans are observed on, and what commands do to it.

It keeps ERPNext's own rules, so that a plan that ERPNext would refuse fails here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ecommerce_sync.core.catalogue import (
	BindListing,
	BoundItem,
	CatalogueCommand,
	CreateBundle,
	CreateItem,
	EnsureAttributes,
	ErpProduct,
	Proposal,
	UpdateItem,
	codes_of,
	plan_product,
)
from ecommerce_sync.core.mapping import FieldRule
from ecommerce_sync.core.models import Attribute
from ecommerce_sync.core.products import Option, Product, Variant
from ecommerce_sync.core.settings import StoreSettings

from .worlds import settings

AT = datetime(2026, 10, 1, 12, 0, tzinfo=timezone.utc)


def variant(variant_id: str, sku: str | None = "", **more: Any) -> Variant:
	"""A variant; its SKU is `SKU-id` unless one is given. `Size="M"` and the like are its options."""
	options = tuple(Attribute(name=k, value=more.pop(k)) for k in list(more) if k[0].isupper())
	own = f"SKU-{variant_id}" if sku == "" else sku
	return Variant(id=variant_id, sku=own, options=options, **more)


def product(*variants: Variant, **changes: Any) -> Product:
	"""A mug with these variants; its options are theirs."""
	names: dict[str, dict[str, None]] = {}
	for each in variants:
		for own in each.options:
			names.setdefault(own.name, {}).setdefault(own.value)
	given: dict[str, Any] = {
		"platform": "shopify",
		"id": "7",
		"title": "Mug",
		"status": "active",
		"updated_at": AT,
		"options": tuple(Option(name=name, values=tuple(values)) for name, values in names.items()),
		"variants": variants,
	}
	return Product(**{**given, **changes})


@dataclass
class Thing:
	"""One Item."""

	code: str
	template: bool = False
	variant_of: str | None = None
	attributes: tuple[Attribute, ...] = ()
	stock: bool = True
	usable: bool = True
	shared: bool = False
	values: dict[str, Any] = field(default_factory=dict)
	fields: dict[str, Any] = field(default_factory=dict)
	barcodes: list[str] = field(default_factory=list)

	def write(self, values: dict[str, Any], fields: dict[str, Any]) -> None:
		"""As ERPNext keeps them: HTML cleaned, fields as its database gives them back."""
		self.values |= {k: _clean(k, v) for k, v in values.items() if k != "barcode"}
		self.fields |= {k: str(v) if isinstance(v, datetime) else v for k, v in fields.items()}
		if values.get("barcode") and values["barcode"] not in self.barcodes:
			self.barcodes.append(values["barcode"])


def _clean(part: str, value: Any) -> Any:
	if part != "description":
		return value
	return f'<div class="ql-editor">{re.sub("<script.*?</script>", "", value, flags=re.S)}</div>'


@dataclass
class Warehouse:
	"""Items, listings of one product, decisions and bundles."""

	settings: StoreSettings = field(default_factory=settings)
	things: dict[str, Thing] = field(default_factory=dict)
	attributes: dict[str, set[str]] = field(default_factory=dict)
	listings: dict[str, str] = field(default_factory=dict)
	decided: dict[str, Proposal] = field(default_factory=dict)
	bundles: dict[str, dict[str, Any]] = field(default_factory=dict)
	components: dict[str, str] = field(default_factory=dict)

	def add(self, code: str, **more: Any) -> Thing:
		self.things[code] = Thing(code, **more)
		return self.things[code]

	def decide(self, *variant_ids: str, match: str = "create", item_code: str | None = None) -> None:
		for each in variant_ids:
			self.decided[each] = Proposal(listing=f"L{each}", match=match, item_code=item_code)

	def observe(self, one: Product) -> ErpProduct:
		by_key = {code.casefold(): code for code in self.things}
		codes = [by_key.get(code.casefold()) for code in codes_of(one, self.settings)]
		seen = {self.things[code] and code for code in self.listings.values()}
		seen |= {self.things[code].variant_of for code in set(seen) if self.things[code].variant_of}
		return ErpProduct(
			listings=self.listings,
			decided={k: v for k, v in self.decided.items() if k not in self.listings},
			items={code: self._bound(code) for code in seen if code},
			found={each.id: self._found(each) for each in one.variants if self._found(each)},
			taken=frozenset(code for code in codes if code),
			components=self.components,
			bundles=frozenset(self.bundles),
		)

	def _bound(self, code: str) -> BoundItem:
		thing = self.things[code]
		return BoundItem(
			item_code=code,
			variant_of=thing.variant_of,
			attributes=thing.attributes,
			stock=thing.stock,
			shared=thing.shared,
			values=thing.values,
			fields=thing.fields,
			barcodes=tuple(thing.barcodes),
		)

	def _found(self, each: Variant) -> tuple[str, ...]:
		rule = self.settings.sku_rule
		sellable = [t for t in self.things.values() if t.usable and not t.template]
		coded = [t.code for t in sellable if each.sku and rule.item_key(t.code) == rule.key(each.sku)]
		return tuple(coded or [t.code for t in sellable if each.barcode and each.barcode in t.barcodes])

	def plan(self, one: Product) -> list[CatalogueCommand]:
		return plan_product(one, self.observe(one), self.settings)

	def take(self, one: Product) -> list[CatalogueCommand]:
		"""Plan and apply until nothing is left; all commands."""
		done: list[CatalogueCommand] = []
		for _ in range(6):
			commands = self.plan(one)
			for command in commands:
				self.apply(command)
			done += commands
			if not commands:
				return done
		raise AssertionError(f"the plan did not come to an end: {commands}")

	def apply(self, command: CatalogueCommand) -> None:
		if isinstance(command, EnsureAttributes):
			for option in command.options:
				assert all(value.strip() for value in option.values)
				self.attributes.setdefault(option.name, set()).update(option.values)
		elif isinstance(command, BindListing):
			assert self.things[command.item_code].usable
			self._bind(command.variant_id, command.item_code)
		elif isinstance(command, UpdateItem):
			assert command.values or command.fields
			self.things[command.item_code].write(command.values, command.fields)
		elif isinstance(command, CreateBundle):
			assert not self.things[command.item_code].stock
			assert command.item_code not in self.bundles
			assert command.parts and all(code in self.things for code, _ in command.parts)
			self.bundles[command.item_code] = dict(command.parts)
		else:
			self._create(command)

	def _bind(self, variant_id: str, item_code: str) -> None:
		assert variant_id not in self.listings
		self.listings[variant_id] = item_code

	def _create(self, command: CreateItem) -> None:
		assert 0 < len(command.item_code) <= 140
		assert command.item_code.casefold() not in {code.casefold() for code in self.things}
		if command.variant_of:
			self._check_variant(command)
		thing = self.add(
			command.item_code,
			template=command.template,
			variant_of=command.variant_of,
			attributes=command.attributes,
			stock=command.stock,
		)
		thing.write(command.values, command.fields)
		if command.variant_id is not None:
			self._bind(command.variant_id, command.item_code)

	def _check_variant(self, command: CreateItem) -> None:
		template = self.things[command.variant_of or ""]
		assert template.template
		assert [a.name for a in command.attributes] == [a.name for a in template.attributes]
		assert all(a.value in self.attributes[a.name] for a in command.attributes)
		others = [t.attributes for t in self.things.values() if t.variant_of == template.code]
		assert command.attributes not in others, "ERPNext refuses a second variant with the same attributes"


def warehouse(**changes: Any) -> Warehouse:
	return Warehouse(settings=settings(**changes))


def rule(name: str, entity: str, source: str, field: str, transform: str = "None") -> FieldRule:
	return FieldRule(
		name=name,
		entity=entity,
		source=source,
		target_doctype="Item",
		target_field=field,
		transform=transform,
	)


RULES = (
	rule("brand", "Product", "vendor", "brand"),
	rule("since", "Product", "created_at", "since", "Date"),
	rule("cost", "Variant", "cost", "cost", "Number"),
	rule("flag", "Variant", "flag", "flag"),
	rule("order", "Order", "vendor", "po_no"),
)
RAW = {"vendor": "ACME", "created_at": "2026-10-01T12:00:00Z"}
