"""Notes that something of an Item changed: written with the change, turned into due listings by a worker.

A note is a row that is only inserted, in the transaction that changed the Item, so that nobody's save
waits for another. Notes of one transaction are written once, as it is committed: what is undone to a
savepoint before leaves a note too many at worst, never one too few.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

import frappe
from frappe.utils import now_datetime

from ...core.errors import Transient

Kind = Literal["stock", "price", "product"]
EVERY_ITEM = ""  # instead of an Item code

_PENDING = "ecommerce_sync_notes"
_AT_ONCE = 5000
_OVERLAP = timedelta(
	minutes=3
)  # a Bin changed by a transaction that is committed only so much later is still seen
_LOCK_SECONDS = 10


def note(kind: Kind, items: Iterable[str | None]) -> bool:
	"""Remember the Items until the transaction is committed; whether these are its first notes."""
	rows = {(kind, item) for item in items if item is not None}
	pending = _pending()
	first = bool(rows) and not pending
	if first:
		frappe.db.before_commit.add(_write_pending)
		frappe.db.after_rollback.add(pending.clear)
	pending |= rows
	return first


def write(kind: Kind, items: Iterable[str]) -> int:
	"""Insert notes at once; how many."""
	rows = sorted({(kind, item) for item in items})
	_insert(rows)
	return len(rows)


def _pending() -> set[tuple[Kind, str]]:
	"""Kept with the connection, whose transaction they belong to."""
	database: Any = frappe.local.db
	if not hasattr(database, _PENDING):
		setattr(database, _PENDING, set())
	found: set[tuple[Kind, str]] = getattr(database, _PENDING)
	return found


def _write_pending() -> None:
	"""Before the commit. A note that cannot be written stops nobody's save: the sweep over the Bins remains."""
	pending = _pending()
	rows = sorted(pending)
	pending.clear()
	try:
		_insert(rows)
	except frappe.QueryDeadlockError:
		raise  # the database has undone the whole transaction already
	except Exception as error:
		frappe.logger("ecommerce_sync").warning(f"notes not written: {type(error).__name__}: {error}")


def _insert(rows: list[tuple[Kind, str]]) -> None:
	now, user = now_datetime(), frappe.session.user
	for start in range(0, len(rows), _AT_ONCE):
		part = rows[start : start + _AT_ONCE]
		frappe.db.sql(
			"INSERT INTO `tabStore Change` (name, creation, modified, owner, modified_by, kind, item_code) VALUES "
			+ ", ".join(["(NEXTVAL(store_change_id_seq), %s, %s, %s, %s, %s, %s)"] * len(part)),
			[value for kind, item in part for value in (now, now, user, user, kind, item)],
		)


def take() -> int:
	"""Notes of stock and prices become stamps on the listings that they concern. Inside a transaction.

	One worker at a time, and the stamps are later than the changes: who reads the ERP after seeing a
	stamp sees the change, too.
	"""
	if not frappe.db.sql("SELECT GET_LOCK(%s, %s)", (_lock_name(), _LOCK_SECONDS))[0][0]:
		raise Transient("database_busy", detail="another worker is taking up the changes")
	try:
		taken = 0
		while rows := _read():
			_mark(rows)
			_delete([row.name for row in rows])
			frappe.db.commit()
			taken += len(rows)
			if len(rows) < _AT_ONCE:
				break
		return taken
	finally:
		frappe.db.sql("SELECT RELEASE_LOCK(%s)", _lock_name())


def _lock_name() -> str:
	return f"ecommerce_sync:changes:{frappe.conf.db_name}"[:64]


def _read() -> list[Any]:
	return list(
		frappe.db.sql(
			"SELECT name, kind, item_code FROM `tabStore Change` WHERE kind IN ('stock', 'price')"
			f" ORDER BY name LIMIT {_AT_ONCE}",
			as_dict=True,
		)
	)


