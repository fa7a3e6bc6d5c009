"""Values as Frappe's fields hold them: floats for amounts, short texts, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import get_datetime

DATA_LENGTH = 140


def decimal(value: Any) -> Decimal:
	"""An amount of Frappe's as exact as it was entered: its columns hold nine decimals at most."""
	return Decimal(repr(round(float(value or 0), 9))).normalize() + 0


def number(value: Decimal | None) -> float | None:
	"""An amount as Frappe calculates with it."""
	return None if value is None else float(value)


def fit(text: str | None, length: int = DATA_LENGTH) -> str:
	"""Without spaces around, cut to what the column takes."""
	return (text or "").strip()[:length].strip()


def document_name(text: str | None, doctype: str, length: int) -> str:
	"""A text that a document may be named by: Frappe takes no markup signs, not the DocType itself, not 'New …'."""
	clean = fit((text or "").replace("<", "").replace(">", ""), length)
	reserved = clean == doctype or clean.startswith(f"New {doctype}")
	return f"'{clean}'" if reserved else clean


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
	"""Mapped fields with values that Frappe's fields take."""
	return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
	if isinstance(value, Decimal):
		return float(value)
	return site_time(value) if isinstance(value, datetime) else value


def site_time(value: datetime) -> datetime:
	"""An aware time in the site's zone, without it, as Frappe's Datetime fields hold times."""
	if value.tzinfo is None:
		return value
	return value.astimezone(_site_zone()).replace(tzinfo=None)


def aware_time(value: datetime | str | None) -> datetime | None:
	"""A Datetime field's time in UTC; of an hour that the clock repeats, the earlier one."""
	if not value:
		return None
	return get_datetime(value).replace(tzinfo=_site_zone()).astimezone(timezone.utc)


def _site_zone() -> ZoneInfo:
	return ZoneInfo(frappe.utils.get_system_timezone())
