"""The door that stores send their messages to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from werkzeug.wrappers import Response

from ..bootstrap import SYNC_USER, inbox, journal
from ..jobs.wake import wake
from ..sync.receive import Receipt
from ..sync.receive import receive as take_in


@frappe.whitelist(allow_guest=True, methods=["POST"])
def receive() -> Response:
	"""`POST …?store=NAME` with a signed message: 200 stored, duplicate or unused; 400 junk, 401 signature,
	404 unknown or disabled store, 413 too large.

	The store comes from the address only: a body could name any.
	"""
	receipt = _receive(frappe.request.args.get("store", ""))
	if receipt.event:
		wake()
	return Response(f'{{"message":"{receipt.word}"}}', receipt.status, content_type="application/json")


def _receive(store: str) -> Receipt:
	found = inbox(store)
	if found is None:
		return Receipt(404, "unknown store")
	if (frappe.request.content_length or 0) > found.max_bytes:
		return Receipt(413, "too large")
	with _as_sync_user():
		return take_in(journal(), found, frappe.request.headers, frappe.request.get_data(cache=True))


@contextmanager
def _as_sync_user() -> Iterator[None]:
	"""The row belongs to the sync user. `frappe.set_user` would empty this request's caches."""
	before, frappe.session.user = frappe.session.user, SYNC_USER
	try:
		yield
	finally:
		frappe.session.user = before
