"""Sets prices with `productVariantsBulkUpdate`: one field for each product, many products in one document.

Setting a price twice is the same as once, so that every request may be repeated.
Source: https://shopify.dev/docs/api/admin-graphql/latest/mutations/productVariantsBulkUpdate
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ...core.errors import Transient
from ...core.products import Price
from ..goods import PriceChange, Pushed, Refusal
from .catalogue import gid, is_id
from .client import Admin, Json, TooCostly
from .graphql_parts import number_in

_VARIANTS = 250  # the most that Shopify takes in a list
_PRODUCTS = 40  # in one request: a mutation costs ten points, what it returns some more
_GONE = {"PRODUCT_DOES_NOT_EXIST", "PRODUCT_VARIANT_DOES_NOT_EXIST"}
_OF_THE_PRODUCT = {"PRODUCT_DOES_NOT_EXIST", "PRODUCT_SUSPENDED"}
Part = list[PriceChange]  # of one product


def set_prices(admin: Admin, changes: Sequence[PriceChange]) -> Iterator[Pushed]:
	"""One result for each call; each change is in exactly one of them, once."""
	known = [change for change in changes if is_id(change.product_id) and is_id(change.variant_id)]
	if len(known) < len(changes):
		unknown = (change for change in changes if change not in known)
		yield Pushed(
			refused=tuple(_refusal(change, "The store does not know it.", True) for change in unknown)
		)
	waiting, size = _parts(known), _PRODUCTS
	while waiting:
		sent = _call(waiting, size)
		try:
			result, again = _pushed(admin, sent)
		except TooCostly:
			if len(sent) == 1:
				raise
			size = max(1, len(sent) // 2)
			continue
		waiting = again + waiting[len(sent) :]
		if result != Pushed():
			yield result


def prices_document(products: int) -> str:
	"""The mutation of so many products $p0, $p1, … with their variants $v0, $v1, …"""
	declared = ", ".join(f"$p{n}: ID!, $v{n}: [ProductVariantsBulkInput!]!" for n in range(products))
	fields = "".join(
		f"""
  u{n}: productVariantsBulkUpdate(productId: $p{n}, variants: $v{n}, allowPartialUpdates: true) {{
    ...Updated
  }}"""
		for n in range(products)
	)
	return f"""mutation SetPrices({declared}) {{{fields}
}}

fragment Updated on ProductVariantsBulkUpdatePayload {{
  productVariants {{
    id
  }}
  userErrors {{
    code
    field
    message
  }}
}}
"""


def price_fields(price: Price) -> Json:
	"""The fields of `ProductVariantsBulkInput`, digits as they are given."""
	before = price.compare_at
	return {"price": amount(price.price), "compareAtPrice": None if before is None else amount(before)}


def amount(number: Decimal) -> str:
	"""A number as Shopify writes money: no exponent."""
	return f"{number:f}"


def _parts(changes: Sequence[PriceChange]) -> list[Part]:
	"""By product, of at most 250 variants; a variant that comes twice has its last price set last."""
	parts: dict[str, list[Part]] = {}
	for change in changes:
		mine = parts.setdefault(change.product_id, [[]])
		if len(mine[-1]) == _VARIANTS or any(other.variant_id == change.variant_id for other in mine[-1]):
			mine.append([])
		mine[-1].append(change)
	return [part for round_ in _rounds(list(parts.values())) for part in round_]


def _rounds(parts: Sequence[list[Part]]) -> Iterator[list[Part]]:
	"""The first part of every product, then the second of those that have one, and so on."""
	for place in range(max((len(mine) for mine in parts), default=0)):
		yield [mine[place] for mine in parts if place < len(mine)]


def _call(waiting: Sequence[Part], size: int) -> list[Part]:
	"""As many parts as fit one request: of different products, not more than 250 variants in all."""
	taken: list[Part] = []
	for part in waiting[:size]:
		full = sum(len(each) for each in taken) + len(part) > _VARIANTS
		if taken and (full or any(part[0].product_id == each[0].product_id for each in taken)):
			break
		taken.append(part)
	return taken


def _pushed(admin: Admin, parts: Sequence[Part]) -> tuple[Pushed, list[Part]]:
	"""What one call settled, and the parts that must be sent again without what was refused."""
	variables: Json = {}
	for n, part in enumerate(parts):
		variables[f"p{n}"] = gid("Product", part[0].product_id)
		variables[f"v{n}"] = [_variant(change) for change in part]
	text = prices_document(len(parts))
	data = admin.attempt(f"prices_{len(parts)}", variables, repeatable=True, text=text)
	done: list[str] = []
	refused: list[Refusal] = []
	again: list[Part] = []
	for n, part in enumerate(parts):
		kept = _settle(part, data.get(f"u{n}"), done, refused)
		again += [kept] if kept else []
	return Pushed(done=tuple(done), refused=tuple(refused)), again


def _variant(change: PriceChange) -> Json:
	return {"id": gid("ProductVariant", change.variant_id), **price_fields(change.price)}


def _settle(part: Part, payload: Json | None, done: list[str], refused: list[Refusal]) -> Part:
	"""File one product's answer; returns the changes that its refusal of others kept from being made."""
	if payload is None:
		raise Transient("store_error", status="without a result")
	errors: list[Json] = payload.get("userErrors") or []
	if not errors:
		done += [change.listing for change in part]
		return []
	saved = {str(number_in(variant["id"])) for variant in payload.get("productVariants") or ()}
	blamed = _blamed(part, errors)
	refused += [_refused(change, error) for change, error in blamed]
	names = {change.listing for change, _ in blamed}
	left = [change for change in part if change.listing not in names]
	done += [change.listing for change in left if change.variant_id in saved]
	return [change for change in left if change.variant_id not in saved]


def _blamed(part: Part, errors: Sequence[Json]) -> list[tuple[PriceChange, Json]]:
	"""The changes that the errors are about: by their place in a path like variants, 3, price, else all."""
	blamed: dict[int, Json] = {}
	for error in errors:
		places = [int(step) for step in error.get("field") or () if str(step).isdigit()]
		if places and places[0] < len(part) and error.get("code") not in _OF_THE_PRODUCT:
			blamed.setdefault(places[0], error)
	chosen = blamed or dict.fromkeys(range(len(part)), errors[0])
	return [(part[place], error) for place, error in chosen.items()]


def _refused(change: PriceChange, error: Json) -> Refusal:
	words = str(error.get("message") or error.get("code") or "refused")
	return _refusal(change, words, error.get("code") in _GONE)


def _refusal(change: PriceChange, detail: str, gone: bool) -> Refusal:
	return Refusal(listing=change.listing, detail=detail, gone=gone)
