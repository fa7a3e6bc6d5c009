"""The connection test: what is looked at, and what to do about it. A failed check is an answer, not an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ...core.errors import Fixable, SyncError, Transient
from ...core.reasons import describe
from ..base import Check
from .client import Admin, Json

NEEDED_SCOPES = ("read_orders", "read_products", "read_customers", "read_locations")
OPTIONAL_SCOPES = {
	"read_all_orders": "Without it the store hides orders older than 60 days.",
	"read_payment_terms": "Without it orders arrive without their payment terms.",
	"read_inventory": "Without it no stock is compared and no product is imported.",
	"write_inventory": "Without it no stock is pushed to the store.",
	"write_products": "Without it no price and no product is pushed to the store.",
	"read_returns": "Without it announced returns are not seen.",
	"write_merchant_managed_fulfillment_orders": "Without it no shipment is told to the store.",
	"write_orders": "Without it no refund is paid back and no order is cancelled from here.",
	"read_shopify_payments_accounts": "Without it payouts of Shopify Payments are not listed.",
	"write_publications": "Without it products that are created are not shown in the Online Store.",
}
_INSTEAD = {"read_shopify_payments_accounts": "read_shopify_payments"}
_CLOCK_SECONDS = 300.0
_GRANT = "Add it to the app's Admin API scopes in the store's settings, then install the app again."


def checks(admin: Admin, domain: str | None, version: str, now: Callable[[], datetime]) -> list[Check]:
	"""All checks; after a failed first one there is nothing more to ask."""
	try:
		shop: Json = admin.query("shop").get("shop") or {}
	except (Fixable, Transient) as error:
		return [_failed("Connection", error)]
	return [
		Check(name="Connection", ok=True, detail=f"{shop.get('name')} ({shop.get('currencyCode')})"),
		_right_store(domain, str(shop.get("myshopifyDomain") or "")),
		*_scopes(admin),
		_version(version, admin.served_version),
		_clock(admin.served_at, now()),
	]


def _failed(name: str, error: SyncError) -> Check:
	words = describe(error.reason, error.params)
	return Check(name=name, ok=False, detail=words.message, remedy=words.remedy or "Try again.")


def _right_store(expected: str | None, found: str) -> Check:
	"""A shop that was renamed answers under its old name too."""
	ok = expected is None or expected == found
	remedy = "" if ok else f"Enter {found} as the store's address."
	return Check(name="Store", ok=ok, detail=found, remedy=remedy, fatal=False)


def _scopes(admin: Admin) -> Iterator[Check]:
	try:
		installation = admin.query("installation").get("currentAppInstallation") or {}
	except (Fixable, Transient) as error:
		yield _failed("Access scopes", error)
		return
	granted = {scope["handle"] for scope in installation.get("accessScopes") or ()}
	missing = [scope for scope in NEEDED_SCOPES if not _covered(scope, granted)]
	detail = f"Missing: {', '.join(missing)}" if missing else ", ".join(sorted(granted))
	yield Check(name="Access scopes", ok=not missing, detail=detail, remedy=_GRANT if missing else "")
	for scope, consequence in OPTIONAL_SCOPES.items():
		if not _covered(scope, granted):
			yield Check(name=f"Scope {scope}", ok=False, detail=consequence, remedy=_GRANT, fatal=False)


def _covered(scope: str, granted: set[str]) -> bool:
	"""Writing includes reading, and some scopes are part of a wider one."""
	return (
		bool(granted & {scope, _INSTEAD.get(scope, scope)}) or scope.replace("read_", "write_", 1) in granted
	)


def _version(asked: str, served: str | None) -> Check:
	"""A version past its life silently falls forward to the oldest one that still lives."""
	ok = served in (None, asked)
	remedy = "" if ok else "Update the app, or leave the API version of the connection empty."
	detail = asked if ok else f"Asked for {asked}, the store answers as {served}."
	return Check(name="API version", ok=ok, detail=detail, remedy=remedy, fatal=False)


def _clock(header: str | None, now: datetime) -> Check:
	"""Sweeps and tokens compare the two clocks."""
	try:
		theirs = parsedate_to_datetime(header or "").astimezone(timezone.utc)
	except (ValueError, TypeError, IndexError):
		return Check(name="Clock", ok=True, detail="The store told no time.", fatal=False)
	seconds = abs((theirs - now).total_seconds())
	ok = seconds <= _CLOCK_SECONDS
	remedy = "" if ok else "Set this server's clock (NTP)."
	detail = f"{seconds:.0f} seconds from the store's clock"
	return Check(name="Clock", ok=ok, detail=detail, remedy=remedy, fatal=False)
