"""Writes many objects a call through WooCommerce's batch endpoints, and says of each how it ended.

`products/batch` takes products only, the variations of a product have `products/<id>/variations/batch`;
either takes 100 by default, a store may take fewer and answers 413. What one object refuses comes inside
an answer of 200. Absolute numbers are not sent a second time by themselves: a sale may lie between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..goods import Pushed, Refusal
from .api import PER_PAGE, Api, Refused, object_of
from .fields import Fields, cleaned
from .walks import id_of

_DIVIDED = (400, 413, 422)  # too much at once, or one entry that spoils the call
_GONE = "_invalid_id"


@dataclass(frozen=True)
class Entry:
	"""One object to change. `done` is what `Pushed` calls it, `objection` reads the answer with suspicion."""

	product_id: str
	variant_id: str
	body: dict[str, Any]
	listing: str
	done: str
	location_id: str = ""
	objection: Callable[[Fields], str | None] = lambda row: None

	@property
	def endpoint(self) -> str:
		"""Where its batch goes."""
		return f"products/{self.product_id}/variations/batch" if self.variant_id else "products/batch"

	@property
	def item(self) -> dict[str, Any]:
		"""Its place in the batch."""
		return {"id": int(self.variant_id or self.product_id), **self.body}

	@property
	def named(self) -> bool:
		"""Whether its ids are such that WooCommerce can have."""
		return all(part.isascii() and part.isdigit() for part in (self.product_id, self.variant_id or "1"))

	def refused(self, detail: str, gone: bool = False) -> Refusal:
		"""The store will not take it."""
		return Refusal(listing=self.listing, location_id=self.location_id, detail=detail, gone=gone)


def write(api: Api, entries: Sequence[Entry]) -> Iterator[Pushed]:
	"""One result per call that writes. Nothing is sent before it is asked for."""
	unnamed = [
		entry.refused("WooCommerce has no such ids.", gone=True) for entry in entries if not entry.named
	]
	if unnamed:
		yield Pushed(refused=tuple(unnamed))
	waiting, most = _groups([entry for entry in entries if entry.named]), PER_PAGE
	while waiting:
		group, waiting = waiting[0][:most], [rest for rest in (waiting[0][most:], *waiting[1:]) if rest]
		try:
			yield _sent(api, group)
		except Refused as error:
			if error.status not in _DIVIDED or len(group) == 1:
				yield _all_refused(group, error)
				continue
			half = (len(group) + 1) // 2
			most = min(most, half) if error.status == 413 else most
			waiting = [group[:half], group[half:], *waiting]


def said(error: Any) -> str:
	"""What WooCommerce says of one object that it refuses, in words and its code."""
	found = error if isinstance(error, Mapping) else {}
	message = cleaned(str(found.get("message") or ""))
	return f"{message or 'refused'} ({found.get('code') or 'no code'})"


def _groups(entries: Sequence[Entry]) -> list[list[Entry]]:
	"""By endpoint, products first."""
	found: dict[str, list[Entry]] = {}
	for entry in sorted(entries, key=lambda entry: bool(entry.variant_id)):
		found.setdefault(entry.endpoint, []).append(entry)
	return list(found.values())


def _sent(api: Api, group: list[Entry]) -> Pushed:
	answer = object_of(api.post(group[0].endpoint, {"update": [entry.item for entry in group]}))
	updated = answer.get("update")
	found = updated.values() if isinstance(updated, Mapping) else updated if isinstance(updated, list) else ()
	rows = {id_of(row): row for row in found if isinstance(row, Mapping)}
	verdicts = [(entry, _verdict(entry, rows.get(entry.item["id"]))) for entry in group]
	return Pushed(
		done=tuple(entry.done for entry, refusal in verdicts if refusal is None),
		refused=tuple(refusal for _entry, refusal in verdicts if refusal),
	)


def _verdict(entry: Entry, row: Mapping[str, Any] | None) -> Refusal | None:
	"""Why the store did not take it; None when it did."""
	if row is None:
		return entry.refused("The store's answer leaves it out.")
	error = row.get("error")
	if error:
		code = str(error.get("code") or "") if isinstance(error, Mapping) else ""
		return entry.refused(said(error), gone=code.endswith(_GONE))
	if row.get("status") == "trash":
		return entry.refused("It is in the store's trash.", gone=True)
	objection = entry.objection(Fields(row))
	return entry.refused(objection) if objection else None


def _all_refused(group: list[Entry], error: Refused) -> Pushed:
	"""The call itself was refused. Raises what concerns the store and not these objects."""
	gone = error.code.endswith(_GONE)
	if not gone and error.status not in _DIVIDED:
		raise error
	return Pushed(refused=tuple(entry.refused(str(error), gone) for entry in group))
