"""Creates and updates products and variants, so that doing it again after any interruption ends the same.

What an attempt left is found by its SKUs, or by its handle before it has any. A new product stays a draft
until all of it stands. Nothing is ever deleted: `productSet`, which deletes what is not named, is not used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ...core.errors import Gone
from ...core.products import ProductDraft, VariantDraft
from . import metafields, publications
from . import product_inputs as inputs
from .catalogue import fetched, is_id
from .client import Admin, Json
from .graphql_parts import nodes, number_in

_ROWS = 250  # the most that Shopify takes in a list
_SKUS = 20  # in one search


def save_product(admin: Admin, draft: ProductDraft) -> dict[str, Any]:
	"""The whole product as the store has it after the draft was written. Raises `Gone` and `Fixable`."""
	if draft.product_id is not None and not is_id(draft.product_id):
		raise Gone("Product", draft.product_id)
	product_id = draft.product_id or _left_behind(admin, draft) or _created(admin, draft)
	current = _with_options(admin, draft, fetched(admin, product_id))
	variants = _saved_variants(admin, draft, current)
	written = metafields.save(
		admin, [(inputs.owner_id("Product", current), current, draft.fields), *variants]
	)
	if draft.product_id is None and inputs.product_changes(draft, current).get("status") == "ACTIVE":
		publications.show(admin, inputs.owner_id("Product", current))
	written = _updated(admin, draft, current) or written
	return fetched(admin, product_id) if variants or written else current


def _left_behind(admin: Admin, draft: ProductDraft) -> str | None:
	"""The product that an interrupted attempt has made: the one with most of the draft's SKUs."""
	skus = list(dict.fromkeys(variant.sku for variant in draft.variants if _is_searchable(variant.sku)))
	found: Counter[str] = Counter()
	for start in range(0, len(skus), _SKUS):
		query = " OR ".join(f"sku:'{sku}'" for sku in skus[start : start + _SKUS])
		hits = nodes(admin.query("variants_by_sku", {"query": query}), "productVariants")
		found.update(str(number_in(hit["product"]["id"])) for hit in hits if hit.get("sku") in skus)
	if found:
		return found.most_common(1)[0][0]
	return _unfinished(admin, draft)


def _unfinished(admin: Admin, draft: ProductDraft) -> str | None:
	"""One that got no SKUs yet; a product that somebody else called so is none of ours."""
	found = admin.query("product_by_handle", {"handle": inputs.handle_of(draft)}).get("productByIdentifier")
	if not found:
		return None
	product_id = str(number_in(found["id"]))
	product = fetched(admin, product_id)
	ours = product["status"] == "draft" and not any(variant.get("sku") for variant in product["variants"])
	return product_id if ours else None


def _created(admin: Admin, draft: ProductDraft) -> str:
	given = {
		"product": inputs.new_product(draft, inputs.handle_of(draft)),
		"media": inputs.media(draft.images or ()),
	}
	made = admin.mutate("product_create", given, repeatable=False).get("product") or {}
	if not made:
		admin.refuse("The store made no product and did not say why.")
	return str(number_in(made["id"]))


def _with_options(admin: Admin, draft: ProductDraft, current: Json) -> Json:
	"""The product, after it was given the options that it lacks."""
	missing = inputs.new_options(draft, current)
	if not missing:
		return current
	given = {"id": inputs.owner_id("Product", current), "options": missing}
	admin.mutate("options_create", given, repeatable=False)
	return fetched(admin, str(current["id"]))


def _saved_variants(admin: Admin, draft: ProductDraft, current: Json) -> list[metafields.Owner]:
	"""Write the variants; each with its id, what the store had of it, and its metafields."""
	pairs, names = inputs.matched(draft, current), inputs.option_names(current)
	gone = [variant.variant_id for variant, known in pairs if variant.variant_id and known is None]
	if gone:
		raise Gone("Variant", gone[0])
	old = [(variant, known) for variant, known in pairs if known is not None]
	new = [variant for variant, known in pairs if known is None]
	given = [(variant, inputs.variant_input(variant, known, names)) for variant, known in old]
	_sent(admin, "variants_update", current, given, repeatable=True)
	made = _sent(
		admin,
		"variants_create",
		current,
		[(variant, inputs.variant_input(variant, None, names)) for variant in new],
		repeatable=False,
	)
	owners = [(inputs.owner_id("ProductVariant", known), known, variant.fields) for variant, known in old]
	return owners + [(number, {}, variant.fields) for number, variant in zip(made, new, strict=True)]


def _sent(
	admin: Admin, name: str, product: Json, rows: Sequence[tuple[VariantDraft, Json]], repeatable: bool
) -> list[str]:
	"""Send variants in lists as long as Shopify takes; their ids in the same order."""
	found: list[str] = []
	for part in _portions(rows):
		given = {
			"id": inputs.owner_id("Product", product),
			"variants": [fields for _, fields in part],
			"media": inputs.media([source for _, fields in part for source in fields.get("mediaSrc", ())]),
		}
		saved = admin.mutate(name, given, repeatable).get("productVariants") or ()
		found += [variant["id"] for variant in saved]
	if len(found) != len(rows):
		admin.refuse(f"The store saved {len(found)} of {len(rows)} variants and did not say why.")
	return found


def _portions(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
	for start in range(0, len(rows), _ROWS):
		yield rows[start : start + _ROWS]


def _updated(admin: Admin, draft: ProductDraft, current: Json) -> bool:
	"""Write what differs of the product itself; last of all, because it may go on sale by it."""
	changes = inputs.product_changes(draft, current)
	images = inputs.media(inputs.missing_images(draft, current))
	if not (changes or images):
		return False
	given = {"product": {"id": inputs.owner_id("Product", current), **changes}, "media": images}
	admin.mutate("product_update", given, repeatable=not images)
	return True


def _is_searchable(sku: str) -> bool:
	"""A quote would end the search term; such a product is found by its handle only."""
	return bool(sku) and sku.isprintable() and not set(sku) & set("'\"\\")
