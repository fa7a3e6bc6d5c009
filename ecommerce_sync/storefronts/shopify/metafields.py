"""Writes metafields of products and variants, at most 25 a call, those only that differ.

Source: https://shopify.dev/docs/api/admin-graphql/latest/mutations/metafieldsSet
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .client import Admin, Json

_FIELDS = 25
_NAMESPACE = "custom"  # that of the fields that a shop defines itself
Owner = tuple[str, Mapping[str, Any], Mapping[str, Any]]  # id, what the store has, values by "namespace.key"


def save(admin: Admin, owners: Sequence[Owner]) -> bool:
	"""Set the values that differ; whether there were any. Raises `Fixable` with the store's words."""
	wanted = [field for owner in owners for field in _changed(*owner)]
	for start in range(0, len(wanted), _FIELDS):
		_set(admin, wanted[start : start + _FIELDS])
	return bool(wanted)


def _set(admin: Admin, fields: list[Json]) -> None:
	"""A definition in the store knows the type better than we do: what it refuses is sent without one."""
	data = admin.attempt("metafields_set", {"metafields": fields}, repeatable=True)
	errors = (data.get("metafieldsSet") or {}).get("userErrors") or ()
	places = {error.get("elementIndex") for error in errors if error.get("code") == "INVALID_TYPE"}
	if errors and len(places - {None}) < len(errors):
		admin.refuse("; ".join(_words(error, fields) for error in errors))
	if errors:
		untyped = [_untyped(field) if n in places else field for n, field in enumerate(fields)]
		admin.mutate("metafields_set", {"metafields": untyped}, repeatable=True)


def _changed(owner: str, current: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Json]:
	known = {(f.get("namespace"), f.get("key")): f for f in current.get("metafields") or ()}
	for name, value in values.items():
		namespace, _, key = name.rpartition(".")
		present = known.get((namespace or _NAMESPACE, key), {})
		text = _text(value)
		if value is not None and text != present.get("value"):
			kind = present.get("type") or _type(value)
			yield {
				"ownerId": owner,
				"namespace": namespace or _NAMESPACE,
				"key": key,
				"value": text,
				"type": kind,
			}


def _type(value: Any) -> str:
	"""Shopify's type for a plain value; bool and datetime are asked first, being numbers and dates too."""
	kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
		(bool, "boolean"),
		(int, "number_integer"),
		((float, Decimal), "number_decimal"),
		(datetime, "date_time"),
		(date, "date"),
		((dict, list, tuple), "json"),
	)
	found = next((name for kind, name in kinds if isinstance(value, kind)), None)
	return found or ("multi_line_text_field" if "\n" in str(value) else "single_line_text_field")


def _text(value: Any) -> str:
	if isinstance(value, bool):
		return str(value).lower()
	if isinstance(value, (dict, list, tuple)):
		return json.dumps(value, default=str)
	return value.isoformat() if isinstance(value, date) else str(value)


def _untyped(field: Json) -> Json:
	return {key: value for key, value in field.items() if key != "type"}


def _words(error: Json, fields: Sequence[Json]) -> str:
	place = error.get("elementIndex")
	if not isinstance(place, int) or place >= len(fields):
		return str(error.get("message"))
	return f"{fields[place]['namespace']}.{fields[place]['key']}: {error.get('message')}"
