"""Item Attributes: found by name, completed with values, never robbed of one.

Values are added as rows of their own: saving a whole Item Attribute of thousands of values again for each
product would write every one of them and check every variant of the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import frappe

from ...core.errors import Fixable
from ...core.models import Attribute
from ...core.products import Option
from .fields import document_name, fit
from .refusals import refusals

DOCTYPE = "Item Attribute"
_VALUE = "Item Attribute Value"
_LENGTH = 140
_ABBREVIATION = 10
_NO_WORD = re.compile(r"[^\w]+")


def ensure(options: Sequence[Option], title: str) -> None:
	"""The attributes with at least these values. Raises `Fixable` for a text where numbers are asked for."""
	forget()
	for option in sorted(options, key=lambda option: option.name.casefold()):  # one order for all workers
		with refusals():
			_ensure(option, title)


def _ensure(option: Option, title: str) -> None:
	attribute = find(option.name)
	if attribute is None:
		return _create(option)
	if attribute.numeric_values:
		return _check_range(attribute, option, title)
	known = {value.casefold() for value, _ in _values(attribute.name)}
	if any(text.casefold() not in known for text in _texts(option)):
		_complete(attribute.name, _texts(option))


def find(name: str) -> Any:
	"""The Item Attribute of that name, as the database compares names; None when there is none."""
	rows = frappe.db.sql(
		"SELECT name, numeric_values, from_range, to_range, increment FROM `tabItem Attribute` WHERE name = %s",
		attribute_name(name),
		as_dict=True,
	)
	return rows[0] if rows else None


def attribute_name(name: str) -> str:
	"""A store's option name as an Item Attribute may be named."""
	return document_name(name, DOCTYPE, _LENGTH) or "-"


def _texts(option: Option) -> list[str]:
	"""The values once each, as the column takes them."""
	return list({text.casefold(): text for value in option.values if (text := fit(value))}.values())


def _values(name: str) -> list[tuple[str, str]]:
	rows = frappe.db.sql(
		"SELECT attribute_value, abbr FROM `tabItem Attribute Value` WHERE parent = %s", name
	)
	return [(value or "", abbr or "") for value, abbr in rows]


def _create(option: Option) -> None:
	attribute = frappe.new_doc(DOCTYPE)
	attribute.attribute_name = attribute_name(option.name)
	taken: set[str] = set()
	for text in _texts(option):
		attribute.append(
			"item_attribute_values", {"attribute_value": text, "abbr": abbreviation(text, taken)}
		)
	attribute.insert()


def _complete(name: str, texts: Iterable[str]) -> None:
	"""Add what is missing. The lock makes two workers add one after the other, each seeing what is there."""
	frappe.has_permission(DOCTYPE, "write", doc=name, throw=True)
	frappe.db.sql("SELECT name FROM `tabItem Attribute` WHERE name = %s FOR UPDATE", name)
	rows = _values(name)
	there, taken = {value.casefold() for value, _ in rows}, {abbr.casefold() for _, abbr in rows}
	missing = [text for text in texts if text.casefold() not in there]
	for position, text in enumerate(missing, len(rows) + 1):
		_append(name, text, abbreviation(text, taken), position)
	_touch(name)


def _append(name: str, text: str, abbr: str, position: int) -> None:
	row = frappe.new_doc(_VALUE)
	row.update({"parent": name, "parenttype": DOCTYPE, "parentfield": "item_attribute_values"})
	row.update({"attribute_value": text, "abbr": abbr, "idx": position, "docstatus": 0})
	row.set_user_and_timestamp()
	row.db_insert()


def _touch(name: str) -> None:
	"""Forms that are open see that it changed, and ERPNext reads the values anew."""
	frappe.db.set_value(DOCTYPE, name, "modified_by", frappe.session.user)
	frappe.clear_document_cache(DOCTYPE, name)
	forget()


def forget() -> None:
	"""ERPNext keeps the values, and the ranges of the first template that it met, in the process."""
	frappe.flags.attribute_values = frappe.flags.numeric_values = None


def abbreviation(text: str, taken: set[str]) -> str:
	"""A short form that no other value has; added to `taken`."""
	base = _NO_WORD.sub("", text)[:_ABBREVIATION].upper() or "V"
	short, count = base, 1
	while short.casefold() in taken:
		count += 1
		short = f"{base}{count}"
	taken.add(short.casefold())
	return short


def _check_range(attribute: Any, option: Option, title: str) -> None:
	"""Each value must be a number of the attribute's range and steps."""
	from erpnext.controllers.item_variant import validate_is_incremental

	for text in _texts(option):
		try:
			float(text)
			validate_is_incremental(attribute, attribute.name, text, title)
		except (ValueError, frappe.ValidationError) as error:
			raise Fixable(
				"attribute_numeric",
				cause=f"attribute:{attribute.name}",
				attribute=attribute.name,
				value=text,
				title=title,
			) from error


def rows(attributes: Sequence[Attribute]) -> list[dict[str, Any]]:
	"""Rows of an Item's attribute table, in the spelling of the Item Attributes; numeric ranges included."""
	found = [_row(attribute) for attribute in attributes]
	return [row for row in found if row]


def _row(attribute: Attribute) -> dict[str, Any]:
	known = find(attribute.name)
	if known is None:
		return {"attribute": attribute_name(attribute.name), "attribute_value": fit(attribute.value)}
	row: dict[str, Any] = {"attribute": known.name}
	if known.numeric_values:
		row |= {"numeric_values": 1, "from_range": known.from_range, "to_range": known.to_range}
		row |= {"increment": known.increment}
	if attribute.value:
		row["attribute_value"] = (
			fit(attribute.value) if known.numeric_values else _spelled(known.name, attribute.value)
		)
	return row


def _spelled(name: str, value: str) -> str:
	"""The value as the Item Attribute spells it: ERPNext compares with case."""
	wanted = fit(value)
	found = frappe.db.sql(
		"SELECT attribute_value FROM `tabItem Attribute Value` WHERE parent = %s AND attribute_value = %s",
		(name, wanted),
	)
	return next((text for (text,) in found if text.casefold() == wanted.casefold()), wanted)
