"""Field Mapping: one extra field carried from the store's document to a document's field, or back. Pure.

The source is a JMESPath over the platform's document, the transform one of a closed list, the result a
plain value. https://jmespath.org
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import jmespath
from jmespath.parser import ParsedResult

from . import templates
from .errors import Fixable
from .models import Model, whole_text

# What is read. "Product" and "Variant" go from the store to Item, "Item" goes from ERPNext to the store.
Entity = Literal["Order", "Order Line", "Customer", "Product", "Variant", "Item"]
Transform = Literal["None", "Lookup", "Jinja", "Date", "Number"]
WhenMissing = Literal["Leave empty", "Use default", "Fail"]


class FieldRule(Model):
	"""One row of Field Mapping. `argument` is the Jinja text or the lookup table ('theirs = ours' a line).

	Of an Item the target is the store: `target_doctype` is empty, `target_field` a metafield
	("namespace.key") or the key of a meta_data entry.
	"""

	name: str
	entity: Entity
	source: str
	target_doctype: str = ""
	target_field: str
	transform: Transform = "None"
	argument: str = ""
	default: str | None = None
	when_missing: WhenMissing = "Leave empty"


def mapped_fields(
	rules: Iterable[FieldRule],
	entity: Entity,
	doctype: str,
	source: Mapping[str, Any],
	timezone: str | None = None,
) -> dict[str, Any]:
	"""Target field to value for every rule of the entity and DocType; raises `Fixable` naming the rule."""
	fields: dict[str, Any] = {}
	for rule in rules:
		if rule.entity == entity and rule.target_doctype == doctype:
			value = value_of(rule, source, timezone)
			if value is not None:
				fields[rule.target_field] = value
	return fields


def value_of(rule: FieldRule, source: Mapping[str, Any], timezone: str | None = None) -> Any:
	"""The rule's value for one document, None when the field is to be left alone.

	Times with an offset become the clock time in `timezone` (the site's: documents hold it so).
	"""
	found = _search(rule, source)
	if found is None or found == "":
		return _missing(rule)
	try:
		value = _TRANSFORMS[rule.transform](rule, found, source)
	except Exception as error:  # whatever an expression that a person wrote can raise
		raise _failed(rule, f"{_short(found)}: {error or type(error).__name__}") from error
	if isinstance(value, datetime) and value.tzinfo and timezone:
		return value.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
	if isinstance(value, str):
		return whole_text(value) or _missing(rule)
	return _missing(rule) if value is None else value


def _search(rule: FieldRule, source: Mapping[str, Any]) -> Any:
	if not rule.source:
		return source
	try:
		return _compiled(rule.source).search(dict(source))
	except Exception as error:  # jmespath has its own errors and lets Python's through
		raise _failed(rule, f"source path '{rule.source}': {error or type(error).__name__}") from error


@lru_cache(maxsize=512)
def _compiled(path: str) -> ParsedResult:
	return jmespath.compile(path)


def _missing(rule: FieldRule) -> Any:
	if rule.when_missing == "Fail":
		raise _failed(rule, f"'{rule.source}' is missing in the store's document")
	return rule.default if rule.when_missing == "Use default" else None


def _failed(rule: FieldRule, detail: str) -> Fixable:
	return Fixable("mapping_failed", cause=f"mapping:{rule.name}", mapping=rule.name, detail=detail)


def _short(found: Any) -> str:
	return whole_text(text if len(text := repr(found)) <= 80 else f"{text[:79]}…")


def _plain(rule: FieldRule, found: Any, source: Mapping[str, Any]) -> Any:
	parts = found if isinstance(found, list) else [found]
	if any(isinstance(part, dict | list) for part in parts):
		raise ValueError("an object cannot be put into a field; choose one of its parts")
	return ", ".join(_text(part) for part in parts if part is not None) if parts is found else found


def _text(found: Any) -> str:
	"""As the store's document spells it: true, not True."""
	return str(found).lower() if isinstance(found, bool) else str(found)


def _lookup(rule: FieldRule, found: Any, source: Mapping[str, Any]) -> Any:
	pairs = (line.partition("=") for line in rule.argument.splitlines())
	table = {theirs.strip(): ours.strip() for theirs, equals, ours in pairs if equals}
	return table.get(_text(found).strip())


def _jinja(rule: FieldRule, found: Any, source: Mapping[str, Any]) -> str:
	return templates.render(rule.argument, value=found, doc=source)


def _date(rule: FieldRule, found: Any, source: Mapping[str, Any]) -> date | datetime:
	text = str(found).strip()
	if len(text) == 10:
		return date.fromisoformat(text)
	return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _number(rule: FieldRule, found: Any, source: Mapping[str, Any]) -> Decimal:
	number = Decimal(str(found).strip())
	if not number.is_finite():
		raise ValueError("not a finite number")
	return number


_TRANSFORMS = {"None": _plain, "Lookup": _lookup, "Jinja": _jinja, "Date": _date, "Number": _number}
__all__ = ["Entity", "FieldRule", "Transform", "WhenMissing", "mapped_fields", "value_of"]
