"""The buttons of the Store Connection form."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from ..bootstrap import connect, machine, platform, platforms, settings_of
from ..core.errors import SyncError
from ..core.reasons import describe
from ..ecommerce_sync.doctype.store_connection import defaults as company_defaults
from ..ecommerce_sync.doctype.store_connection import helpers
from ..erps.base import SiteCheck
from ..erps.erpnext.site import FIX_STOCK_SETTINGS, fix_stock_settings, prove_site
from ..storefronts.base import Check, Subscription
from .rights import MANAGERS, store_to_manage

Row = dict[str, Any]
_REPAIRS = {FIX_STOCK_SETTINGS: fix_stock_settings}


@frappe.whitelist(methods=["POST"])
def platform_list() -> list[Row]:
	"""Name, label and capabilities of every platform, for the form to show what applies."""
	frappe.has_permission("Store Connection", throw=True)
	return [{"name": p.name, "label": p.label, **p.capabilities.model_dump()} for p in platforms()]


@frappe.whitelist(methods=["POST"])
def defaults(company: str) -> dict[str, str | None]:
	"""What an unsaved form is filled with when its company is chosen."""
	frappe.only_for(MANAGERS)
	frappe.has_permission("Company", doc=company, throw=True)
	return company_defaults.of_company(company)


@frappe.whitelist(methods=["POST"])
def test(store: str) -> list[Row]:
	"""The checks of the store's side and of this site's side."""
	doc = store_to_manage(store)
	checks: list[Check | SiteCheck] = [*_store_checks(doc), *prove_site(settings_of(doc), _currencies(doc))]
	_write_health(store, checks)
	return [check.model_dump() for check in checks]


@frappe.whitelist(methods=["POST"])
def profile(store: str) -> Row:
	"""What the store has that can be mapped: locations, taxes, payment and shipping methods."""
	doc = store_to_manage(store)
	with spoken():
		found = connect(doc).profile()
	doc.db_set("store_currency", found.currency, update_modified=False)
	return found.model_dump()


@frappe.whitelist(methods=["POST"])
def register_webhooks(store: str) -> list[Row]:
	"""Have the store send its orders, products, quantities, and by option its customers here; the subscriptions as
	the store now has them."""
	doc = store_to_manage(store)
	with spoken():
		found = connect(doc).register_webhooks(doc.webhook_address, _topics(doc))
	return _keep(doc, found)


@frappe.whitelist(methods=["POST"])
def remove_webhooks(store: str) -> int:
	"""Stop the store from sending here; how many subscriptions were removed."""
	doc = store_to_manage(store)
	with spoken():
		removed = connect(doc).remove_webhooks(doc.webhook_address)
	_keep(doc, [])
	return removed


@frappe.whitelist(methods=["POST"])
def sync_now(store: str) -> str:
	"""Look for changed orders in the background; returns a word for the person."""
	store_to_manage(store)
	frappe.enqueue("ecommerce_sync.jobs.sweep.reconcile", queue="long", store=store)
	return _("The store is being asked for changed orders. They appear in Sync Log.")


@frappe.whitelist(methods=["POST"])
def push_now(store: str) -> str:
	"""Compute all numbers and prices of the store anew in the background; returns a word for the person."""
	store_to_manage(store)
	erp = machine().erp
	for work in ("stock", "prices"):
		erp.mark_due(store, work)
	frappe.enqueue("ecommerce_sync.jobs.push.one", queue="long", store=store)
	return _("Stock and prices are being compared. Only what differs is written to the store.")


@frappe.whitelist(methods=["POST"])
def audit_now(store: str) -> str:
	"""Compare with what the store really shows, in the background; returns a word for the person."""
	store_to_manage(store)
	frappe.enqueue("ecommerce_sync.jobs.push.audit", queue="long", timeout=3600, store=store)
	return _("The store's quantities are being read. What drifted appears in Sync Log.")


@frappe.whitelist(methods=["POST"])
def create_helpers(store: str) -> list[list[str]]:
	"""Create the non-stock Items and the accounts that are not chosen yet; the documents made."""
	doc = store_to_manage(store)
	made = helpers.create(doc)
	doc.save()
	return [list(document) for document in made]


@frappe.whitelist(methods=["POST"])
def repair(store: str, fix: str) -> None:
	"""Do what the Fix button of a check offers."""
	store_to_manage(store)
	if fix not in _REPAIRS:
		frappe.throw(_("There is no repair '{0}'.").format(frappe.utils.escape_html(fix)))
	_REPAIRS[fix]()


def _store_checks(doc: Any) -> list[Check]:
	try:
		return connect(doc).test()
	except SyncError as error:
		words = describe(error.reason, error.params, _)
		return [Check(name=_("Store Address"), ok=False, detail=words.message, remedy=words.remedy)]


def _currencies(doc: Any) -> list[str]:
	"""The shop's; a store that does not answer has said so in its own checks."""
	try:
		return [connect(doc).profile().currency]
	except SyncError:
		return []


def _write_health(store: str, checks: list[Check | SiteCheck]) -> None:
	bad = [check for check in checks if not check.ok]
	health = "Red" if any(check.fatal for check in bad) else "Amber" if bad else "Green"
	note = "\n".join(f"{check.name}: {check.detail}" for check in bad)
	values = {"health": health, "health_note": note[:1000]}
	frappe.db.set_value("Store Connection", store, values, update_modified=False)


def _topics(doc: Any) -> tuple[str, ...]:
	"""What the store is to tell. Requests about personal data no program can subscribe to: they are part of the
	Shopify app's own configuration."""
	can = platform(doc.platform).capabilities
	return (*can.order_topics, *can.product_topics, *(can.customer_topics if doc.sync_customers else ()))


class spoken:
	"""Errors of the sync as messages that a person can act on."""

	def __enter__(self) -> None: ...

	def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
		if isinstance(error, SyncError):
			words = describe(error.reason, error.params, _)
			text = frappe.utils.escape_html(f"{words.message} {words.remedy}")
			frappe.throw(text, title=_("The Store Says No"))


def _keep(doc: Any, found: list[Subscription]) -> list[Row]:
	"""Write the subscriptions to the form's table."""
	rows = [
		{
			"topic": subscription.topic,
			"webhook_id": subscription.id,
			"address": subscription.address,
			"status": "Active" if subscription.enabled else "Disabled",
		}
		for subscription in found
	]
	doc.set("webhooks", rows)
	doc.save()
	return rows
