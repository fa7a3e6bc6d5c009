"""What we shipped of an order, remembered on the order itself: WooCommerce keeps no fulfilments.

It stands as JSON in the order's meta data under `META`, one entry for each document that was told:
`[{"id": "DN-1", "status": "success", "lines": [{"line_id": "6", "quantity": "2"}], "parcels": [{"carrier":
"UPS", "number": "1Z9", "url": null}], "completed": true}]`; `completed`: it took the order to that status.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from ...core.life import Fulfilment, LineQuantity, Parcel
from ...core.models import Model
from .fields import Fields, meta

META = "_ecommerce_sync_fulfilments"


class Entry(Model):
	"""One shipment that was told; `id` is its document's name."""

	id: str
	status: str = "success"
	lines: tuple[LineQuantity, ...] = ()
	parcels: tuple[Parcel, ...] = ()
	completed: bool = False

	@property
	def live(self) -> bool:
		"""Whether it was not called back."""
		return self.status != "cancelled"

	@property
	def fulfilment(self) -> Fulfilment:
		"""In the neutral words."""
		status = "success" if self.live else "cancelled"
		return Fulfilment(id=self.id, status=status, lines=self.lines, parcels=self.parcels)


def read(order: Fields) -> tuple[Entry, ...]:
	"""All entries, those called back too; what is none of ours any more is left out."""
	found = meta(order, META)
	try:
		rows = json.loads(found) if isinstance(found, str) else found
	except (ValueError, RecursionError):
		return ()
	return tuple(entry for row in rows if (entry := _entry(row))) if isinstance(rows, list) else ()


def written(entries: Sequence[Entry]) -> dict[str, Any]:
	"""The order's body that replaces the memory."""
	rows = [entry.model_dump(mode="json") for entry in entries]
	return {"meta_data": [{"key": META, "value": json.dumps(rows, ensure_ascii=False)}]}


def replaced(entries: Iterable[Entry], entry: Entry) -> tuple[Entry, ...]:
	"""The entries with this one in the place of its namesake, else at the end."""
	before = tuple(entries)
	if all(each.id != entry.id for each in before):
		return (*before, entry)
	return tuple(entry if each.id == entry.id else each for each in before)


def _entry(row: Any) -> Entry | None:
	try:
		return Entry.model_validate(row)
	except ValidationError:
		return None
