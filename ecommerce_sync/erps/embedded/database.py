"""The SQLite file: schema, one connection per thread, and the unit of work with its row locks."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...core.errors import Busy, Transient
from ..base import LinkKey

# Keys begin with what tells rows apart: without statistics SQLite takes any index that begins with the store.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS link (
	store TEXT, kind TEXT, external_id TEXT, document_type TEXT, document TEXT,
	version TEXT, digest TEXT, state TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (store, kind, external_id)
);
CREATE TABLE IF NOT EXISTS document (
	doctype TEXT, name TEXT, docstatus INTEGER NOT NULL DEFAULT 0, data TEXT NOT NULL,
	amended_from TEXT, PRIMARY KEY (name, doctype)
);
CREATE INDEX IF NOT EXISTS amended ON document (amended_from);
CREATE INDEX IF NOT EXISTS spelling ON document (name COLLATE NOCASE);
CREATE INDEX IF NOT EXISTS of_order ON document (json_extract(data, '$.order_id'));
CREATE INDEX IF NOT EXISTS of_payment ON document (json_extract(data, '$.payment_id'));
CREATE INDEX IF NOT EXISTS variants ON document (json_extract(data, '$.variant_of')) WHERE doctype = 'Item';
CREATE TABLE IF NOT EXISTS series (prefix TEXT PRIMARY KEY, current INTEGER);
CREATE TABLE IF NOT EXISTS barcode (
	barcode TEXT COLLATE NOCASE, item_code TEXT, PRIMARY KEY (barcode, item_code)
);
CREATE TABLE IF NOT EXISTS bundle_part (
	bundle TEXT, item_code TEXT, quantity TEXT, PRIMARY KEY (bundle, item_code)
);
CREATE INDEX IF NOT EXISTS in_bundles ON bundle_part (item_code);
CREATE TABLE IF NOT EXISTS stock (
	item_code TEXT, warehouse TEXT, actual TEXT NOT NULL DEFAULT '0', reserved TEXT NOT NULL DEFAULT '0',
	moved_at TEXT, PRIMARY KEY (item_code, warehouse)
);
CREATE INDEX IF NOT EXISTS moved ON stock (moved_at);
CREATE TABLE IF NOT EXISTS change (name INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, item_code TEXT);
CREATE TABLE IF NOT EXISTS listing (
	name TEXT PRIMARY KEY, store TEXT, product_id TEXT, variant_id TEXT, item_code TEXT, sku TEXT,
	barcode TEXT, title TEXT NOT NULL DEFAULT '', inventory_id TEXT,
	stock_holder TEXT NOT NULL DEFAULT 'variant', pieces TEXT NOT NULL DEFAULT '1', own_buffer TEXT,
	match TEXT, proposed_item TEXT, candidates TEXT, score REAL, chosen INTEGER NOT NULL DEFAULT 0,
	ignored INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0, state TEXT, price TEXT,
	stock_due TEXT, price_due TEXT, UNIQUE (product_id, variant_id, store)
);
CREATE INDEX IF NOT EXISTS sold_item ON listing (item_code);
CREATE INDEX IF NOT EXISTS inventory ON listing (inventory_id);
CREATE INDEX IF NOT EXISTS stock_due ON listing (store, stock_due) WHERE stock_due IS NOT NULL;
CREATE INDEX IF NOT EXISTS price_due ON listing (store, price_due) WHERE price_due IS NOT NULL;
CREATE TABLE IF NOT EXISTS level (
	listing TEXT, location_id TEXT, quantity INTEGER, stocked INTEGER NOT NULL DEFAULT 1,
	moved INTEGER NOT NULL DEFAULT 0, known_at TEXT, base INTEGER, base_at TEXT,
	PRIMARY KEY (listing, location_id)
);
CREATE TABLE IF NOT EXISTS price (
	price_list TEXT, item_code TEXT, rate TEXT, valid_from TEXT NOT NULL DEFAULT '', valid_upto TEXT,
	PRIMARY KEY (item_code, price_list, valid_from)
);
CREATE INDEX IF NOT EXISTS begins ON price (valid_from);
CREATE INDEX IF NOT EXISTS ends ON price (valid_upto);
CREATE TABLE IF NOT EXISTS offer (
	store TEXT, item_code TEXT, due TEXT, digest TEXT, PRIMARY KEY (store, item_code)
);
CREATE INDEX IF NOT EXISTS offered ON offer (item_code);
CREATE TABLE IF NOT EXISTS look (name TEXT PRIMARY KEY, at TEXT);
CREATE TABLE IF NOT EXISTS event (
	name INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT, topic TEXT, kind TEXT, external_id TEXT,
	event_key TEXT, payload BLOB, whole INTEGER, deleted INTEGER, direction TEXT, refetch INTEGER DEFAULT 0,
	state TEXT, attempts INTEGER DEFAULT 0, received_at TEXT, next_attempt REAL, reason TEXT, params TEXT,
	cause TEXT, error_class TEXT, plan TEXT, documents TEXT, traceback TEXT, timings TEXT,
	UNIQUE (store, event_key)
);
CREATE INDEX IF NOT EXISTS due ON event (state, next_attempt);
CREATE INDEX IF NOT EXISTS subject ON event (store, kind, external_id, state);
CREATE INDEX IF NOT EXISTS cause ON event (cause);
CREATE INDEX IF NOT EXISTS reason ON event (reason) WHERE reason IS NOT NULL;
CREATE TABLE IF NOT EXISTS watermark (store TEXT PRIMARY KEY, at TEXT);
"""


