"""What the connection form needs to know about a store; parts that a key may not read are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from ...core.errors import Fixable, PayloadRefused
from ..base import Named, StoreProfile, StoreTax
from .api import Api, Refused, object_of
from .fields import Fields

T = TypeVar("T")
_TAX_PAGES = 10  # some stores list a rate per postcode; many of them have one name and rate


def read_profile(api: Api) -> StoreProfile:
	"""Currency, taxes, payment and shipping methods. The currency must be readable: raises `Refused`."""
	index = readable(lambda: object_of(api.index())) or {}
	return StoreProfile(
		name=Fields(index).text("name") or api.host,
		currency=setting(api, "general", "woocommerce_currency").upper(),
		timezone=_timezone(Fields(index)),
		prices_include_tax=setting(api, "tax", "woocommerce_prices_include_tax") == "yes",
		version=readable(lambda: version(api)),
		payment_methods=readable(lambda: tuple(_payment_methods(api))) or (),
		shipping_methods=readable(lambda: tuple(_shipping_methods(api))) or (),
		taxes=readable(lambda: tuple(_taxes(api))) or (),
	)


def setting(api: Api, group: str, key: str) -> str:
	"""The value of one setting as text."""
	return Fields(object_of(api.get(f"settings/{group}/{key}"))).text("value") or ""


def version(api: Api) -> str | None:
	"""The version of WooCommerce, which only a shop manager's key may read."""
	status = object_of(api.get("system_status", params={"_fields": "environment"}))
	return Fields(status).child("environment").text("version")


def readable(read: Callable[[], T]) -> T | None:
	"""What `read` gives; None where the store does not let this key see it or has a form of its own."""
	try:
		return read()
	except (Refused, PayloadRefused):
		return None
	except Fixable as error:
		if error.reason == "store_refused":
			return None
		raise


def _timezone(index: Fields) -> str | None:
	"""An IANA name, or the offset of a site that only has one: `UTC+05:30`."""
	named, hours = index.text("timezone_string"), index.optional_amount("gmt_offset")
	if named or hours is None:
		return named
	minutes = int(abs(hours) * 60)
	return f"UTC{'-' if hours < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _payment_methods(api: Api) -> Iterator[Named]:
	for row in map(Fields, api.rows("payment_gateways")):
		method = row.text("id")
		if method:
			title = row.text("title") or row.text("method_title") or method
			yield Named(id=method, title=title, active=row.data.get("enabled") is True)


def _shipping_methods(api: Api) -> Iterator[Named]:
	"""One entry per method id, as orders name it, over all zones; titles of several zones are joined."""
	titles: dict[str, dict[str, bool]] = {}
	for zone in map(Fields, api.rows("shipping/zones")):
		for row in map(Fields, api.rows(f"shipping/zones/{zone.id('id') or 0}/methods")):
			_note(titles.setdefault(row.text("method_id") or "", {}), row)
	for method, named in titles.items():
		if method:
			yield Named(id=method, title=" / ".join(named), active=any(named.values()))


def _note(titles: dict[str, bool], row: Fields) -> None:
	title = row.text("title") or row.text("method_title") or row.text("method_id") or ""
	titles[title] = titles.get(title, False) or row.data.get("enabled") is True


def _taxes(api: Api) -> Iterator[StoreTax]:
	seen: set[tuple[str, str]] = set()
	for row in map(Fields, api.rows("taxes", most=_TAX_PAGES)):
		title, rate = row.text("name") or "Tax", _plain(row)
		if (title, rate) not in seen:
			seen.add((title, rate))
			yield StoreTax(title=title, rate=rate)


def _plain(row: Fields) -> str:
	return format((row.amount("rate") / 100).normalize(), "f")
