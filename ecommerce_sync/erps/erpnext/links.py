"""Store Link rows: which document an object of a store became, and the lock of that object.

Plain SQL on the unique key (store, kind, external_id): one row, one index entry, one lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any

import frappe

from ...core.errors import Busy, Transient
from ...core.parties import guard_store
from ..base import LinkKey

_COLUMNS = "name, document_type, document, version, digest, state"
_KEY = "store = %s AND kind = %s AND external_id = %s"
_OWNER_LENGTH, _PART_LENGTH = 100, 39  # with a colon between them what the column takes
_ATTEMPTS = 5


def order_key(store: str, order_id: str) -> LinkKey:
	"""The link of an order."""
	return LinkKey(store=store, kind="Order", external_id=order_id)


def customer_key(store: str, key: str) -> LinkKey:
	"""The link of one of a customer's guards; all stores share e-mail addresses and phone numbers."""
	return LinkKey(store=guard_store(store, key), kind="Customer", external_id=key)


def account_key(store: str, customer_id: str) -> LinkKey:
	"""The link of a customer's account in a store."""
	return customer_key(store, f"id:{customer_id}")


def party_key(kind: str, customer: str, part: str) -> LinkKey:
	"""The link of a customer's Address (by fingerprint) or Contact (by the person's id in the store)."""
	short = part if len(part) <= _PART_LENGTH else sha256(part.encode()).hexdigest()[:32]
	return LinkKey(store="", kind=kind, external_id=f"{_owner(customer)}:{short}")


def _owner(customer: str) -> str:
	"""The customer's part of such a key: its name, or a print of one that is too long."""
	long = len(customer) > _OWNER_LENGTH
	return sha256(customer.encode()).hexdigest()[:32] if long else customer


def follow_rename(old: str, new: str) -> None:
	"""The Customer has another name: its addresses and contacts are found by the new one."""
	before, after = _owner(old), _owner(new)
	frappe.db.sql(
		"""UPDATE IGNORE `tabStore Link` SET external_id = CONCAT(%s, SUBSTRING(external_id, %s))
		WHERE store = '' AND kind IN ('Address', 'Contact') AND LEFT(external_id, %s) = %s""",
		(after, len(before) + 1, len(before) + 1, f"{before}:"),
	)


def ensure(keys: Sequence[LinkKey]) -> None:
	"""Insert the rows that are missing and commit. Rows that exist are not touched: they may be locked."""
	for attempt in range(_ATTEMPTS):
		try:
			return _ensure(keys)
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError) as error:  # others insert the same rows
			frappe.db.rollback()
			if attempt + 1 == _ATTEMPTS:
				raise Transient("database_busy", detail=str(error)) from error


def _ensure(keys: Sequence[LinkKey]) -> None:
	found = {(row[0], row[1], row[2]) for row in _existing(keys)}
	missing = sorted((key for key in keys if _triple(key) not in found), key=_triple)
	for key in missing:  # one at a time: who holds one row while waiting for another can deadlock
		_insert([key])
		frappe.db.commit()


def lock(keys: Iterable[LinkKey], wait: bool) -> dict[LinkKey, dict[str, Any]]:
	"""Lock the rows in one order for all workers. Raises `Busy` unless `wait`."""
	ordered = sorted(set(keys), key=_triple)
	return {key: _lock_one(key, wait) for key in ordered}


def read(key: LinkKey) -> dict[str, Any]:
	"""One row without locking it; empty when there is none."""
	rows = frappe.db.sql(f"SELECT {_COLUMNS} FROM `tabStore Link` WHERE {_KEY}", _triple(key), as_dict=True)
	return dict(rows[0]) if rows else {}


def names_of(keys: Sequence[LinkKey], doctype: str) -> dict[str, str]:
	"""external_id to document for the keys whose document exists and is not disabled. One query."""
	if not keys:
		return {}
	wanted, values = _any_of(keys, "l.")
	alive = "" if doctype == "Contact" else "AND d.disabled = 0"
	rows = frappe.db.sql(
		f"SELECT l.external_id, d.name FROM `tabStore Link` l JOIN `tab{doctype}` d ON d.name = l.document"
		f" WHERE ({wanted}) AND l.document_type = %s {alive}",
		(*values, doctype),
	)
	return {str(external_id): str(name) for external_id, name in rows}


def point(keys: Sequence[LinkKey], doctype: str, document: str) -> None:
	"""Let the rows name the document, inserting those that are not there."""
	_insert(keys, doctype, document)


def update(key: LinkKey, **values: Any) -> None:
	"""Write columns of one row; missing rows stay missing."""
	columns = ", ".join(f"`{column}` = %s" for column in values)
	now, user = frappe.utils.now(), frappe.session.user
	frappe.db.sql(
		f"UPDATE `tabStore Link` SET {columns}, modified = %s, modified_by = %s WHERE {_KEY}",
		(*values.values(), now, user, *_triple(key)),
	)


