"""The one place that puts a store, the ERP and the settings together, from a Frappe site's documents."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cache, partial
from typing import Any, NamedTuple

import frappe
from frappe.utils.password import get_decrypted_password
from pydantic import SecretStr

from ..core.errors import Fixable
from ..core.settings import StoreSettings
from ..erps.base import Journal
from ..erps.erpnext import ErpNext, FrappeJournal
from ..erps.erpnext.unit import SYNC_USER
from ..storefronts.base import Credentials, Storefront
from ..sync.machine import Connection, Machine
from .inbox import forget_inbox, inbox
from .platforms import platform, platforms
from .settings import field_rule, settings_of

__all__ = [
	"SYNC_USER",
	"connect",
	"connection",
	"credentials",
	"enabled_connection",
	"field_rule",
	"forget_inbox",
	"inbox",
	"journal",
	"machine",
	"platform",
	"platforms",
	"settings_of",
	"store_settings",
]


class _Loaded(NamedTuple):
	version: tuple[Any, ...]
	connection: Connection

	@property
	def enabled(self) -> bool:
		return bool(self.version[0])


def machine() -> Machine:
	"""What workers, sweeps and the resync command run on."""
	return Machine(
		erp=ErpNext(),
		journal=journal(),
		connect=enabled_connection,
		now=lambda: datetime.now(timezone.utc),
		connect_any=connection,
	)


def journal() -> Journal:
	"""The inbox: Sync Log."""
	return FrappeJournal()


def enabled_connection(name: str) -> Connection:
	"""Like `connection`, for work that nobody asked for: the events of a disabled store wait."""
	try:
		found = _loaded(name)
	except frappe.DoesNotExistError:
		found = None
	if found is None or not found.enabled:
		raise Fixable("store_disabled", cause=f"setting:{name}:enabled", store=name)
	return found.connection


def connection(name: str) -> Connection:
	"""The store as `sync` uses it. Kept for the request or job until the store's settings change."""
	return _loaded(name).connection


def store_settings(name: str) -> StoreSettings:
	"""The store's choices. Raises `frappe.DoesNotExistError`."""
	return connection(name).settings


def connect(doc: Any) -> Storefront:
	"""The store of a Store Connection document, saved or not. Raises `Fixable` for a refused address."""
	return platform(doc.platform).connect(credentials(doc))


def credentials(doc: Any) -> Credentials:
	"""The document's credentials, decrypted; secrets typed into an unsaved form included."""
	uses_token = platform(doc.platform).capabilities.permanent_token and doc.auth_method == "Access token"
	return Credentials(
		url=doc.url,
		token=_secret(doc, "access_token") if uses_token else None,
		client_id=None if uses_token else (doc.client_id or "").strip() or None,
		client_secret=None if uses_token else _secret(doc, "client_secret"),
		webhook_secret=_secret(doc, "webhook_secret"),
		api_version=doc.api_version or None,
		allow_http=bool(frappe.conf.ecommerce_sync_allow_http),
		allow_private=bool(frappe.conf.ecommerce_sync_allow_private_hosts),
	)


def _loaded(name: str) -> _Loaded:
	kept: dict[str, _Loaded] = _local("ecommerce_sync_connections")
	version = _version(name)
	if name not in kept or kept[name].version != version:
		kept[name] = _Loaded(version, _load(name))
	return kept[name]


def _version(name: str) -> tuple[Any, ...]:
	"""What changes when the store or a Field Mapping does: one cheap query."""
	row = frappe.db.sql(
		"""select enabled, modified, (select concat(count(*), '/', max(modified)) from `tabField Mapping`)
		from `tabStore Connection` where name = %s""",
		name,
	)
	if not row:
		raise frappe.DoesNotExistError(f"There is no Store Connection '{name}'.")
	return tuple(row[0])


def _load(name: str) -> Connection:
	doc = frappe.get_doc("Store Connection", name)
	return Connection(
		store=doc.name,
		platform=platform(doc.platform),
		settings=settings_of(doc),
		storefront=cache(partial(connect, doc)),
	)


def _local(key: str) -> dict[str, Any]:
	if not hasattr(frappe.local, key):
		setattr(frappe.local, key, {})
	return getattr(frappe.local, key)


def _secret(doc: Any, fieldname: str) -> SecretStr | None:
	typed = doc.get(fieldname) or ""
	if typed and not doc.is_dummy_password(typed):
		return SecretStr(typed.strip())
	stored = doc.name and get_decrypted_password(doc.doctype, doc.name, fieldname, raise_exception=False)
	return SecretStr(stored.strip()) if typed and stored else None