class Database:
	"""One SQLite file shared by threads and processes. Writers take turns, each unit of work is short."""

	def __init__(self, path: Path | str) -> None:
		self.path = str(path)
		self._local = threading.local()
		self._held: set[LinkKey] = set()
		self._working: set[tuple[str, str]] = set()
		self._guard = threading.Condition()
		self.connection.executescript(_SCHEMA)

	@property
	def connection(self) -> sqlite3.Connection:
		"""This thread's connection."""
		found: sqlite3.Connection | None = getattr(self._local, "connection", None)
		if found is None:
			found = sqlite3.connect(self.path, timeout=30, isolation_level=None)
			found.row_factory = sqlite3.Row
			found.execute("PRAGMA journal_mode=WAL")
			found.execute("PRAGMA synchronous=NORMAL")
			self._local.connection = found
		return found

	def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
		"""Run one statement. Raises `Transient` when the file stays locked."""
		try:
			if self._inside and not self.connection.in_transaction:
				self.connection.execute("BEGIN IMMEDIATE")
			return self.connection.execute(sql, values)
		except sqlite3.OperationalError as error:
			if "locked" in str(error) or "busy" in str(error):
				raise Transient("database_busy", detail=str(error)) from error
			raise

	@property
	def _inside(self) -> bool:
		return getattr(self._local, "inside", False)

	@contextmanager
	def transaction(self, locks: Sequence[LinkKey] = (), wait: bool = True) -> Iterator[None]:
		"""All or nothing, with the rows locked before; a nested one joins the outer.

		The whole file is locked from the first statement on, so that only that keeps other orders waiting.
		"""
		if self._inside:
			yield
			return
		self._lock(locks, wait)
		self._local.inside = True
		try:
			yield
			if self.connection.in_transaction:
				self.connection.execute("COMMIT")
		finally:
			self._local.inside = False
			if self.connection.in_transaction:
				self.connection.execute("ROLLBACK")
			self._unlock(locks)

	@contextmanager
	def alone(self, store: str, work: str) -> Iterator[bool]:
		"""Whether nobody else of this process is at that work of the store."""
		with self._guard:
			mine = (store, work) not in self._working
			self._working.add((store, work))
		try:
			yield mine
		finally:
			with self._guard:
				if mine:
					self._working.discard((store, work))

	def _lock(self, locks: Sequence[LinkKey], wait: bool) -> None:
		"""Threads of this process wait here; other processes wait for the file."""
		with self._guard:
			while self._held.intersection(locks):
				if not wait:
					raise Busy
				self._guard.wait(30)
			self._held.update(locks)

	def _unlock(self, locks: Sequence[LinkKey]) -> None:
		with self._guard:
			self._held.difference_update(locks)
			self._guard.notify_all()
