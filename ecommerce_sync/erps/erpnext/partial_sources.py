"""What a delivery, an invoice or a return is a part of: its Sales Orders, or the document that it returns.

Of each source: rows and charges, and what other live documents of the same kind carry of them already.
Four queries, whatever the document has; two locks and current rows where it is submitted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import frappe

from ...core.money import digits_of, spread, total
from .fields import decimal

Shares = dict[str, Decimal]
WHOLE = "rest"  # the part of a charge that is told no shares of


class Charge(NamedTuple):
	"""One Sales Taxes and Charges row of a fixed amount, and to which part of the order what of it belongs."""

	values: Any
	parts: Shares


class Row(NamedTuple):
	"""One row of the source; quantity and value are positive, also those of a return."""

	line: str
	item_code: str
	quantity: Decimal
	value: Decimal


@dataclass
class Source:
	"""A document that others are parts of. `taken` and `given_back` go with `charges`, one by one."""

	values: Any
	rows: dict[str, Row] = field(default_factory=dict)
	charges: list[Charge] = field(default_factory=list)
	before: Shares = field(default_factory=lambda: defaultdict(Decimal))
	returned: Shares = field(default_factory=lambda: defaultdict(Decimal))
	taken: list[Shares] = field(default_factory=list)
	given_back: list[Shares] = field(default_factory=list)


class Reference(NamedTuple):
	"""How rows of a document name their source."""

	doctype: str
	names: tuple[str, ...]
	column: str  # of the document's rows: the source's row


def reference(doc: Any) -> Reference | None:
	"""The document that a return is made against, else the Sales Orders."""
	rows = doc.get("items") or ()
	if not doc.get("is_return"):
		column = "against_sales_order" if doc.doctype == "Delivery Note" else "sales_order"
		return _reference("Sales Order", "so_detail", (row.get(column) for row in rows))
	if doc.get("return_against"):
		column = "dn_detail" if doc.doctype == "Delivery Note" else "sales_invoice_item"
		return _reference(doc.doctype, column, [doc.return_against])
	if doc.doctype == "Sales Invoice":
		return _reference("Delivery Note", "dn_detail", (row.get("delivery_note") for row in rows))
	return None


def _reference(doctype: str, column: str, names: Iterable[str | None]) -> Reference | None:
	found = tuple(sorted({name for name in names if name}))
	return Reference(doctype, found, column) if found else None


def read(doc: Any, named: Reference) -> list[Source]:
	"""The sources that belong to a store. Before it is submitted, others who submit parts are waited for."""
	current = " LOCK IN SHARE MODE" if doc.get("_action") == "submit" else ""
	if current:
		query = f"SELECT name FROM `tab{named.doctype}` WHERE name IN %(names)s ORDER BY name FOR UPDATE"
		frappe.db.sql(query, {"names": named.names})
	sources = _sources(named, current)
	if sources:
		_read_charges(named.doctype, sources, current)
		_read_others(doc.doctype, named, list(sources.values()), current)
	return list(sources.values())


def _sources(named: Reference, current: str) -> dict[str, Source]:
	is_return = "0" if named.doctype == "Sales Order" else "d.is_return"
	query = f"""SELECT d.name AS parent, d.ecommerce_store, d.store_order_id, d.store_order_number,
		{is_return} AS is_return, r.name, r.store_line_id, r.item_code, r.qty, r.net_amount
		FROM `tab{named.doctype}` d JOIN `tab{named.doctype} Item` r ON r.parent = d.name
		WHERE d.name IN %(names)s AND IFNULL(d.ecommerce_store, '') != '' ORDER BY d.name, r.idx{current}"""
	found: dict[str, Source] = {}
	for row in frappe.db.sql(query, {"names": named.names}, as_dict=True):
		source = found.setdefault(row.parent, Source(row))
		line = row.store_line_id or f"row:{row.name}"
		quantity, value = abs(decimal(row.qty)), abs(decimal(row.net_amount))
		source.rows[row.name] = Row(line, row.item_code, quantity, value)
	return found


_CHARGES = """SELECT parent, parenttype, store_charge_kind, store_shares, account_head, description, cost_center,
	tax_amount, {detail} FROM `tabSales Taxes and Charges` WHERE parenttype IN %(doctypes)s
	AND parent IN %(names)s AND charge_type = 'Actual' AND IFNULL(store_charge_kind, '') != ''
	ORDER BY parent, idx{current}"""


def _charges(documents: Iterable[tuple[str, str]], current: str) -> dict[tuple[str, str], list[Charge]]:
	"""By document; ERPNext 16 keeps no detail by Item on the row."""
	kept = frappe.get_meta("Sales Taxes and Charges").has_field("item_wise_tax_detail")
	query = _CHARGES.format(
		detail="item_wise_tax_detail" if kept else "NULL AS item_wise_tax_detail", current=current
	)
	doctypes, names = ({document[place] for document in documents} for place in (0, 1))
	found: dict[tuple[str, str], list[Charge]] = {}
	for row in frappe.db.sql(query, {"doctypes": sorted(doctypes), "names": sorted(names)}, as_dict=True):
		found.setdefault((row.parenttype, row.parent), []).append(Charge(row, carried(row)))
	return found


def _read_charges(doctype: str, sources: Mapping[str, Source], current: str) -> None:
	"""Those of a return the other way round, as its rows are."""
	for (_, name), charges in _charges([(doctype, name) for name in sources], current).items():
		source = sources[name]
		sign = -1 if source.values.is_return else 1
		source.charges = [Charge(values, _times(sign, parts)) for values, parts in charges]
	for source in sources.values():
		source.taken = [defaultdict(Decimal) for _ in source.charges]
		source.given_back = [defaultdict(Decimal) for _ in source.charges]


_OTHERS = """SELECT '{doctype}' AS doctype, r.parent, r.{column} AS source_row, r.qty, d.is_return
	FROM `tab{doctype} Item` r JOIN `tab{doctype}` d ON d.name = r.parent
	WHERE r.{column} IN %(rows)s AND d.docstatus = 1{more}{current}"""


def _read_others(doctype: str, named: Reference, sources: Sequence[Source], current: str) -> None:
	"""What ships an order's goods counts together, be it a Delivery Note or an invoice that updates stock."""
	whole = named.doctype == "Sales Order"
	reads = [(doctype, "" if whole else " AND d.is_return = 1")]
	if whole and doctype == "Delivery Note":
		reads.append(("Sales Invoice", " AND d.update_stock = 1"))
	rows = sorted({row for source in sources for row in source.rows})
	found: dict[tuple[str, str], list[Any]] = {}
	for each, more in reads:
		query = _OTHERS.format(doctype=each, column=named.column, more=more, current=current)
		for row in frappe.db.sql(query, {"rows": rows}, as_dict=True):
			found.setdefault((row.doctype, row.parent), []).append(row)
	charges = _charges(found, current) if found else {}
	for document, covered in found.items():
		for source in sources:
			_take(source, covered, charges.get(document, []), back=whole and bool(covered[0].is_return))


