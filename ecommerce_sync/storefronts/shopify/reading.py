"""Reads untrusted JSON field by field: tolerant of nulls and absent keys, and of nothing that has the wrong type.

Every complaint is a `PayloadRefused` with the path of the field, like `line_items[2].price`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NoReturn

from ...core.errors import PayloadRefused
from ...core.models import whole_text
from ...core.money import digits_of, rounded

_LONGEST_NUMBER = 40  # characters; no real amount comes near
_LARGEST = Decimal(10) ** 15
_DECIMALS = 12  # finer is the noise of binary floats
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+|\d{1,3}(?:,\d{3})+\.\d+)(?:[eE][+-]?\d{1,3})?")
_TIME = re.compile(
	r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(?:([Zz])|([+-])(\d\d):?(\d\d))?"
)
_YEARS = range(1970, 2200)


class Node:
	"""One JSON object and where it stands."""

	def __init__(self, value: Mapping[str, Any], path: str = "") -> None:
		self.value, self.path = value, path

	def at(self, key: str) -> str:
		"""The path of a field of this object."""
		return f"{self.path}.{key}" if self.path else key

	def refuse(self, key: str, problem: str) -> NoReturn:
		"""Complain about a field."""
		raise PayloadRefused(self.at(key), problem)

	def text(self, key: str) -> str | None:
		"""A text without blanks around it; None for null, absent and blank. Numbers are taken as text."""
		return (self.verbatim(key) or "").strip() or None

	def verbatim(self, key: str) -> str | None:
		"""A text as it stands; None for null, absent and blank."""
		value = self.value.get(key)
		if value is None:
			return None
		if isinstance(value, bool) or not isinstance(value, (str, int, float)):
			self.refuse(key, f"is {_kind(value)}, not a text")
		text = value if isinstance(value, str) else self._digits(key, value)
		clean = whole_text(text.replace("\x00", ""))
		return clean if clean.strip() else None

	def required_text(self, key: str) -> str:
		"""A text that must be there."""
		return self.text(key) or self.refuse(key, "is missing")

	def number(self, key: str) -> Decimal | None:
		"""A number, written as number or text; None for null, absent and blank."""
		value = self.value.get(key)
		if value is None or (isinstance(value, str) and not value.strip()):
			return None
		if isinstance(value, bool) or not isinstance(value, (str, int, float)):
			self.refuse(key, f"is {_kind(value)}, not a number")
		return self._decimal(key, value if isinstance(value, str) else self._digits(key, value))

	def required_number(self, key: str) -> Decimal:
		"""A number that must be there."""
		found = self.number(key)
		return self.refuse(key, "is missing") if found is None else found

	def time(self, key: str) -> datetime | None:
		"""A moment with its zone (UTC when it names none); None for null and absent."""
		text = self.text(key)
		if text is None:
			return None
		match = _TIME.fullmatch(text)
		try:
			moment = _moment(match.groups()) if match else None
		except ValueError:
			moment = None
		return moment or self.refuse(key, f"'{text[:40]}' is not a date and time")

	def required_time(self, key: str) -> datetime:
		"""A moment that must be there."""
		return self.time(key) or self.refuse(key, "is missing")

	def flag(self, key: str) -> bool:
		"""Yes or no; null and absent are no."""
		value = self.value.get(key)
		if value is None or isinstance(value, bool):
			return bool(value)
		if value in ("true", "false", 0, 1):
			return value in ("true", 1)
		self.refuse(key, f"is {_kind(value)}, not true or false")

	def child(self, key: str) -> Node | None:
		"""The object in a field; None for null and absent."""
		value = self.value.get(key)
		if value is None:
			return None
		if not isinstance(value, Mapping):
			self.refuse(key, f"is {_kind(value)}, not an object")
		return Node(value, self.at(key))

	def children(self, key: str) -> list[Node]:
		"""The objects in a list; empty for null and absent."""
		return [self._element(key, place, value) for place, value in enumerate(self._list(key))]

	def texts(self, key: str) -> list[str]:
		"""The texts in a list, blank ones left out."""
		holder = Node({f"{key}[{n}]": value for n, value in enumerate(self._list(key))}, self.path)
		return [text for name in holder.value if (text := holder.text(name))]

	def _list(self, key: str) -> list[Any]:
		value = self.value.get(key)
		if value is None:
			return []
		if not isinstance(value, list):
			self.refuse(key, f"is {_kind(value)}, not a list")
		return value

	def _element(self, key: str, place: int, value: Any) -> Node:
		if not isinstance(value, Mapping):
			self.refuse(f"{key}[{place}]", f"is {_kind(value)}, not an object")
		return Node(value, f"{self.at(key)}[{place}]")

	def _digits(self, key: str, value: int | float) -> str:
		if isinstance(value, int) and value.bit_length() > 128:
			self.refuse(key, "is too large")
		return str(value)

	def _decimal(self, key: str, text: str) -> Decimal:
		text = text.strip()
		if len(text) > _LONGEST_NUMBER or not text.isascii() or not _NUMBER.fullmatch(text):
			self.refuse(key, f"'{text[:_LONGEST_NUMBER]}' is not a number")
		number = Decimal(text.replace(",", ""))
		if abs(number) >= _LARGEST:
			self.refuse(key, f"{text} is no amount")
		return number if digits_of(number) <= _DECIMALS else rounded(number, _DECIMALS)


def _moment(parts: tuple[str | None, ...]) -> datetime | None:
	year, month, day, hour, minute, second, fraction, _zulu, sign, off_hours, off_minutes = parts
	offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0))
	zone = timezone(-offset if sign == "-" else offset) if offset else timezone.utc
	microsecond = int((fraction or "")[:6].ljust(6, "0"))
	if int(year or 0) not in _YEARS:
		return None
	return datetime(
		int(year or 0),
		int(month or 0),
		int(day or 0),
		int(hour or 0),
		int(minute or 0),
		int(second or 0),
		microsecond,
		zone,
	)


def _kind(value: Any) -> str:
	names = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list"}
	return names.get(type(value), "an object")
