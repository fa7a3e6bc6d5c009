"""Orders of three lines in parts on real ERPNext: all deliveries, invoices and returns come to the order.

	cd BENCH/sites && SITE=name ../env/bin/python …/checks/splits.py

Two taxes and shipping, prices with and without tax, other currencies, a bundle. Every ordered way to part
the pieces is delivered, billed and returned by the Desk's own buttons and by the app's commands; then
documents are cancelled and returned at random. Per tax account, in the sum of totals and in the General
Ledger the documents must equal the order, to the last minor unit. Nothing stays on the site.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import click
import frappe
from bench_site import connected, prepare, site_name
from printed import say, stop_politely, table, verdict

from ecommerce_sync.core.commands import CreateSalesOrder
from ecommerce_sync.core.drafts import draft_of
from ecommerce_sync.core.followups import CreateDelivery, CreateInvoice, CreateReturn
from ecommerce_sync.core.life import LineQuantity
from ecommerce_sync.core.models import Order
from ecommerce_sync.erps.base import LinkKey
from ecommerce_sync.erps.contract_support import Contract, Undo, raises, sample_order, unique
from ecommerce_sync.erps.erpnext import ErpNext, testing
from ecommerce_sync.erps.erpnext.fields import decimal
from ecommerce_sync.erps.erpnext.testing_splits import (
	PIECES,
	Desk,
	Pieces,
	comes_to,
	every_split,
	ledger,
	prepare_books,
	three_lines,
)

KINDS: dict[str, dict[str, Any]] = {
	"exclusive": three_lines(),
	"inclusive": three_lines(inclusive=True),
	"EUR": {**three_lines(), "currency": "EUR"},
	"JPY": {**three_lines(digits=0), "currency": "JPY"},
	"bundle": three_lines(bundle=True),
}


class Sold(NamedTuple):
	"""An order and its submitted Sales Order."""

	order: Order
	document: Any


class Shop(Contract):
	"""Brings orders about whose documents are all undone."""

	def __init__(self) -> None:
		self.erp = ErpNext()
		self.settings = prepare_books(prepare_books(testing.prepare()), "JPY")
		frappe.db.commit()

	@contextmanager
	def sold(self, **changes: Any) -> Iterator[Sold]:
		"""Inside the order's transaction, at the Desk as Administrator."""
		buyer = unique()
		self.bring_about(sample_order(unique(), buyer))
		order = sample_order(unique(), buyer, **changes)
		key = LinkKey(store=self.settings.store, kind="Order", external_id=order.id)
		self.erp.ensure_links([key])
		with raises(Undo), self.erp.transaction([key]):
			draft = draft_of(order, self.erp.observe(order, self.settings), self.settings)
			document = self.erp.apply(CreateSalesOrder(draft=draft), order, self.settings)
			frappe.set_user("Administrator")
			yield Sold(order, frappe.get_doc(*(document or ("", ""))))
			raise Undo


class App(Desk):
	"""The same by the app's own commands."""

	def __init__(self, shop: Shop, order: Order) -> None:
		self.shop, self.order = shop, order

	def _apply(self, command: Any) -> Any:
		document = self.shop.erp.apply(command, self.order, self.shop.settings)
		return frappe.get_doc(*(document or ("", "")))

	def deliver(self, order: str, pieces: Pieces) -> Any:
		lines = tuple(LineQuantity(line_id=line, quantity=Decimal(many)) for line, many in pieces.items())
		return self._apply(
			CreateDelivery(document=order, fulfilment_id=unique(), lines=lines, posted_on=date.today())
		)

	def bill_delivery(self, note: str, pieces: Pieces | None = None) -> Any:
		rows = frappe.get_all("Delivery Note Item", {"parent": note}, pluck="against_sales_order")
		return self._apply(CreateInvoice(document=rows[0], posted_on=date.today(), delivery=note))

	def give_back(self, doc: Any, pieces: Pieces | None = None) -> Any:
		if doc.doctype != "Delivery Note":
			return super().give_back(doc, pieces)
		rows = {row.name: decimal(row.qty) for row in doc.items}
		return self._apply(CreateReturn(delivery=doc.name, rows=rows, posted_on=date.today()))


class Findings:
	"""What was compared and what differed."""

	def __init__(self, document: Any, title: str) -> None:
		self.document, self.title = document, title
		self.whole, self.compared = comes_to([document]), 0
		self.wrong: list[str] = []

	def same(self, docs: Sequence[Any], what: str) -> None:
		"""Documents that together are the order."""
		self._compare(comes_to(docs), self.whole, what)

	def nothing(self, docs: Sequence[Any], what: str) -> None:
		"""Documents that were returned in full."""
		self._compare(comes_to(docs), {}, what)

	def ledger(self, invoices: Sequence[Any], what: str) -> None:
		"""The ledger has what the invoices say, in the company's currency."""
		base: dict[str, Decimal] = {}
		for invoice in invoices:
			for tax in frappe.get_doc(invoice.doctype, invoice.name).taxes:
				amount = decimal(tax.base_tax_amount_after_discount_amount)
				base[tax.account_head] = base.get(tax.account_head, Decimal(0)) + amount
		accounts = {tax.account_head for tax in self.document.taxes}
		self._compare(ledger(invoices, accounts), {name: n for name, n in base.items() if n}, what)

	def _compare(self, ours: dict[str, Decimal], theirs: dict[str, Decimal], what: str) -> None:
		self.compared += 1
		if ours != theirs:
			self.wrong.append(f"{self.title}, {what}: {ours} instead of {theirs}")


