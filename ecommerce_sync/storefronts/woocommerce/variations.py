"""Creates and updates the variations of a product, up to 100 a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...core.errors import Fixable
from ...core.products import VariantDraft
from . import attributes, bodies
from .api import PER_PAGE, Api, Refused, object_of
from .batches import said
from .fields import Fields
from .products import VARIATIONS
from .variants import chosen
from .walks import id_of

Row = dict[str, Any]


class _Write(NamedTuple):
	"""One entry of a batch."""

	verb: str  # "create" or "update"
	body: Row


def save(api: Api, product: Row, drafts: Sequence[VariantDraft], unit: str | None) -> None:
	"""Write the variations; all are tried before one that the store refused raises `Fixable`."""
	left = [dict(row.data) for row in Fields(product).rows(VARIATIONS)]
	writes: list[_Write] = []
	for draft in drafts:
		row = _found(draft, left, Fields(product).text("sku"))
		left = [other for other in left if other is not row]
		writes.append(_write(draft, row, product, unit))
	endpoint = f"products/{id_of(product)}/variations/batch"
	groups = [writes[start : start + PER_PAGE] for start in range(0, len(writes), PER_PAGE)]
	refused = [words for group in groups for words in _sent(api, endpoint, group)]
	if refused:
		raise Fixable("store_refused", f"store:{api.host}", detail="; ".join(refused[:5]), store=api.host)


def _found(draft: VariantDraft, rows: list[Row], inherited: str | None) -> Row | None:
	"""The variation that the draft is about: by id, by a SKU of its own, by its values."""
	if draft.variant_id:
		return next(
			(row for row in rows if str(id_of(row)) == draft.variant_id),
			{"id": id_of({"id": draft.variant_id})},
		)
	named = [row for row in rows if Fields(row).text("sku") == draft.sku != inherited]
	return next(iter(named or [row for row in rows if draft.options and _same(draft, row)]), None)


def _same(draft: VariantDraft, row: Row) -> bool:
	has = {option.name.casefold(): option.value.casefold() for option in chosen(Fields(row))}
	return has == {option.name.casefold(): option.value.casefold() for option in draft.options}


def _write(draft: VariantDraft, row: Row | None, product: Row, unit: str | None) -> _Write:
	body = bodies.of_variant(draft, row or {}, unit)
	status = bodies.status(draft, row or {})
	if status:
		body |= {**status, "meta_data": [*body.get("meta_data", ()), *status["meta_data"]]}
	image = bodies.picture(draft.image, row or {})
	if image:
		body["image"] = image
	if row:
		return _Write("update", {"id": id_of(row), **body})
	known = [dict(each.data) for each in Fields(product).rows("attributes")]
	return _Write(
		"create", {**body, "attributes": [attributes.choice(known, option) for option in draft.options]}
	)


def _sent(api: Api, endpoint: str, writes: list[_Write]) -> list[str]:
	"""What the store refused, in its words. A batch that is too large for it is halved."""
	verbs = dict.fromkeys(write.verb for write in writes)
	batch = {verb: [write.body for write in writes if write.verb == verb] for verb in verbs}
	try:
		answer = object_of(api.post(endpoint, batch))
	except Refused as error:
		if error.status != 413 or len(writes) == 1:
			raise
		half = len(writes) // 2
		return [*_sent(api, endpoint, writes[:half]), *_sent(api, endpoint, writes[half:])]
	rows = [row for verb in ("create", "update") for row in Fields(answer).rows(verb)]
	return [said(row.data["error"]) for row in rows if row.data.get("error")]
