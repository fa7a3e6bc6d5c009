"""The one place that puts a store, the ERP and the settings together, from a Frappe site's documents."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from functools import cache, partial
from typing import Any, NamedTuple

import frappe
from frappe.utils import cint
from frappe.utils.password import decrypt, get_decrypted_password
from pydantic import SecretStr

from .core.errors import Fixable
from .core.mapping import FieldRule
from .core.settings import CompanyRule, LocationRule, MethodRule, StoreSettings, TaxRule
from .erps.base import Journal
from .erps.erpnext.unit import SYNC_USER
from .storefronts import base
from .storefronts.base import Credentials, Platform, Storefront
from .sync.machine import Connection, Machine
from .sync.receive import MAX_BYTES, Inbox

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
_SAME_NAME = (
	"company",
	"guest_customer",
	"customer_group",
	"territory",
	"price_list",
	"item_group",
	"custom_item",
	"gift_card_item",
	"tax_template",
	"tax_account",
	"shipping_account",
	"fee_account",
	"tip_account",
	"gift_card_account",
	"duty_account",
	"rounding_account",
	"cost_center",
	"warehouse",
	"naming_series",
	"payment_terms_template",
)


class _Loaded(NamedTuple):
	version: tuple[Any, ...]
	connection: Connection

	@property
	def enabled(self) -> bool:
		return bool(self.version[0])


def machine() -> Machine:
	"""What workers, sweeps and the resync command run on."""
	from .erps.erpnext import ErpNext

	return Machine(
		erp=ErpNext(),
		journal=journal(),
		connect=enabled_connection,
		now=lambda: datetime.now(timezone.utc),
	)


def journal() -> Journal:
	"""The inbox: Sync Log."""
	from .erps.erpnext.journal import FrappeJournal

	return FrappeJournal()


def platform(name: str) -> Platform:
	"""The platform, other apps' included. Raises `KeyError` naming the known ones."""
	for path in frappe.get_hooks("ecommerce_sync_storefronts"):
		base.register(frappe.get_attr(path))
	return base.platform(name)


def platforms() -> list[Platform]:
	"""All platforms, other apps' included."""
	for path in frappe.get_hooks("ecommerce_sync_storefronts"):
		base.register(frappe.get_attr(path))
	return [base.platform(name) for name in base.names()]


def enabled_connection(name: str) -> Connection:
	"""Like `connection`, for work that nobody asked for: the events of a disabled store wait."""
	found = _loaded(name)
	if not found.enabled:
		raise Fixable(
			"setting_missing", cause=f"setting:{name}:enabled", label="Enabled", order="", store=name
		)
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


def settings_of(doc: Any) -> StoreSettings:
	"""The neutral settings of a Store Connection document."""
	return StoreSettings(
		store=doc.name,
		company_currency=frappe.get_cached_value("Company", doc.company, "default_currency"),
		site_digits=cint(frappe.get_precision("Sales Order", "grand_total")),
		timezone=frappe.utils.get_system_timezone(),
		presentment=doc.currency_rule == "Customer currency",
		guests="shared_customer" if doc.guest_policy == "Shared guest customer" else "own_customer",
		unknown_sku="create_item" if doc.unknown_sku == "Create the Item" else "fail",
		tax_mode="template" if doc.tax_mode == "By template" else "as_charged",
		submit=bool(doc.submit_orders),
		import_test=bool(doc.import_test_orders),
		import_unpaid=bool(doc.import_unpaid_orders),
		delivery_days=cint(doc.delivery_days),
		statuses=tuple(line.strip() for line in (doc.statuses or "").splitlines() if line.strip()),
		fields=_field_rules(doc.name),
		**_tables(doc),
		**{field: doc.get(field) or None for field in _SAME_NAME},
	)


def inbox(name: str) -> Inbox | None:
	"""What the webhook door judges a message with; None for an unknown or disabled store.

	Redis keeps the secrets as the database does: encrypted with the site's key.
	"""
	kept = frappe.cache.get_value(_inbox_key(name), expires=True) or _read_inbox(name)
	if not kept:
		return None
	store, platform_name, url, ciphers = kept
	return Inbox(
		store=store,
		platform=platform(platform_name),
		url=url,
		secrets=[decrypt(cipher) for cipher in ciphers],
		max_bytes=cint(frappe.conf.ecommerce_sync_max_webhook_bytes) or MAX_BYTES,
	)


def forget_inbox(name: str) -> None:
	"""After a change of the store: now, and again when it is committed, for those who read in between."""
	frappe.cache.delete_value(_inbox_key(name))
	frappe.db.after_commit.add(partial(frappe.cache.delete_value, _inbox_key(name)))


def _inbox_key(name: str) -> str:
	return f"ecommerce_sync:inbox:{name}"


def _read_inbox(name: str) -> tuple[str, str, str, list[str]] | None:
	fields = ["name", "platform", "url"]
	row = frappe.db.get_value("Store Connection", {"name": name, "enabled": 1}, fields)
	if not row:
		return None
	ciphers = frappe.db.sql(
		"""select password from `__Auth` where doctype = 'Store Connection' and name = %s
		and fieldname in ('webhook_secret', 'client_secret') and encrypted = 1""",
		row[0],
	)
	kept = (*row, [cipher for (cipher,) in ciphers])
	frappe.cache.set_value(_inbox_key(name), kept, expires_in_sec=300)
	return kept


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


def _tables(doc: Any) -> dict[str, Any]:
	return {
		"taxes": tuple(
			TaxRule(
				title=row.tax_title.strip(),
				account=row.account,
				rate=Decimal(str(row.rate)) / 100 if row.rate else None,
				cost_center=row.cost_center or None,
			)
			for row in doc.taxes
		),
		"shipping_methods": tuple(
			MethodRule(method=row.method, account=row.account) for row in doc.shipping_methods
		),
		"payment_methods": tuple(
			MethodRule(method=row.method, account=row.account, mode_of_payment=row.mode_of_payment)
			for row in doc.payment_methods
		),
		"companies": tuple(
			CompanyRule(
				match=row.match_value,
				customer_group=row.customer_group,
				price_list=row.price_list,
				payment_terms=row.payment_terms_template,
			)
			for row in doc.companies
		),
		"locations": _locations(doc),
	}


def _locations(doc: Any) -> tuple[LocationRule, ...]:
	warehouses: dict[str, list[str]] = {}
	for row in sorted(doc.locations, key=lambda row: (cint(row.priority), row.idx)):
		warehouses.setdefault(row.location_id.strip(), []).append(row.warehouse)
	return tuple(LocationRule(location_id=place, warehouses=tuple(w)) for place, w in warehouses.items())


def _field_rules(store: str) -> tuple[FieldRule, ...]:
	rows = frappe.get_all("Field Mapping", {"enabled": 1}, ["*"], order_by="creation asc")
	return tuple(field_rule(row) for row in rows if row.store in (None, "", store))


def field_rule(row: Any) -> FieldRule:
	"""The neutral rule of a Field Mapping row or document."""
	return FieldRule(
		name=row.name or "",
		entity=row.entity,
		source=row.source or "",
		target_doctype=row.target_doctype,
		target_field=row.target_field,
		transform=row.transform or "None",
		argument=row.argument or "",
		default=row.default_value,
		when_missing=row.when_missing or "Leave empty",
	)
