"""Sets quantities with `inventorySetQuantities`, 250 a call, each compared with what the store is known to show.

One call is all or nothing: rows that the store names (a number that is not the known one any more, an item
that is gone) are told to the caller, and the rest of the batch is sent again without them. A batch has one
idempotency key over all sendings of the same rows. What the store has not confirmed is never told as done:
where the outcome stays unknown, `Transient` is raised, and the next attempt with the same known numbers
either sets them or finds them stale.
Source: https://shopify.dev/docs/api/admin-graphql/latest/mutations/inventorySetQuantities
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from ...core.errors import Transient
from ..goods import Pushed, QuantityChange, Refusal, label
from .activation import activated
from .catalogue import gid, is_id
from .client import Admin, Json
from .levels import items_of

_ROWS = 250  # the most that Shopify takes in a list
_TRIES = 5
_PAUSE = 1.0  # seconds, while the same batch is still being worked on
_STALE = {"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"}
_GONE = {"INVALID_INVENTORY_ITEM"}
_OF_THE_CALL = {
	"COMPARE_QUANTITY_REQUIRED",
	"INVALID_NAME",
	"INVALID_REASON",
	"INVALID_REFERENCE_DOCUMENT",
}
_NEW_KEY = {"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}


@dataclass(frozen=True)
class Row:
	"""One change on its way: `known` is what the store compares with, `item` the inventory item."""

	change: QuantityChange
	item: str
	known: int | None
	activated: bool = False

	@property
	def label(self) -> str:
		"""How `Pushed` names it."""
		return label(self.change.listing, self.change.location_id)

	@property
	def place(self) -> tuple[str, str]:
		"""Inventory item and location."""
		return self.item, self.change.location_id

	def refusal(self, detail: str, gone: bool = False) -> Refusal:
		"""The store will not take it."""
		change = self.change
		return Refusal(listing=change.listing, location_id=change.location_id, detail=detail, gone=gone)


def set_quantities(admin: Admin, changes: Sequence[QuantityChange]) -> Iterator[Pushed]:
	"""One result for each call that writes; each change is in exactly one of them, once."""
	for batch in _batches(changes):
		rows, settled = _prepared(admin, batch)
		if settled != Pushed():
			yield settled
		yield from _pushed(admin, rows)


def _batches(changes: Sequence[QuantityChange]) -> Iterator[list[QuantityChange]]:
	"""Of at most 250; the store takes no two changes of one number in a call."""
	batch: dict[tuple[str, str, str], QuantityChange] = {}
	for change in changes:
		number = change.variant_id, change.inventory_id or "", change.location_id
		if number in batch or len(batch) == _ROWS:
			yield list(batch.values())
			batch = {}
		batch[number] = change
	if batch:
		yield list(batch.values())


def _prepared(admin: Admin, batch: Sequence[QuantityChange]) -> tuple[list[Row], Pushed]:
	"""Rows with their inventory items, stocked where they are to be set; and what cannot be set at all."""
	asked = [each.variant_id for each in batch if not each.inventory_id and is_id(each.variant_id)]
	items = items_of(admin, asked) if asked else {}
	rows, refused = [], []
	for change in batch:
		row = Row(change, change.inventory_id or items.get(change.variant_id, ""), change.known)
		if is_id(row.item) and is_id(change.location_id):
			rows.append(row)
		else:
			what = "location" if is_id(row.item) else "variant"
			refused.append(row.refusal(f"The store does not know the {what}.", gone=what == "variant"))
	return _stocked(
		admin, rows, [row for row in rows if not row.change.stocked], Pushed(refused=tuple(refused))
	)


def _stocked(
	admin: Admin, rows: Sequence[Row], unstocked: Sequence[Row], settled: Pushed
) -> tuple[list[Row], Pushed]:
	"""The rows, after the places of `unstocked` were made to keep their items; and what is settled then.

	A place that turns out to show pieces is stale: somebody else has set them, or an attempt of ours whose
	outcome was never known, and some may be sold since.
	"""
	if not unstocked:
		return list(rows), settled
	shown, failed = activated(admin, [row.place for row in unstocked])
	waiting = set(unstocked)
	stale = [row for row in unstocked if row.place not in failed and shown.get(row.place)]
	refused = [row.refusal(*failed[row.place]) for row in unstocked if row.place in failed]
	ready = [
		replace(row, known=shown.get(row.place), activated=True) if row in waiting else row
		for row in rows
		if row not in stale and not (row in waiting and row.place in failed)
	]
	labels = tuple(row.label for row in stale)
	return ready, Pushed(stale=(*settled.stale, *labels), refused=(*settled.refused, *refused))


def _pushed(admin: Admin, rows: list[Row]) -> Iterator[Pushed]:
	"""Send until every row is settled; each sending settles at least one or splits the rest."""
	while rows:
		errors = _sent(admin, rows)
		if not errors:
			yield Pushed(done=tuple(row.label for row in rows))
			return
		blamed = _blamed(errors, rows)
		if not blamed:
			half = (len(rows) + 1) // 2
			yield from _pushed(admin, rows[:half])
			rows = rows[half:]
			continue
		rows, result = _without(admin, rows, blamed)
		if result != Pushed():
			yield result


def _sent(admin: Admin, rows: Sequence[Row]) -> list[Json]:
	"""The store's complaints about the rows, none when they are set. Raises `Transient` and `Fixable`."""
	key = str(uuid4())
	for _attempt in range(_TRIES):
		data = admin.attempt("set_quantities", {"input": _input(rows, key), "key": key}, repeatable=True)
		payload = data.get("inventorySetQuantities")
		if not isinstance(payload, dict):
			raise Transient("store_error", status="without a result")
		errors: list[Json] = payload.get("userErrors") or []
		codes = {error.get("code") for error in errors}
		if codes & _OF_THE_CALL:
			admin.refuse("; ".join(_words(error) for error in errors))
		if "IDEMPOTENCY_CONCURRENT_REQUEST" in codes:
			admin.rest(_PAUSE)
		elif codes & _NEW_KEY:
			key = str(uuid4())
		else:
			return errors
	raise Transient("store_error", status="that the same change is still being made", retry_after=_PAUSE)