def mark_gone(key: LinkKey) -> None:
	"""The object is gone in the store: late messages about it ask the store first. Inserts a missing row."""
	_insert([key])
	update(key, state="Gone")


def remember(key: LinkKey, digest: str) -> None:
	"""Write the digest where there is none yet."""
	frappe.db.sql(
		f"UPDATE `tabStore Link` SET digest = %s WHERE {_KEY} AND COALESCE(digest, '') = ''",
		(digest, *_triple(key)),
	)


def known_elsewhere(store: str, customer: str) -> bool:
	"""Whether accounts of another store lead to the Customer."""
	rows = frappe.db.sql(
		"""SELECT 1 FROM `tabStore Link` WHERE document_type = 'Customer' AND document = %s
		AND kind = 'Customer' AND store NOT IN (%s, '') LIMIT 1""",
		(customer, store),
	)
	return bool(rows)


def hand_over(store: str, old: str, new: str) -> None:
	"""What led to one Customer leads to another: accounts of the store, and guards that no other store needs."""
	stores = [store] if known_elsewhere(store, old) else [store, ""]
	frappe.db.sql(
		"""UPDATE `tabStore Link` SET document = %(new)s WHERE document_type = 'Customer' AND document = %(old)s
		AND kind = 'Customer' AND store IN %(stores)s""",
		{"new": new, "old": old, "stores": stores},
	)


def forget_customer(store: str, customer: str, everywhere: bool) -> None:
	"""Nothing of the store leads to the Customer; `everywhere`: guards, addresses and contacts neither.

	Rows of the store's accounts stay, as a mark that they are gone.
	"""
	frappe.db.sql(
		"""UPDATE `tabStore Link` SET document_type = NULL, document = NULL, digest = NULL, version = NULL,
		state = 'Gone' WHERE document_type = 'Customer' AND document = %s AND kind = 'Customer' AND store = %s""",
		(customer, store),
	)
	if everywhere:
		owner = f"{_owner(customer)}:"
		frappe.db.sql(
			"""DELETE FROM `tabStore Link` WHERE store = '' AND ((kind = 'Customer' AND document_type = 'Customer'
			AND document = %s) OR (kind IN ('Address', 'Contact') AND LEFT(external_id, %s) = %s))""",
			(customer, len(owner), owner),
		)


def stored_version(version: datetime | None) -> datetime | None:
	"""UTC without its zone, as the column holds it."""
	return version.astimezone(timezone.utc).replace(tzinfo=None) if version else None


def read_version(version: datetime | None) -> datetime | None:
	"""The column's time with its zone."""
	return version.replace(tzinfo=timezone.utc) if version else None


def _triple(key: LinkKey) -> tuple[str, str, str]:
	return key.store, key.kind, key.external_id


def _any_of(keys: Sequence[LinkKey], prefix: str = "") -> tuple[str, tuple[str, ...]]:
	one = f"({prefix}store = %s AND {prefix}kind = %s AND {prefix}external_id = %s)"
	return " OR ".join([one] * len(keys)), tuple(part for key in keys for part in _triple(key))


def _existing(keys: Sequence[LinkKey]) -> list[tuple[str, str, str]]:
	if not keys:
		return []
	wanted, values = _any_of(keys)
	return list(frappe.db.sql(f"SELECT store, kind, external_id FROM `tabStore Link` WHERE {wanted}", values))


def _lock_one(key: LinkKey, wait: bool) -> dict[str, Any]:
	"""By the whole unique key, so that exactly this row is locked and no gap beside it."""
	suffix = "FOR UPDATE" if wait else "FOR UPDATE NOWAIT"
	try:
		rows = frappe.db.sql(
			f"SELECT {_COLUMNS} FROM `tabStore Link` WHERE {_KEY} {suffix}", _triple(key), as_dict=True
		)
	except frappe.QueryTimeoutError as error:
		if wait:
			raise
		raise Busy(key.external_id) from error
	if not rows:
		raise Transient("database_busy", detail=f"the link of {key.kind} {key.external_id} vanished")
	return dict(rows[0])


def _insert(keys: Sequence[LinkKey], doctype: str | None = None, document: str | None = None) -> None:
	now, user = frappe.utils.now(), frappe.session.user
	rows = [
		(frappe.generate_hash(length=16), now, now, user, user, *_triple(key), doctype, document)
		for key in keys
	]
	taken = (
		"UPDATE document_type = VALUES(document_type), document = VALUES(document),"
		" modified = VALUES(modified), state = ''"
	)
	frappe.db.sql(
		"INSERT INTO `tabStore Link` (name, creation, modified, owner, modified_by, store, kind, external_id,"
		f" document_type, document) VALUES {', '.join(['(%s' + ', %s' * 9 + ')'] * len(rows))}"
		f" ON DUPLICATE KEY {taken if document else 'UPDATE name = name'}",
		[value for row in rows for value in row],
	)
