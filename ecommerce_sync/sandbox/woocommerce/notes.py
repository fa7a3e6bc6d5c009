"""Notes on orders: written by people, by the store itself when a status changes, and over REST. They send nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings, gmt


@dataclass(frozen=True)
class Note:
	"""`to_customer`: the buyer got it by mail."""

	id: int
	order_id: int
	text: str
	created_at: datetime
	to_customer: bool = False
	author: str = "system"

	def as_json(self, settings: StoreSettings, home: str) -> dict[str, Any]:
		up = f"{home}/wp-json/wc/v3/orders/{self.order_id}"
		itself = {"href": f"{up}/notes/{self.id}", "targetHints": {"allow": ["GET", "DELETE"]}}
		return {
			"id": self.id,
			"author": self.author,
			"date_created": settings.local(self.created_at),
			"date_created_gmt": gmt(self.created_at),
			"note": self.text,
			"customer_note": self.to_customer,
			"_links": {"self": [itself], "collection": [{"href": f"{up}/notes"}], "up": [{"href": up}]},
		}


@dataclass
class Notes:
	"""All notes of a store."""

	clock: Callable[[], datetime]
	_rows: dict[int, dict[int, Note]] = field(default_factory=lambda: defaultdict(dict))
	_ids: count[int] = field(default_factory=lambda: count(1))

	def add(self, order_id: int, text: str, to_customer: bool = False, author: str = "system") -> Note:
		note = Note(next(self._ids), order_id, text, self.clock(), to_customer, author)
		self._rows[order_id][note.id] = note
		return note

	def of(self, order_id: int) -> list[Note]:
		"""Newest first."""
		return list(self._rows[order_id].values())[::-1]

	def get(self, order_id: int, id_: int) -> Note | None:
		return self._rows[order_id].get(id_)

	def remove(self, note: Note) -> None:
		self._rows[note.order_id].pop(note.id, None)