def _input(rows: Sequence[Row], key: str) -> Json:
	quantities = [
		{
			"inventoryItemId": gid("InventoryItem", row.item),
			"locationId": gid("Location", row.change.location_id),
			"quantity": row.change.quantity,
			"changeFromQuantity": row.known,
		}
		for row in rows
	]
	document = f"gid://ecommerce-sync/StockPush/{key}"
	return {
		"name": "available",
		"reason": "correction",
		"referenceDocumentUri": document,
		"quantities": quantities,
	}


def _blamed(errors: Sequence[Json], rows: Sequence[Row]) -> dict[Row, Json]:
	"""The rows that the errors name; a row alone is named by any. Staleness comes before other complaints."""
	blamed: dict[Row, Json] = {}
	for error in errors:
		place = 0 if len(rows) == 1 else _place(error, rows)
		if place is not None and (rows[place] not in blamed or error.get("code") in _STALE):
			blamed[rows[place]] = error
	return blamed


def _place(error: Json, rows: Sequence[Row]) -> int | None:
	"""The index in a path like input, quantities, 3, changeFromQuantity."""
	places = [int(step) for step in error.get("field") or () if str(step).isdigit()]
	return places[0] if places and places[0] < len(rows) else None


def _without(admin: Admin, rows: Sequence[Row], blamed: dict[Row, Json]) -> tuple[list[Row], Pushed]:
	"""The rows to be sent again, and what is settled of the others."""
	stale = [row for row, error in blamed.items() if error.get("code") in _STALE]
	unstocked = [row for row, error in blamed.items() if _is_unstocked(row, error)]
	refused = [
		row.refusal(_words(error), gone=error.get("code") in _GONE)
		for row, error in blamed.items()
		if row not in stale and row not in unstocked
	]
	kept = [row for row in rows if row not in blamed or row in unstocked]
	settled = Pushed(stale=tuple(row.label for row in stale), refused=tuple(refused))
	return _stocked(admin, kept, unstocked, settled)


def _is_unstocked(row: Row, error: Json) -> bool:
	return error.get("code") == "ITEM_NOT_STOCKED_AT_LOCATION" and not row.activated


def _words(error: Json) -> str:
	return str(error.get("message") or error.get("code") or "refused")
