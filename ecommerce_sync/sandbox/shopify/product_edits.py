"""Mutations of products: create, update, publish, media and metafields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify.edits import Edits, Finding, amount, user_error
from ecommerce_sync.sandbox.shopify.goods import PUBLICATIONS
from ecommerce_sync.sandbox.shopify.graph_stock import number_of
from ecommerce_sync.sandbox.shopify.option_edits import Options, named_values
from ecommerce_sync.sandbox.shopify.records import (
	DEFAULT_OPTION,
	DEFAULT_VALUE,
	PRODUCT_IDS,
	VARIANT_IDS,
	Option,
	Product,
	Variant,
)
from ecommerce_sync.sandbox.shopify.shop import shop_data
from ecommerce_sync.sandbox.shopify.views import metafield_data, product_data, variant_data

Json = dict[str, Any]
_FIELDS = {
	"title": "title",
	"descriptionHtml": "description",
	"vendor": "vendor",
	"productType": "product_type",
	"status": "status",
	"tags": "tags",
	"templateSuffix": "template_suffix",
	"seo": "seo",
}
_METAFIELDS_AT_ONCE = 25
_GONE = "Product does not exist"


class ProductEdits(Edits):
	"""Resolvers over products; all or nothing each."""

	def mutations(self) -> dict[str, Any]:
		"""By field of Mutation."""
		options = Options(self.stock)
		return {
			**options.mutations(),
			"productCreate": self._create,
			"productUpdate": self._update,
			"productVariantAppendMedia": self._append_media,
			"publishablePublish": lambda id, input: self._publish(id, input, self._put_on),
			"publishableUnpublish": lambda id, input: self._publish(id, input, self._take_off),
			"metafieldsSet": self._set_metafields,
		}

	def _create(self, product: Json | None = None, media: list[Json] | None = None, **_: Any) -> Json:
		if product is None:
			raise GraphQLError("The emulated store takes the argument `product` only.")
		given = product
		findings = [*self._findings(None, given, is_new=True), *self.media_errors(media or ())]
		if findings:
			return self._payload(None, findings, shop=True)
		made = self._made(given)
		self._take_over(made, given)
		self.add_media(made, media or ())
		self.goods.enter(made)
		self.touch(made, *made.variants, topic="products/create")
		for variant in made.variants:
			self.tell_item(variant, "inventory_items/create")
		return self._payload(made, [], shop=True)

	def _update(
		self,
		product: Json | None = None,
		media: list[Json] | None = None,
		identifier: Json | None = None,
		**_: Any,
	) -> Json:
		given = product or {}
		gid = (identifier or {}).get("id") or given.get("id") or ""
		found = self.goods.products.get(number_of(gid))
		if found is None:
			return self._payload(None, [(("id",), "PRODUCT_DOES_NOT_EXIST", _GONE)])
		findings = [*self._findings(found, given), *self.media_errors(media or ())]
		if findings:
			return self._payload(None, findings)
		self._take_over(found, given)
		self.add_media(found, media or ())
		self.touch(found)
		return self._payload(found, [])

	def _payload(self, product: Product | None, findings: list[Finding], shop: bool = False) -> Json:
		shown = None if product is None else product_data(self.stock, product)
		about = {"shop": shop_data(self.goods.shop)} if shop else {}
		return {"product": shown, "userErrors": [user_error(found) for found in findings], **about}

	def _findings(self, product: Product | None, given: Json, is_new: bool = False) -> Iterator[Finding]:
		if (is_new or "title" in given) and not (given.get("title") or "").strip():
			yield ("title",), "BLANK", "Title can't be blank"
		elif len(given.get("title") or "") > 255:
			yield ("title",), "TOO_LONG", "Title is too long (maximum is 255 characters)"
		for gid in (*(given.get("collectionsToJoin") or ()), *(given.get("collectionsToLeave") or ())):
			if number_of(gid) not in self.goods.collections:
				yield ("collectionsToJoin",), "INVALID", "Collection does not exist"
		for place, metafield in enumerate(given.get("metafields") or ()):
			for field, code, words in self.metafield_errors(product, metafield):
				yield ("metafields", str(place), *field), code, words
		names = [(option.get("name") or "").lower() for option in given.get("productOptions") or ()]
		if len(names) > 3 or len(set(names)) < len(names) or "" in names:
			yield ("productOptions",), "INVALID", "Options must be at most three with names of their own"

	def _made(self, given: Json) -> Product:
		"""The product with its first variant: the first value of each option."""
		now, new, title = self.goods.clock(), self.goods.numbers, given["title"].strip()
		number = next(new)
		handle = self.goods.free_handle(given.get("handle") or title)
		product = Product(PRODUCT_IDS + number, title, handle, now, now)
		product.gift_card = bool(given.get("giftCard"))
		for option in given.get("productOptions") or [{"name": DEFAULT_OPTION}]:
			values = named_values(option.get("values")) or [DEFAULT_VALUE]
			product.options.append(Option(next(new), option["name"], {value: next(new) for value in values}))
		first = [next(iter(option.values)) for option in product.options]
		price = amount("0.00")
		assert price is not None, "a number"
		variant = Variant(VARIANT_IDS + next(new), product, first, price, now, now, is_new=True)
		variant.tracked = variant.requires_shipping = not product.gift_card
		product.variants.append(variant)
		return product

	def _take_over(self, product: Product, given: Json) -> None:
		for name, attribute in _FIELDS.items():
			if given.get(name) is not None:
				setattr(product, attribute, given[name])
		if given.get("handle"):
			product.handle = given["handle"]
		product.collections |= {number_of(gid) for gid in given.get("collectionsToJoin") or ()}
		product.collections -= {number_of(gid) for gid in given.get("collectionsToLeave") or ()}
		for metafield in given.get("metafields") or ():
			self.set_metafield(product, metafield)

	# Media of variants

	def _append_media(self, productId: str, variantMedia: list[Json]) -> Json:
		product = self.goods.products.get(number_of(productId))
		if product is None:
			finding: Finding = (("productId",), "PRODUCT_DOES_NOT_EXIST", _GONE)
			return {"product": None, "productVariants": None, "userErrors": [user_error(finding)]}
		by_id = {variant.id: variant for variant in product.variants}
		findings = list(_pair_errors(product, by_id, variantMedia))
		changed: list[Variant] = []
		for pair in () if findings else variantMedia:
			variant = by_id[number_of(pair["variantId"])]
			variant.media_ids = [number_of(gid) for gid in pair["mediaIds"]]
			changed.append(variant)
		if changed:
			self.touch(product, *changed)
		shown = [variant_data(self.stock, variant) for variant in changed]
		errors = [user_error(found) for found in findings]
		return {"product": product_data(self.stock, product), "productVariants": shown, "userErrors": errors}

	# Publishing

	def _publish(self, gid: str, given: list[Json], change: Callable[[Product, int], None]) -> Json:
		product = self.goods.products.get(number_of(gid))
		about = {"shop": shop_data(self.goods.shop)}
		if product is None:
			return {
				"publishable": None,
				"userErrors": [{"field": ["id"], "message": "Resource does not exist"}],
				**about,
			}
		numbers = [number_of(entry.get("publicationId") or "") for entry in given]
		wrong = [place for place, number in enumerate(numbers) if number not in PUBLICATIONS]
		if wrong:
			errors = [
				{"field": ["input", str(n), "publicationId"], "message": "Publication does not exist"}
				for n in wrong
			]
			return {"publishable": None, "userErrors": errors, **about}
		for number in numbers:
			change(product, number)
		self.touch(product)
		return {"publishable": product_data(self.stock, product), "userErrors": [], **about}

	def _put_on(self, product: Product, number: int) -> None:
		product.published.setdefault(number, self._now())

	def _take_off(self, product: Product, number: int) -> None:
		product.published.pop(number, None)

	def _now(self) -> datetime:
		return self.goods.clock()

	# metafieldsSet

	def _set_metafields(self, metafields: list[Json]) -> Json:
		errors = list(self._metafields_errors(metafields))
		if errors:
			return {"metafields": None, "userErrors": errors}
		written = [self.set_metafield(self._owner(given["ownerId"]), given) for given in metafields]  # type: ignore[arg-type]
		touched = {m.owner.product if isinstance(m.owner, Variant) else m.owner for m in written}
		for product in touched:
			self.touch(product)
		return {"metafields": [metafield_data(self.stock, m) for m in written], "userErrors": []}

	def _metafields_errors(self, metafields: list[Json]) -> Iterator[Json]:
		if len(metafields) > _METAFIELDS_AT_ONCE:
			words = f"Exceeded the maximum metafields input limit of {_METAFIELDS_AT_ONCE}."
			yield user_error((("metafields",), "LESS_THAN_OR_EQUAL_TO", words))
		for place, given in enumerate(metafields):
			owner = self._owner(given["ownerId"])
			if owner is None:
				yield user_error((("ownerId",), "INVALID", "Owner does not exist."), "metafields", str(place))
				continue
			for finding in self.metafield_errors(owner, given):
				yield {**user_error(finding, "metafields", str(place)), "elementIndex": None}

	def _owner(self, gid: str) -> Product | Variant | None:
		number = number_of(gid)
		return (
			self.goods.variants.get(number) if "/ProductVariant/" in gid else self.goods.products.get(number)
		)


def _pair_errors(product: Product, by_id: dict[int, Variant], pairs: list[Json]) -> Iterator[Finding]:
	known = {media.id for media in product.media}
	for place, pair in enumerate(pairs):
		if number_of(pair["variantId"]) not in by_id:
			words = "Variant does not exist on the specified product."
			yield (
				("variantMedia", str(place), "variantId"),
				"PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT",
				words,
			)
		if any(number_of(gid) not in known for gid in pair["mediaIds"]):
			words = "Media does not exist on the specified product."
			yield ("variantMedia", str(place), "mediaIds"), "MEDIA_DOES_NOT_EXIST_ON_PRODUCT", words
