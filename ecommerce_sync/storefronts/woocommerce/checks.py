"""The connection test of a WooCommerce store: what was looked at, whether it is well, what to do if not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ...core.errors import SyncError
from ...core.reasons import describe
from ..base import Check
from . import profile
from .api import Api, Refused, object_of

_OLDEST = (5, 8)  # lists know modified_after since then
_CLOCK = 300  # seconds that the clocks may differ
_PERMALINKS = (
	"In WordPress set Settings > Permalinks to anything but 'Plain', check that WooCommerce is active and that"
	" no security plugin blocks /wp-json/."
)
_KEY = (
	"Enter a consumer key and secret of WooCommerce > Settings > Advanced > REST API with Read/Write rights."
)


def run(api: Api, now: Callable[[], datetime] | None = None) -> list[Check]:
	"""All checks; after a fatal one the rest cannot be told. Never raises for a check that failed."""
	found: list[Check] = []
	for check in _checks(api, now or _utc_now):
		found.append(check)
		if check.fatal and not check.ok:
			break
	return found


def _checks(api: Api, now: Callable[[], datetime]) -> Iterator[Check]:
	index, reachable = _index(api)
	yield reachable
	if index:
		yield _routes(index)
		yield _right_store(api, index)
	yield _rights("Read access", _failure(lambda: api.get("orders", params={"per_page": 1})))
	yield _may_write(api)
	yield _version(api)
	yield _clock(api, now)
	yield _encrypted(api)


def _encrypted(api: Api) -> Check:
	remedy = "Use https:// as soon as the store has a certificate."
	return Check(
		name="Encrypted", ok=api.is_ssl, detail=f"{urlsplit(api.url).scheme}://", remedy=remedy, fatal=False
	)


def _index(api: Api) -> tuple[dict[str, Any], Check]:
	"""WordPress's REST index; a store may hide it from strangers, which is no failure."""
	try:
		return object_of(api.index()), Check(name="Reachable", ok=True, detail=api.host)
	except Refused as error:
		hidden = error.status in (401, 403)
		return {}, Check(name="Reachable", ok=hidden, detail=str(error), remedy=_PERMALINKS)
	except SyncError as error:
		return {}, _failed("Reachable", error)


def _routes(index: dict[str, Any]) -> Check:
	"""Whether WooCommerce's routes exist there."""
	spaces = index.get("namespaces")
	there = "wc/v3" in spaces if isinstance(spaces, list) else True
	return Check(name="WooCommerce REST API", ok=there, detail="wc/v3", remedy=_PERMALINKS)


def _right_store(api: Api, index: dict[str, Any]) -> Check:
	"""Whether the store calls itself by the address that was entered; its webhooks do."""
	home = str(index.get("home") or index.get("url") or "")
	ours, theirs = urlsplit(api.url).hostname, urlsplit(home).hostname
	remedy = f"Enter {home} as the store's address."
	detail = f"{index.get('name') or ''} ({home})".strip()
	return Check(name="Address", ok=not theirs or ours == theirs, detail=detail, remedy=remedy, fatal=False)


def _may_write(api: Api) -> Check:
	"""Asks to change webhook 0, which does not exist: the rights are looked at before that is noticed."""
	error = _failure(lambda: api.put("webhooks/0", {}))
	if isinstance(error, Refused) and error.status in (400, 404):
		error = None
	return _rights("Write access", error)


def _rights(name: str, error: SyncError | None) -> Check:
	if error is None:
		return Check(name=name, ok=True)
	return _failed(name, error, _KEY if error.reason == "credentials_refused" else "")


def _version(api: Api) -> Check:
	try:
		found = profile.readable(lambda: profile.version(api))
	except SyncError as error:
		return _failed("Version", error)
	if not found:
		told = "The key may not read it."
		return Check(
			name="Version", ok=False, detail=told, remedy="Use a key of a shop manager.", fatal=False
		)
	numbers = tuple(int(part) for part in found.split("-")[0].split(".")[:2] if part.isdigit())
	remedy = "Update WooCommerce to 5.8 or newer."
	return Check(name="Version", ok=numbers >= _OLDEST, detail=f"WooCommerce {found}", remedy=remedy)


def _clock(api: Api, now: Callable[[], datetime]) -> Check:
	"""Signed requests over http and the times of changes need clocks that agree."""
	remedy = "Let both servers set their clocks by NTP."
	try:
		there = parsedate_to_datetime(api.get("orders", params={"per_page": 1}).headers.get("Date", ""))
	except (SyncError, ValueError, TypeError):
		return Check(name="Clock", ok=True, detail="The store does not tell its time.", fatal=False)
	apart = abs((now() - there.astimezone(timezone.utc)).total_seconds())
	return Check(name="Clock", ok=apart <= _CLOCK, detail=f"{apart:.0f} s apart", remedy=remedy, fatal=False)


def _failure(ask: Callable[[], Any]) -> SyncError | None:
	try:
		ask()
	except SyncError as error:
		return error
	return None


def _failed(name: str, error: SyncError, remedy: str = "") -> Check:
	said = describe(error.reason, error.params)
	return Check(name=name, ok=False, detail=said.message, remedy=remedy or said.remedy)


def _utc_now() -> datetime:
	return datetime.now(timezone.utc)
