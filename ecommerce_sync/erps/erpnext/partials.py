"""Restates the charges of a delivery, an invoice or a return to the part of the order that it covers.

ERPNext copies a charge of a fixed amount in full to every document that is made of an order, so that
two invoices bill its tax twice. Rows that carry the store's shares are restated before ERPNext computes;
a row whose amount a person changed keeps it, and the next documents make up for it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import cint, flt

from ...core.base import ZERO
from ...core.money import digits_of, minor_digits, total
from ...core.partials import Coverage, shares_here
from .fields import decimal, number
from .partial_sources import Charge, Reference, Shares, Source, carried, matched, read, reference, told_shares

_TAXES = "Sales Taxes and Charges"


def restate(doc: Any) -> None:
	"""Bring rows, charges and rounding of an unsaved Delivery Note or Sales Invoice to what it covers.

	`flags.store_shares_exact` says that whoever made the document has computed its charges.
	"""
	named = reference(doc) if _may_concern(doc) else None
	sources = read(doc, named) if named else []
	if not named or not sources:
		return
	doc.disable_rounded_total = 1
	_name_order(doc, sources)
	covered = _cover(doc, named, sources)
	if not doc.flags.store_shares_exact and not doc.get("is_debit_note"):
		_restate_charges(doc, named, sources, covered)


def _may_concern(doc: Any) -> bool:
	"""Known without asking the database, save for new documents that some other program has made."""
	if doc.get("ecommerce_store") or any(tax.get("store_charge_kind") for tax in doc.get("taxes") or ()):
		return True
	return doc.is_new() or any(row.get("store_line_id") for row in doc.get("items") or ())


def _name_order(doc: Any, sources: Sequence[Source]) -> None:
	"""Store and order, where mapping has not brought them along."""
	if not doc.get("ecommerce_store") and len(sources) == 1:
		values = sources[0].values
		for name in ("ecommerce_store", "store_order_id", "store_order_number"):
			doc.set(name, values[name])


def _cover(doc: Any, named: Reference, sources: Sequence[Source]) -> list[Shares]:
	"""The pieces here of each source's lines; rows without a line get theirs."""
	found: list[Shares] = [defaultdict(Decimal) for _ in sources]
	for row in doc.get("items") or ():
		for here, source in zip(found, sources, strict=True):
			if known := source.rows.get(row.get(named.column)):
				here[known.line] += abs(decimal(row.qty))
				if not row.get("store_line_id") and not known.line.startswith("row:"):
					row.store_line_id = known.line
	return found


def _restate_charges(
	doc: Any, named: Reference, sources: Sequence[Source], covered: Sequence[Shares]
) -> None:
	rows = [tax for tax in doc.get("taxes") or () if tax.charge_type == "Actual" and tax.store_charge_kind]
	mixed = doc.is_new() and _mixed(doc, sources)
	digits = _digits(doc, sources)
	for source, here in zip(sources, covered, strict=True):
		if not here:
			continue
		places = matched([Charge(tax, carried(tax)) for tax in rows], source.charges)
		mine = [(tax, place) for tax, place in zip(rows, places, strict=True) if place is not None]
		if mixed or (len(sources) > 1 and not mine):
			mine += _added(doc, source, {place for _, place in mine})
		for tax, place in mine:
			parts = _parts(source, place, here, digits)
			_write(doc, tax, source, place, parts, keep=not mixed and _changed(doc, tax))
		rows = [tax for tax in rows if all(tax is not written for written, _ in mine)]


def _mixed(doc: Any, sources: Sequence[Source]) -> bool:
	"""Made of several documents, which ERPNext leaves with the charges of the last or with all of them added up."""
	notes = {row.get("delivery_note") for row in doc.items if row.get("delivery_note")}
	return len(sources) > 1 or len(notes) > 1


def _added(doc: Any, source: Source, there: set[int]) -> Iterator[tuple[Any, int]]:
	"""Rows that ERPNext has lost: replaced by another order's, or added up into another row."""
	for place, charge in enumerate(source.charges):
		if place in there:
			continue
		values = {name: charge.values[name] for name in ("account_head", "description", "cost_center")}
		row = {"charge_type": "Actual", "store_charge_kind": charge.values.store_charge_kind, "tax_amount": 0}
		yield doc.append("taxes", {**values, **row}), place


def _changed(doc: Any, tax: Any) -> bool:
	"""A person has given the row another amount than its shares come to."""
	shares = told_shares(tax.store_shares)
	if not shares:
		return not doc.is_new()
	return abs(total(shares.values())) != abs(decimal(tax.tax_amount))


def _parts(source: Source, place: int, here: Shares, digits: int) -> Shares:
	"""What the document carries of the source's charge, all parts named."""
	lines: dict[str, Coverage] = {}
	for row in source.rows.values():
		known = lines.get(row.line)
		lines[row.line] = Coverage(
			quantity=row.quantity + (known.quantity if known else ZERO),
			value=row.value + (known.value if known else ZERO),
			before=source.before.get(row.line, ZERO),
			returned=source.returned.get(row.line, ZERO),
			here=here.get(row.line, ZERO),
		)
	charge = source.charges[place]
	found = shares_here(charge.parts, source.taken[place], lines, digits, source.given_back[place])
	return {part: found.get(part, ZERO) for part in charge.parts}


def _write(doc: Any, tax: Any, source: Source, place: int, parts: Shares, keep: bool) -> None:
	"""Parts of nothing stay named: by its parts a row is known again."""
	sign = -1 if doc.get("is_return") else 1
	tax.store_shares = json.dumps(
		{part: str(sign * amount) for part, amount in parts.items()}, ensure_ascii=False
	)
	if not keep:
		tax.tax_amount = number(sign * total(parts.values()))
	if tax.store_charge_kind == "tax" and tax.meta.has_field("item_wise_tax_detail"):
		shown = carried(tax) if keep else {part: sign * amount for part, amount in parts.items()}
		_write_detail(doc, tax, source, source.charges[place], shown)


def _write_detail(doc: Any, tax: Any, source: Source, charge: Charge, parts: Shares) -> None:
	"""Which Item the tax was charged on, in the company's currency. ERPNext 16 computes it in a table of its own."""
	items = {row.line: row.item_code for row in source.rows.values()}
	rate, exchange = _rate(charge), flt(doc.get("conversion_rate")) or 1.0
	found: dict[str, list[float]] = {}
	for part, amount in parts.items():
		if amount and (item := items.get(part)):
			detail = found.setdefault(item, [rate, 0.0])
			detail[1] = flt(detail[1] + float(amount) * exchange, 9)
	tax.item_wise_tax_detail, tax.dont_recompute_tax = json.dumps(found), 1


def _rate(charge: Charge) -> float:
	"""In percent; the row of a fixed amount has it in its detail only."""
	try:
		detail = json.loads(charge.values.item_wise_tax_detail or "{}")
		return next((flt(value[0]) for value in detail.values()), 0.0)
	except (ValueError, TypeError, IndexError, AttributeError):
		return 0.0


def _digits(doc: Any, sources: Sequence[Source]) -> int:
	"""The currency's decimals, more where the store counts in more; never more than the site's."""
	amounts = [part for source in sources for charge in source.charges for part in charge.parts.values()]
	used = max((digits_of(amount) for amount in amounts), default=0)
	site = cint(frappe.get_precision(_TAXES, "tax_amount")) or 2
	return min(site, max(used, minor_digits(doc.get("currency") or "")))