def split(hand: Desk, found: Findings, pieces: Sequence[Pieces]) -> None:
	"""One split: delivered, billed, returned; then billed from the order alone."""
	name = found.document.name
	frappe.db.savepoint("split")
	notes = [hand.deliver(name, each) for each in pieces]
	found.same(notes, f"delivered {pieces}")
	invoices = [hand.bill_delivery(note.name) for note in notes]
	found.same(invoices, f"billed {pieces}")
	found.ledger(invoices, f"ledger of {pieces}")
	credits = [hand.give_back(invoice) for invoice in reversed(invoices)]
	found.nothing([*invoices, *credits], f"credited {pieces}")
	found.nothing([*notes, *(hand.give_back(note) for note in notes)], f"returned {pieces}")
	frappe.db.rollback(save_point="split")
	if type(hand) is Desk:
		found.same([hand.bill(name, each) for each in pieces], f"billed from the order {pieces}")
		frappe.db.rollback(save_point="split")


def history(hand: Desk, found: Findings, seed: int) -> None:
	"""Documents made, cancelled and returned at random; when all is whole again they are the order."""
	chance, name = random.Random(seed), found.document.name
	make = chance.choice((hand.deliver, hand.bill))
	frappe.db.savepoint("history")
	live: list[tuple[Any, dict[str, int]]] = []
	for _ in range(6):
		left = _left(live)
		if any(left.values()) and (chance.random() < 0.6 or not live):
			pieces = _some(chance, left)
			live.append((make(name, pieces), pieces))
		elif chance.random() < 0.5:
			hand.cancel(live.pop(chance.randrange(len(live)))[0])
		else:
			_there_and_back(hand, found, *chance.choice(live), chance)
	if any((left := _left(live)).values()):
		rest = {line: many for line, many in left.items() if many}
		live.append((make(name, rest), rest))
	found.same([doc for doc, _ in live], f"history {seed}")
	frappe.db.rollback(save_point="history")


def _there_and_back(
	hand: Desk, found: Findings, doc: Any, pieces: dict[str, int], chance: random.Random
) -> None:
	"""A part and then the rest of the document returned, and both called off."""
	part = _some(chance, pieces)
	back = [hand.give_back(doc, part)]
	if rest := {line: many - part.get(line, 0) for line, many in pieces.items() if many > part.get(line, 0)}:
		back.append(hand.give_back(doc, rest))
	found.nothing([doc, *back], f"returned {pieces} in parts")
	for each in reversed(back):
		hand.cancel(each)


def _left(live: Sequence[tuple[Any, dict[str, int]]]) -> dict[str, int]:
	return {line: many - sum(pieces.get(line, 0) for _, pieces in live) for line, many in PIECES.items()}


def _some(chance: random.Random, most: dict[str, int]) -> dict[str, int]:
	"""At least one piece of what there is."""
	first = chance.choice([line for line, many in most.items() if many])
	counts = {line: chance.randint(int(line == first), many) for line, many in most.items() if many}
	return {line: many for line, many in counts.items() if many}


@click.command()
@click.option("--every", default=1, show_default=True, help="Of all splits, take each so-manieth.")
@click.option("--histories", default=20, show_default=True, help="Random ones for each kind of order.")
@click.option("--seed", default=1, show_default=True)
@click.option("--kinds", default=",".join(KINDS), show_default=True)
def main(every: int, histories: int, seed: int, kinds: str) -> None:
	"""All deliveries, invoices and returns of an order in parts come to the order."""
	stop_politely()
	with connected(site_name()):
		prepare(["USD", "EUR", "JPY"])
		shop, rows, wrong = Shop(), [], []
		for kind in kinds.split(","):
			for found, hand, splits in _check(shop, kind, every, range(seed, seed + histories)):
				rows.append((kind, hand, splits, found.compared, len(found.wrong)))
				wrong += found.wrong
				say(f"{kind} by the {hand}: {splits} splits and histories, {len(found.wrong)} wrong")
	table("Documents against their order", ("order", "by", "splits", "comparisons", "wrong"), rows)
	sys.exit(verdict(wrong, f"{sum(row[3] for row in rows)} comparisons, all to the last minor unit"))


def _check(shop: Shop, kind: str, every: int, seeds: Sequence[int]) -> Iterator[tuple[Findings, str, int]]:
	for by in ("Desk", "app"):
		with shop.sold(**KINDS[kind]) as sold:
			hand = Desk() if by == "Desk" else App(shop, sold.order)
			found = Findings(sold.document, f"{kind} by the {by}")
			splits = list(every_split())[::every]
			for pieces in splits:
				split(hand, found, pieces)
			for seed in seeds if by == "Desk" else ():
				history(hand, found, seed)
		yield found, by, len(splits) + (len(seeds) if by == "Desk" else 0)


if __name__ == "__main__":
	main()