def _take(source: Source, covered: Iterable[Any], charges: Sequence[Charge], back: bool) -> None:
	"""What another document has of the source; `back`: it is a return of such a document."""
	mine = [row for row in covered if row.source_row in source.rows]
	if not mine:
		return
	for row in mine:
		line = source.rows[row.source_row].line
		(source.returned if back else source.before)[line] += abs(decimal(row.qty))
	sign = -1 if mine[0].is_return else 1
	for charge, place in zip(charges, matched(charges, source.charges), strict=True):
		if place is not None:
			sums = (source.given_back if back else source.taken)[place]
			for part, amount in charge.parts.items():
				sums[part] += sign * amount


def matched(charges: Sequence[Charge], of: Sequence[Charge]) -> list[int | None]:
	"""Which of the source's charges each charge is a part of; each is one charge's only.

	Of the same kind, for the same parts of the order; a title or account that somebody changed does not matter.
	"""
	free = set(range(len(of)))
	found: list[int | None] = []
	for charge in charges:
		likely = [(likeness, -place) for place in free if (likeness := _likeness(charge, of[place]))]
		place = -max(likely)[1] if likely else None
		free.discard(place)  # type: ignore[arg-type]
		found.append(place)
	return found


def _likeness(charge: Charge, other: Charge) -> tuple[bool, bool, int] | None:
	ours, theirs = charge.values, other.values
	common = len(set(charge.parts) & set(other.parts))
	if ours.store_charge_kind != theirs.store_charge_kind or not common:
		return None
	return ours.description == theirs.description, ours.account_head == theirs.account_head, common


def carried(row: Any) -> Shares:
	"""What a charge row carries of each part; an amount that a person has changed is spread over its parts."""
	shares, amount = told_shares(row.store_shares), decimal(row.tax_amount)
	if not shares:
		return {WHOLE: amount}
	if total(shares.values()) == amount:
		return shares
	digits = max(digits_of(one) for one in (amount, *shares.values()))
	amounts = spread(amount, [abs(share) for share in shares.values()], digits)
	return dict(zip(shares, amounts, strict=True))


def told_shares(text: str | None) -> Shares:
	"""The JSON of `store_shares`; nothing where it cannot be read."""
	try:
		found = json.loads(text) if text else {}
		return (
			{part: Decimal(str(amount)) for part, amount in found.items()} if isinstance(found, dict) else {}
		)
	except (ValueError, ArithmeticError):
		return {}


def _times(sign: int, shares: Shares) -> Shares:
	return {part: sign * amount for part, amount in shares.items()}
