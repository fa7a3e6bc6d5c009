"""Reads whole products from the Admin API, in the shape of REST.

Pages follow the id (`id:>…`) instead of a cursor: Shopify ends a connection at 25,000 objects, and an
import can go on behind any product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...core.errors import Gone
from .client import Admin, Json, TooCostly
from .graphql_parts import nodes, number_in
from .product_shape import rest_product

_VARIANTS = 250  # the largest page of a connection
_VARIANTS_IN_LIST = 20
_PRODUCTS = 120  # nine times the cost of one, by what answers of stores tell: within 1,000 points
_BUNDLES = 10


def products(admin: Admin, after: str | None) -> Iterator[dict[str, Any]]:
	"""All products behind the id `after`, by ascending id, each with all its variants."""
	last, size = after, _PRODUCTS
	while True:
		try:
			page = _page(admin, last, size)
		except TooCostly:
			if size == 1:
				raise
			size = max(1, size // 2)
			continue
		found = nodes(page, "products")
		for product in found:
			yield rest_product(whole(admin, product))
		if not (found and page["products"].get("pageInfo", {}).get("hasNextPage")):
			return
		last = str(number_in(found[-1]["id"]))


def fetched(admin: Admin, product_id: str) -> dict[str, Any]:
	"""The product with all its variants. Raises `Gone`."""
	if not is_id(product_id):
		raise Gone("Product", product_id)
	given = {"id": gid("Product", product_id), "variants": _VARIANTS}
	product = admin.query("product", given).get("product")
	if not product:
		raise Gone("Product", product_id)
	return rest_product(whole(admin, product))


def whole(admin: Admin, product: Json) -> Json:
	"""The product with the variants that its first page left out, and with what its bundles are made of."""
	variants, info = nodes(product, "variants"), (product.get("variants") or {}).get("pageInfo") or {}
	while info.get("hasNextPage") and info.get("endCursor"):
		given = {"id": product["id"], "first": _VARIANTS, "after": info["endCursor"]}
		page = (admin.query("product_variants", given).get("product") or {}).get("variants") or {}
		variants, info = variants + (page.get("nodes") or []), page.get("pageInfo") or {}
	return {**product, "variants": {"nodes": _with_parts(admin, variants)}}


def gid(kind: str, number: str) -> str:
	"""The GraphQL id of a number."""
	return f"gid://shopify/{kind}/{number}"


def is_id(text: str | None) -> bool:
	"""Whether a text can be the number of something in the store."""
	return bool(text and text.isascii() and text.isdigit())


def behind(number: str | None) -> str | None:
	"""The search for everything with a higher id."""
	return f"id:>{number}" if is_id(number) else None


def _page(admin: Admin, last: str | None, size: int) -> Json:
	given = {"query": behind(last), "first": size, "variants": _VARIANTS_IN_LIST}
	return admin.query("products", given)


def _with_parts(admin: Admin, variants: Sequence[Json]) -> list[Json]:
	"""Bundles are few, so that their parts are asked for apart."""
	bundles = [variant["id"] for variant in variants if variant.get("requiresComponents")]
	parts: Json = {}
	for start in range(0, len(bundles), _BUNDLES):
		found = admin.query("bundle_parts", {"ids": bundles[start : start + _BUNDLES]}).get("nodes") or ()
		parts |= {node["id"]: node.get("productVariantComponents") for node in found if node}
	return [{**variant, "productVariantComponents": parts.get(variant["id"])} for variant in variants]
