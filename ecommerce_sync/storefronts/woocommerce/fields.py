"""Reads values out of wc/v3 JSON as stores really send it, and names the field where that is impossible.

PHP and plugins write an empty object as `[]`, a list as `{"1": ...}`, a number as text, a missing
amount as "". Those are read for what they mean; anything else raises `PayloadRefused` with the path.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from ...core.errors import PayloadRefused
from ...core.models import ZERO
from ...core.money import digits_of, rounded

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MOST = Decimal(10) ** 15
_DECIMALS = 12  # finer is the noise of binary floats


class Fields:
	"""One JSON object and the path that leads to it."""

	def __init__(self, data: Mapping[str, Any], path: str = "") -> None:
		self.data = data
		self.path = path

	def at(self, key: str) -> str:
		"""The path of one field: `line_items[2].total`."""
		return f"{self.path}.{key}" if self.path else key

	def refuse(self, key: str, problem: str) -> PayloadRefused:
		"""The error to raise for one field."""
		return PayloadRefused(self.at(key), problem)

	def text(self, key: str) -> str | None:
		"""A text without entities and outer blanks; None for nothing."""
		value = self.data.get(key)
		if isinstance(value, list | Mapping) and value:
			raise self.refuse(key, "is not a text")
		return cleaned(_scalar(value, self.at(key)))

	def amount(self, key: str, default: Decimal = ZERO) -> Decimal:
		"""An amount or quantity; `default` when there is none."""
		found = self.optional_amount(key)
		return default if found is None else found

	def optional_amount(self, key: str) -> Decimal | None:
		"""An amount or quantity; None for null, absent, "" and an empty array."""
		value = self.data.get(key)
		return None if _nothing(value) else number(value, self.at(key))

	def id(self, key: str) -> str | None:
		"""A WordPress id; None for 0 and nothing, which both mean "no such object"."""
		value = self.optional_amount(key)
		if value is None or not value:
			return None
		if value < 0 or value != value.to_integral_value():
			raise self.refuse(key, "is not an id")
		return str(int(value))

	def time(self, key: str) -> datetime | None:
		"""The time in `<key>_gmt`, else the local one in `key` read as UTC: its offset is not sent."""
		for name in (f"{key}_gmt", key):
			value = self.text(name)
			if value and not value.startswith("0000"):
				return _moment(value, self.at(name))
		return None

	def child(self, key: str) -> Fields:
		"""A nested object; an empty one where there is none."""
		value = self.data.get(key)
		if _nothing(value):
			value = {}
		if not isinstance(value, Mapping):
			raise self.refuse(key, "is not an object")
		return Fields(value, self.at(key))

	def rows(self, key: str) -> list[Fields]:
		"""The objects of a list, or of a PHP array with keys; a database row that is listed twice counts once."""
		value = self.data.get(key)
		if _nothing(value):
			return []
		if isinstance(value, Mapping):
			value = list(value.values())
		if not isinstance(value, list):
			raise self.refuse(key, "is not a list")
		rows = [self._row(key, i, row) for i, row in enumerate(value) if row is not None]
		return [row for i, row in enumerate(rows) if not _repeats(row, rows[:i])]

	def _row(self, key: str, index: int, row: Any) -> Fields:
		path = f"{self.at(key)}[{index}]"
		if not isinstance(row, Mapping):
			raise PayloadRefused(path, "is not an object")
		return Fields(row, path)


def _repeats(row: Fields, earlier: list[Fields]) -> bool:
	"""Whether a row of the same id and content came before: some stores' joins double the rows."""
	row_id = row.data.get("id")
	return bool(row_id) and any(
		row_id == other.data.get("id") and row.data == other.data for other in earlier
	)