def _delete(names: list[int]) -> None:
	"""By the primary key, so that inserts beside them go on."""
	frappe.db.sql("DELETE FROM `tabStore Change` WHERE name IN %(names)s", {"names": names})


def _mark(rows: list[Any]) -> None:
	stock = {row.item_code or EVERY_ITEM for row in rows if row.kind == "stock"}
	prices = {row.item_code or EVERY_ITEM for row in rows if row.kind == "price"}
	if stock:
		_stamp("stock_due", "push_stock", stock, stock | _bundles_of(stock))
	if prices:
		_stamp("price_due", "push_prices", prices, prices | _variants_of(prices))


def _stamp(column: str, switch: str, noted: set[str], items: set[str]) -> None:
	"""The database's clock in UTC: it neither jumps in autumn nor differs between workers."""
	which = "IFNULL(item_code, '') != ''" if EVERY_ITEM in noted else "item_code IN %(items)s"
	stores = frappe.get_all("Store Connection", {"enabled": 1, switch: 1}, pluck="name", order_by=None)
	if stores:
		frappe.db.sql(
			f"UPDATE `tabStore Listing` SET {column} = UTC_TIMESTAMP(6)"
			f" WHERE store IN %(stores)s AND gone = 0 AND {which}",
			{"items": sorted(items), "stores": sorted(stores)},
		)


def _bundles_of(items: set[str]) -> set[str]:
	rows = frappe.db.sql(
		"""SELECT DISTINCT p.new_item_code FROM `tabProduct Bundle Item` b
		JOIN `tabProduct Bundle` p ON p.name = b.parent WHERE b.item_code IN %(items)s AND p.disabled = 0""",
		{"items": sorted(items)},
	)
	return {item for (item,) in rows}


def _variants_of(items: set[str]) -> set[str]:
	"""A variant without a price of its own has its template's."""
	rows = frappe.db.sql("SELECT name FROM `tabItem` WHERE variant_of IN %(items)s", {"items": sorted(items)})
	return {item for (item,) in rows}


def note_changed_bins() -> int:
	"""Note the Items of Bins that changed since the last look, or whose batches expired. Inside a transaction."""
	now = now_datetime()
	stores = frappe.db.sql(
		"SELECT name, bins_seen FROM `tabStore Connection` WHERE enabled = 1 AND push_stock = 1", as_dict=True
	)
	if not stores:
		return 0
	seen = min((store.bins_seen or now - timedelta(days=1) for store in stores), default=now)
	since = min(seen, now) - _OVERLAP  # the clock of the site goes back in autumn
	count = write("stock", _changed(since) | _expired(since, now))
	frappe.db.sql(
		"UPDATE `tabStore Connection` SET bins_seen = %(now)s WHERE name IN %(names)s",
		{"now": now, "names": sorted(store.name for store in stores)},
	)
	return count


# With a limit, so that it is looked up for what changed and never made of all listings beforehand.
_SOLD = """((SELECT 1 FROM `tabStore Listing` l WHERE l.item_code = {item} LIMIT 1) = 1
	OR (SELECT 1 FROM `tabProduct Bundle Item` p WHERE p.item_code = {item} LIMIT 1) = 1)"""


def _changed(since: datetime) -> set[str]:
	sold = _SOLD.format(item="b.item_code")
	rows = frappe.db.sql(f"SELECT b.item_code FROM `tabBin` b WHERE b.modified > %s AND {sold}", since)
	return {item for (item,) in rows}


def _expired(since: datetime, now: datetime) -> set[str]:
	"""Batches may be sold on the day of their expiry, not on the next. Looked for once a day."""
	if since.date() == now.date():
		return set()
	rows = frappe.db.sql(
		f"""SELECT DISTINCT t.item FROM `tabBatch` t
		WHERE t.expiry_date >= %s AND t.expiry_date < %s AND {_SOLD.format(item="t.item")}""",
		(since.date() - timedelta(days=1), now.date()),
	)
	return {item for (item,) in rows}
