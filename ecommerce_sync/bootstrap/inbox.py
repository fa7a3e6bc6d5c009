"""What the webhook door needs of a store, kept in Redis so that a message costs no look-up."""

from __future__ import annotations

from functools import partial

import frappe
from frappe.utils import cint
from frappe.utils.password import decrypt

from ..sync.receive import MAX_BYTES, Inbox
from .platforms import platform


def inbox(name: str) -> Inbox | None:
	"""What the webhook door judges a message with; None for an unknown store.

	Redis keeps the secrets as the database does: encrypted with the site's key.
	"""
	kept = frappe.cache.get_value(_inbox_key(name), expires=True) or _read_inbox(name)
	if not kept:
		return None
	store, platform_name, url, ciphers, *more = kept
	return Inbox(
		store=store,
		platform=platform(platform_name),
		url=url,
		secrets=[decrypt(cipher) for cipher in ciphers],
		max_bytes=cint(frappe.conf.ecommerce_sync_max_webhook_bytes) or MAX_BYTES,
		enabled=all(more),  # what an earlier version has kept is of an enabled store
	)


def forget_inbox(name: str) -> None:
	"""After a change of the store: now, and again when it is committed, for those who read in between."""
	frappe.cache.delete_value(_inbox_key(name))
	frappe.db.after_commit.add(partial(frappe.cache.delete_value, _inbox_key(name)))


def _inbox_key(name: str) -> str:
	return f"ecommerce_sync:inbox:{name}"


def _read_inbox(name: str) -> tuple[str, str, str, list[str], bool] | None:
	fields = ["name", "platform", "url", "shop_domain", "enabled"]
	row = frappe.db.get_value("Store Connection", {"name": name}, fields)
	if not row:
		return None
	ciphers = frappe.db.sql(
		"""select password from `__Auth` where doctype = 'Store Connection' and name = %s
		and fieldname in ('webhook_secret', 'client_secret') and encrypted = 1""",
		row[0],
	)
	name, platform_name, url, shop_domain, enabled = row
	kept = (name, platform_name, shop_domain or url, [cipher for (cipher,) in ciphers], bool(enabled))
	frappe.cache.set_value(_inbox_key(name), kept, expires_in_sec=300)
	return kept
