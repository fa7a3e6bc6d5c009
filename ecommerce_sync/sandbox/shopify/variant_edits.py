"""Mutations of variants: many of one product at once, created or changed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ecommerce_sync.sandbox.currency import rounded
from ecommerce_sync.sandbox.shopify.edits import Edits, Finding, amount, user_error
from ecommerce_sync.sandbox.shopify.graph_stock import number_of
from ecommerce_sync.sandbox.shopify.records import VARIANT_IDS, Product, Variant
from ecommerce_sync.sandbox.shopify.views import product_data, variant_data

Json = dict[str, Any]
MOST_VARIANTS = 2048
_HIGHEST_PRICE = Decimal("1e15")
_GONE: Finding = (("productId",), "PRODUCT_DOES_NOT_EXIST", "Product does not exist")


class VariantEdits(Edits):
	"""Resolvers over a product's variants; all or nothing, unless partial updates are allowed."""

	def mutations(self) -> dict[str, Any]:
		"""By field of Mutation."""
		return {"productVariantsBulkCreate": self._create, "productVariantsBulkUpdate": self._update}

	# productVariantsBulkCreate

	def _create(
		self,
		productId: str,
		variants: list[Json],
		strategy: str = "DEFAULT",
		media: list[Json] | None = None,
	) -> Json:
		product = self.goods.products.get(number_of(productId))
		if product is None:
			return self._payload(None, [], [_GONE])
		goes = self._replaced(product, strategy)
		findings = [*self._creation_errors(product, variants, goes), *self.media_errors(media or ())]
		if findings:
			return self._payload(product, [], findings)
		self.add_media(product, media or ())
		made = [self._made(product, given) for given in variants]
		if goes is not None:
			self.goods.remove_variant(goes)
		self.touch(product)
		return self._payload(product, made, [])

	def _replaced(self, product: Product, strategy: str) -> Variant | None:
		"""The standalone variant that the first real ones take the place of."""
		is_alone = len(product.variants) == 1
		if not is_alone or strategy == "PRESERVE_STANDALONE_VARIANT":
			return None
		return product.variants[0] if strategy == "REMOVE_STANDALONE_VARIANT" or product.is_plain else None

	def _creation_errors(
		self, product: Product, given: list[Json], goes: Variant | None
	) -> Iterator[Finding]:
		taken = {tuple(variant.values) for variant in product.variants if variant is not goes}
		if len(taken) + len(given) > MOST_VARIANTS:
			yield ("variants",), "SUBSCRIPTION_VIOLATION", "Variants are more than 2048."
		for place, variant in enumerate(given):
			for field, code, words in self._one_creation_errors(product, variant, taken):
				yield ("variants", str(place), *field), code, words

	def _one_creation_errors(self, product: Product, given: Json, taken: set[Any]) -> Iterator[Finding]:
		yield from self._common_errors(None, given)
		if given.get("id"):
			yield ("id",), "NO_KEY_ON_CREATE", "On create, this key cannot be used."
		for quantity in given.get("inventoryQuantities") or ():
			if number_of(quantity["locationId"]) not in self.stock.locations:
				words = "Quantity could not be set. The location was not found."
				yield ("inventoryQuantities",), "TRACKED_VARIANT_LOCATION_NOT_FOUND", words
		values = _chosen(product, given)
		unknown = len(given.get("optionValues") or ()) - len(values)
		if unknown > 0:
			words = "Variant options are more than the product options."
			yield ("optionValues",), "OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS", words
		elif len(values) < len(product.options):
			yield ("optionValues",), "NEED_TO_ADD_OPTION_VALUES", "Variant options are not enough."
		else:
			chosen = tuple(values[place] for place in range(len(product.options)))
			if chosen in taken:
				words = f"The variant '{' / '.join(chosen)}' already exists."
				yield (), "VARIANT_ALREADY_EXISTS", words
			taken.add(chosen)

	def _made(self, product: Product, given: Json) -> Variant:
		now, values = self.goods.clock(), _chosen(product, given)
		chosen = [values[place] for place in range(len(product.options))]
		number = VARIANT_IDS + next(self.goods.numbers)
		variant = Variant(number, product, chosen, self._price("0"), now, now, is_new=True)
		variant.tracked = variant.requires_shipping = not product.gift_card
		product.variants.append(variant)
		self.goods.enter_variant(variant, variant.title)
		self._take_over(variant, given)
		for quantity in given.get("inventoryQuantities") or ():
			location_id = number_of(quantity["locationId"])
			self.stock.activate(variant, location_id)
			self.stock.put(variant, location_id, quantity["availableQuantity"])
		self.tell_item(variant, "inventory_items/create")
		return variant

	# productVariantsBulkUpdate

	def _update(
		self,
		productId: str,
		variants: list[Json],
		media: list[Json] | None = None,
		allowPartialUpdates: bool = False,
	) -> Json:
		product = self.goods.products.get(number_of(productId))
		if product is None:
			return self._payload(None, [], [_GONE])
		wrong = [list(self._update_errors(product, place, given)) for place, given in enumerate(variants)]
		findings = [*(found for of_one in wrong for found in of_one), *self.media_errors(media or ())]
		if findings and not allowPartialUpdates:
			return self._payload(product, None, findings)
		self.add_media(product, media or ())
		right = [given for given, errors in zip(variants, wrong, strict=True) if not errors]
		changed = [self._changed(given) for given in right]
		if changed:
			self.touch(product, *changed)
		return self._payload(product, changed, findings)

	def _update_errors(self, product: Product, place: int, given: Json) -> Iterator[Finding]:
		for field, code, words in self._one_update_errors(product, given):
			yield ("variants", str(place), *field), code, words

	def _one_update_errors(self, product: Product, given: Json) -> Iterator[Finding]:
		if not given.get("id"):
			yield ("id",), "PRODUCT_VARIANT_ID_MISSING", "Product variant is missing ID attribute"
			return
		variant = self.goods.variants.get(number_of(given["id"]))
		if variant is None or variant.product is not product:
			yield ("id",), "PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist"
			return
		if given.get("inventoryQuantities"):
			words = "Inventory quantities can only be provided during create."
			yield ("inventoryQuantities",), "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE", words
		yield from self._common_errors(variant, given)
		values = {**dict(enumerate(variant.values)), **_chosen(product, given)}
		others = [v.values for v in product.variants if v is not variant] if "optionValues" in given else []
		if list(values.values()) in others:
			yield (
				("optionValues",),
				"VARIANT_ALREADY_EXISTS",
				f"The variant '{' / '.join(values.values())}' already exists.",
			)

	def _changed(self, given: Json) -> Variant:
		variant = self.goods.variants[number_of(given["id"])]
		for place, value in _chosen(variant.product, given).items():
			variant.values[place] = value
		self._take_over(variant, given)
		return variant

	# Both

	def _common_errors(self, variant: Variant | None, given: Json) -> Iterator[Finding]:
		for name in ("price", "compareAtPrice"):
			value = amount(given[name]) if given.get(name) is not None else Decimal(0)
			if value is None or value >= _HIGHEST_PRICE:
				yield (name,), "INVALID_INPUT", "Price is not a number"
			elif value < 0:
				yield (name,), "GREATER_THAN_OR_EQUAL_TO", f"{name} must be greater than or equal to 0"
		for field, code, words in self.item_errors(given.get("inventoryItem") or {}):
			yield ("inventoryItem", *field), code, words
		for place, metafield in enumerate(given.get("metafields") or ()):
			for field, _code, words in self.metafield_errors(variant, metafield):
				yield ("metafields", str(place), *field), "INVALID_INPUT", words

	def _take_over(self, variant: Variant, given: Json) -> None:
		product = variant.product
		for place, value in _chosen(product, given).items():
			if value not in product.options[place].values:
				product.options[place].values[value] = next(self.goods.numbers)
		if given.get("price") is not None:
			variant.price = self._price(given["price"])
		if "compareAtPrice" in given:
			value = given["compareAtPrice"]
			variant.compare_at = None if value is None else self._price(value)
		if "barcode" in given:
			variant.barcode = given["barcode"] or None
		variant.taxable = given.get("taxable", variant.taxable)
		variant.policy = given.get("inventoryPolicy") or variant.policy
		if given.get("inventoryItem"):
			self.change_item(variant, given["inventoryItem"])
		self._picture(variant, given)
		for metafield in given.get("metafields") or ():
			self.set_metafield(variant, metafield)

	def _picture(self, variant: Variant, given: Json) -> None:
		if given.get("mediaId"):
			variant.media_ids = [number_of(given["mediaId"])]
		sources = given.get("mediaSrc") or ()
		known = [media for media in variant.product.media if media.source in sources]
		if known:
			variant.media_ids = [media.id for media in known]

	def _price(self, value: Any) -> Decimal:
		parsed = amount(value)
		assert parsed is not None, "checked before"
		return rounded(parsed, self.goods.shop.currency)

	def _payload(
		self, product: Product | None, variants: list[Variant] | None, findings: list[Finding]
	) -> Json:
		shown = None if variants is None else [variant_data(self.stock, variant) for variant in variants]
		return {
			"product": None if product is None else product_data(self.stock, product),
			"productVariants": shown,
			"userErrors": [user_error(found) for found in findings],
		}


def _chosen(product: Product, given: Json) -> dict[int, str]:
	"""The values of a variant's input by the place of their option; unknown options are left out."""
	places = {option.name: place for place, option in enumerate(product.options)}
	numbers = {option.id: place for place, option in enumerate(product.options)}
	chosen = {}
	for value in given.get("optionValues") or ():
		by_number = numbers.get(number_of(value["optionId"])) if value.get("optionId") else None
		place = places.get(value.get("optionName")) if by_number is None else by_number
		name = value.get("name") or (None if place is None else _name_of(product, place, value.get("id")))
		if place is not None and name:
			chosen[place] = name
	return chosen


def _name_of(product: Product, place: int, gid: str | None) -> str | None:
	named = {number: name for name, number in product.options[place].values.items()}
	return named.get(number_of(gid or ""))
