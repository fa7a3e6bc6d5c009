"""Creates and updates a product with its variations; nothing is ever deleted.

What an interrupted attempt left is found by SKU, the first object by the draft's own code: a product with
variations gets it as its SKU. So a second attempt goes on where the first one ended.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...core.errors import Fixable, Gone
from ...core.products import ProductDraft
from . import attributes, bodies, categories, variations
from .api import PER_PAGE, Api, Refused, object_of, rows_of
from .catalogue import Catalogue, Row
from .fields import Fields
from .products import is_variable
from .walks import id_of

_TAKEN = "product_invalid_sku"
_SKUS = 25  # of one question, for the length of its address


def save(api: Api, catalogue: Catalogue, draft: ProductDraft) -> Row:
	"""The whole product as the store has it then. Raises `Fixable("store_refused")` and `Gone`."""
	current = catalogue.fetch(draft.product_id) if draft.product_id else _by_sku(api, catalogue, draft)
	if current is None:
		current = _created(api, catalogue, draft)
	else:
		_check(api, current, draft)
		current = _updated(api, catalogue, current, draft)
	if is_variable(Fields(current)):
		variations.save(api, current, draft.variants, catalogue.unit_for(draft.variants))
	return catalogue.fetch(str(id_of(current)))


def _by_sku(api: Api, catalogue: Catalogue, draft: ProductDraft) -> Row | None:
	"""The product that has one of the draft's SKUs, or whose variation has it."""
	wanted = dict.fromkeys(
		([draft.item_code] if draft.options else []) + [v.sku for v in draft.variants if v.sku]
	)
	owners = {id_of({"id": row.get("parent_id")}) or id_of(row) for row in _with_skus(api, list(wanted))}
	if len(owners) > 1:
		raise _refused(api, f"The SKUs {', '.join(wanted)} belong to several products: {sorted(owners)}.")
	return catalogue.fetch(str(owners.pop())) if owners else None


def _with_skus(api: Api, skus: list[str]) -> Iterator[Row]:
	"""Products and variations; the REST API takes a list with commas between, so one with a comma goes alone."""
	plain = [sku for sku in skus if "," not in sku]
	groups = [plain[start : start + _SKUS] for start in range(0, len(plain), _SKUS)]
	for group in [*groups, *([sku] for sku in skus if "," in sku)]:
		params = {"sku": ",".join(group), "status": "any", "per_page": PER_PAGE}
		names = {sku.casefold() for sku in group}
		rows = rows_of(api.get("products", params=params))
		yield from (row for row in rows if (Fields(row).text("sku") or "").casefold() in names)


def _check(api: Api, current: Row, draft: ProductDraft) -> None:
	"""A product is not made into one of another kind: its stock and prices would be lost."""
	variable, product_id = is_variable(Fields(current)), id_of(current)
	if not variable and (draft.options or len(draft.variants) > 1):
		raise _refused(api, f"Product {product_id} has no variations, {draft.item_code} has variants.")
	if variable and not draft.options and any(not variant.variant_id for variant in draft.variants):
		raise _refused(api, f"Product {product_id} has variations, {draft.item_code} has no variants.")


def _created(api: Api, catalogue: Catalogue, draft: ProductDraft) -> Row:
	"""The new product; where its SKU is taken after all, the one that has it, brought up to date."""
	kind: Row = {"type": "variable", "sku": draft.item_code} if draft.options else {"type": "simple"}
	body = {"name": draft.item_code, **kind, **_body(api, catalogue, {}, draft)}
	try:
		return object_of(api.post("products", body))
	except Refused as error:
		current = _holder(catalogue, error)
		_check(api, current, draft)
	return _updated(api, catalogue, current, draft)


def _holder(catalogue: Catalogue, error: Refused) -> Row:
	"""The product that has the SKU. Raises the error itself where it is about something else."""
	resource = id_of({"id": error.data.get("resource_id")})
	if error.code != _TAKEN or not resource:
		raise error
	try:
		return catalogue.fetch(str(resource))
	except Gone:
		raise error from None


def _updated(api: Api, catalogue: Catalogue, current: Row, draft: ProductDraft) -> Row:
	body, product_id = _body(api, catalogue, current, draft), id_of(current)
	try:
		answer = object_of(api.put(f"products/{product_id}", body)) if body else {}
	except Refused as error:
		if error.code.endswith("_invalid_id"):
			raise Gone("Product", str(product_id)) from None
		raise
	return {**current, **answer}


def _body(api: Api, catalogue: Catalogue, current: Row, draft: ProductDraft) -> Row:
	body = bodies.of_product(draft, current)
	if draft.categories is not None:
		body["categories"] = categories.ids(api, draft.categories, current)
	rows = attributes.merged(api, current, draft.options)
	if rows is not None:
		body["attributes"] = rows
	if draft.variants and not draft.options and not is_variable(Fields(current)):
		own = bodies.of_variant(draft.variants[0], current, catalogue.unit_for(draft.variants))
		meta = [*own.pop("meta_data", ()), *body.pop("meta_data", ())]
		body = {**own, **body, **({"meta_data": meta} if meta else {})}
	return body


def _refused(api: Api, detail: str) -> Fixable:
	return Fixable("store_refused", f"store:{api.host}", detail=detail, store=api.host)
