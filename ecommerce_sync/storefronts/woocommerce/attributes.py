"""What variations differ in, as a product's body names it: values are added, never taken away or replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ...core.models import Attribute
from ...core.products import Option
from . import profile
from .api import Api, rows_of
from .fields import Fields
from .walks import id_of

Row = dict[str, Any]
_KEPT = ("id", "name", "position", "visible", "variation", "options")


def merged(api: Api, product: Row, options: Sequence[Option]) -> list[Row] | None:
	"""The product's attributes with these options, None where it has them all.

	New ones are the store's global attributes where it has them by that name, else the product's own.
	"""
	before = [
		{key: row.data[key] for key in _KEPT if key in row.data} for row in Fields(product).rows("attributes")
	]
	known = {_name(row): dict(row) for row in before}
	shared = _shared(api) if any(option.name.casefold() not in known for option in options) else {}
	for option in options:
		key = option.name.casefold()
		fresh = {**shared.get(key, {"name": option.name}), "visible": True, "position": len(known)}
		row = known.setdefault(key, fresh)
		row.update(variation=True, options=_with(row.get("options"), option.values))
	after = list(known.values())
	return after if after != before else None


def choice(rows: Iterable[Row], option: Attribute) -> Row:
	"""A variation's value, spelt as its product spells it: WooCommerce compares own attributes letter by letter."""
	row = next((row for row in rows if _name(row) == option.name.casefold()), {"name": option.name})
	spelt = {str(value).casefold(): str(value) for value in row.get("options") or ()}
	named = {"id": row["id"]} if row.get("id") else {"name": row["name"]}
	return {**named, "option": spelt.get(option.value.casefold(), option.value)}


def _name(row: Row) -> str:
	return (Fields(row).text("name") or "").casefold()


def _with(values: Any, more: Iterable[str]) -> list[str]:
	found = list(values) if isinstance(values, list) else []
	spelt = {str(value).casefold() for value in found}
	return found + [value for value in dict.fromkeys(more) if value.casefold() not in spelt]


def _shared(api: Api) -> dict[str, Row]:
	"""The global attributes by name; none where the key may not read them."""
	rows = profile.readable(lambda: rows_of(api.get("products/attributes"))) or []
	return {_name(row): {"id": id_of(row), "name": Fields(row).text("name")} for row in rows}