def number(value: Any, path: str) -> Decimal:
	"""A finite decimal of a sensible size. Raises `PayloadRefused`."""
	text = "" if isinstance(value, bool) else (_scalar(value, path) or "").strip()
	if len(text) > 60 or not _NUMBER.fullmatch(text):
		raise PayloadRefused(path, "is not a number")
	found = Decimal(text)
	if abs(found) >= _MOST:
		raise PayloadRefused(path, "is no amount that money or goods can have")
	return found if digits_of(found) <= _DECIMALS else rounded(found, _DECIMALS)


def amount_of(value: Any) -> Decimal:
	"""A number in a plugin's own data; zero for anything else: such data never refuses an order."""
	try:
		return number(value, "")
	except PayloadRefused:
		return ZERO


def cleaned(value: str | None) -> str | None:
	"""Entities decoded; half emoji, control characters and outer blanks removed; None for nothing."""
	if not value:
		return None
	whole = html.unescape(value).encode("utf-8", "replace").decode("utf-8")
	return _UNPRINTABLE.sub("", whole).strip() or None


def plain(value: Any) -> str:
	"""What a person reads of a meta value: no HTML tags; lists and objects as JSON."""
	if isinstance(value, str):
		return cleaned(_TAG.sub("", value)) or ""
	try:
		return "" if value is None else cleaned(json.dumps(value, ensure_ascii=False, default=str)) or ""
	except ValueError:  # an integer of more digits than Python writes
		return ""


def meta_rows(fields: Fields, key: str = "meta_data") -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
	"""Key, value and the whole row of each meta entry; what is no such entry is passed over."""
	found = fields.data.get(key)
	if isinstance(found, Mapping) and not any(isinstance(row, Mapping) for row in found.values()):
		found = [{"key": name, "value": value} for name, value in found.items()]
	for row in found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ():
		if isinstance(row, Mapping) and isinstance(row.get("key"), str):
			yield row["key"], row.get("value"), row


def meta(fields: Fields, *keys: str) -> Any:
	"""The first meta value, of the first of these keys, that says something; None when none does."""
	found: dict[str, Any] = {}
	for name, value, _row in meta_rows(fields):
		if value not in (None, "", [], {}):
			found.setdefault(name, value)
	return next((found[key] for key in keys if key in found), None)


def meta_text(fields: Fields, *keys: str) -> str | None:
	"""Like `meta`, as the text that a person reads."""
	return plain(meta(fields, *keys)) or None


def _nothing(value: Any) -> bool:
	return (
		value is None
		or value is False
		or (isinstance(value, str) and not value.strip())
		or (isinstance(value, list | Mapping) and not value)
	)


def _scalar(value: Any, path: str) -> str | None:
	if isinstance(value, float) and not math.isfinite(value):
		raise PayloadRefused(path, "is not a finite number")
	if isinstance(value, int) and abs(value) >= _MOST * _MOST:
		raise PayloadRefused(path, "is no number that money or goods can have")
	return None if _nothing(value) else str(value)


def _moment(value: str, path: str) -> datetime:
	found = _TIME.fullmatch(value)
	try:
		if found:
			zone = (found[3] or "Z").replace("Z", "+00:00").replace(":", "")
			moment = datetime.strptime(f"{found[1]}T{found[2]}{zone}", "%Y-%m-%dT%H:%M:%S%z")
			return moment.astimezone(timezone.utc)
	except (ValueError, OverflowError):
		pass
	raise PayloadRefused(path, "is not a time")


def admin_url(fields: Fields, post_id: str) -> str | None:
	"""The page of an order or product in WordPress's admin; the REST address in `_links` tells where WordPress is."""
	links = fields.data.get("_links")
	itself = links.get("self") if isinstance(links, Mapping) else None
	first = itself[0] if isinstance(itself, list) and itself else None
	href = first.get("href") if isinstance(first, Mapping) else None
	home, found, _rest = href.partition("/wp-json/") if isinstance(href, str) else ("", "", "")
	return f"{home}/wp-admin/post.php?post={post_id}&action=edit" if found else None
