"""Orders with refunds for the tests of core.lifecycle, and the embedded ERP as the books that plans are applied to.

What a generated refund pays back is worked out here as stores do it: a line's amount and taxes in proportion,
the last pieces take what is left.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ecommerce_sync.core.commands import CreateItems, EnsureCustomer
from ecommerce_sync.core.digests import digest
from ecommerce_sync.core.erp import ErpOrder, Invoice
from ecommerce_sync.core.life import Fulfilment, LineQuantity, Refund, RefundLine, RefundPart
from ecommerce_sync.core.models import Discount, Line, Order, Payment, Shipping, TaxLine
from ecommerce_sync.core.money import total
from ecommerce_sync.core.orders import plan_order
from ecommerce_sync.core.plan import Command
from ecommerce_sync.core.settings import StoreSettings
from ecommerce_sync.erps.base import Applied, LinkKey
from ecommerce_sync.erps.embedded import Database, EmbeddedErp

from .worlds import CREATED, CURRENCIES, SCHEMES, line, order, round_to, settings, tax

D = Decimal
ITEMS = ("MUG", "TEE", "CAP")


@dataclass
class Sold:
	"""One store and its orders' documents. `applied` are all commands so far."""

	erp: EmbeddedErp
	settings: StoreSettings
	applied: list[Command] = field(default_factory=list)

	def tell(self, told: Order) -> ErpOrder:
		"""The pass without its store: look, plan, apply, until nothing is left. Raises what the plan raises."""
		key = LinkKey(store=self.settings.store, kind="Order", external_id=told.id)
		self.erp.ensure_links([key])
		for _ in range(60):
			with self.erp.transaction([key]):
				seen = self.erp.observe(told, self.settings)
				plan = plan_order(told, seen, self.settings)
				for command in plan.commands:
					self.erp.apply(command, told, self.settings)
					self.applied.append(command)
					if isinstance(command, EnsureCustomer | CreateItems):
						break
				else:
					now = seen.document.total if seen.document else None
					if not plan.commands:
						version = Applied(version=told.updated_at, digest=digest(told, now))
						self.erp.record(told, self.settings, version)
						return seen
		raise AssertionError(f"the plan did not become empty: {self.applied[-3:]}")


@contextmanager
def sold(**changes: Any) -> Iterator[Sold]:
	"""Deliveries, returns and payments are booked."""
	policy = {
		"deliveries_in": "submit",
		"returns_in": "submit",
		"record_payments": True,
		"warehouse": "Stores",
	}
	given = {"invoice": "on_payment", "payment_account": "Bank", "site_digits": 3, **policy, **changes}
	with tempfile.TemporaryDirectory() as folder:
		database = Database(Path(folder) / "erp.sqlite")
		erp = EmbeddedErp(database)
		with database.transaction():
			for item in (*ITEMS, "CUSTOM", "GIFT CARD"):
				erp.add_item(item)
		yield Sold(erp, settings(**given))


def placed(lines: tuple[Line, ...], **changes: Any) -> Order:
	"""An order of these lines, paid in full, that comes to what they and its shipping cost."""
	made = order(lines=lines, **changes)
	parts: tuple[Line | Shipping, ...] = (*made.lines, *made.shipping)
	whole = total(part.total for part in parts)
	if not made.taxes_included:
		whole += total(each.amount for part in parts for each in part.taxes)
	sale = _payment("sale", "sale", whole, made.currency)
	payments = (sale,) if made.payment_status == "paid" else ()
	return made.model_copy(update={"total": whole, "payments": payments})


def _payment(number: str, kind: str, amount: Decimal, currency: str) -> Payment:
	common: dict[str, Any] = {"gateway": "card", "status": "success", "processed_at": CREATED}
	return Payment(id=number, kind=kind, amount=amount, currency=currency, **common)


def shipped(told: Order, pieces: dict[str, Decimal] | None = None) -> Order:
	"""The store has shipped these pieces, else all."""
	sent = pieces or {each.id: each.quantity for each in told.lines}
	lines = tuple(LineQuantity(line_id=key, quantity=n) for key, n in sent.items() if n)
	number = f"f{len(told.fulfilments)}"
	made = Fulfilment(id=number, status="success", lines=lines, created_at=CREATED)
	return told.model_copy(update={"fulfilments": (*told.fulfilments, made)})


def refunded(told: Order, *refunds: Refund, pay: bool = True) -> Order:
	"""Some minutes later, with refunds whose money went out in one transaction each."""
	moved, known = list(told.payments or ()), list(told.refunds)
	for each in refunds:
		amount = each.credited(told.taxes_included)
		if pay and amount > 0:
			moved.append(_payment(f"p{each.id}", "refund", amount, told.currency))
			each = each.model_copy(update={"payment_ids": (f"p{each.id}",)})
		known.append(each)
	later = told.updated_at + timedelta(minutes=5)
	values = {"refunds": tuple(known), "payments": tuple(moved), "payment_status": "partially_refunded"}
	return told.model_copy(update={**values, "updated_at": later})


def refund(number: str, *lines: RefundLine, **more: Any) -> Refund:
	return Refund(id=number, created_at=CREATED + timedelta(hours=int(number)), lines=lines, **more)


def of_line(one: Line, pieces: int | str, restock: str = "return", **more: Any) -> RefundLine:
	"""Pieces at the line's own price and taxes, which must be whole minor units."""
	part = D(pieces) / one.quantity
	taxes = tuple(each.model_copy(update={"amount": each.amount * part}) for each in one.taxes)
	values = {"line_id": one.id, "quantity": D(pieces), "amount": one.total * part, "taxes": taxes}
	return RefundLine(**{**values, "restock": restock, **more})


def of_shipping(one: Shipping) -> RefundPart:
	return RefundPart(part_id=f"shipping:{one.id}", amount=one.total, taxes=one.taxes)


def notes_of(seen: ErpOrder, refund_id: str | None = None) -> list[Invoice]:
	"""Submitted credit notes, of one refund or all."""
	notes = [each for each in seen.invoices if each.is_return and each.docstatus == 1]
	return [each for each in notes if refund_id in (None, each.refund_id)]


def credited(seen: ErpOrder, refund_id: str | None = None) -> Decimal:
	return -total(each.total for each in notes_of(seen, refund_id))


@dataclass(frozen=True)
class Lived:
	"""An order before and after its refunds."""

	before: Order
	refunds: tuple[Refund, ...]

	@property
	def credited(self) -> Decimal:
		return total(each.credited(self.before.taxes_included) for each in self.refunds)


@st.composite
def lived(draw: Any, restocks: tuple[str, ...]) -> Lived:
	"""Orders of up to three lines with up to four refunds of pieces, shipping and small amounts beside them."""
	currency = draw(st.sampled_from(sorted(CURRENCIES)))
	digits, included = CURRENCIES[currency], draw(st.booleans())

	def taxes(amount: Decimal) -> tuple[TaxLine, ...]:
		scheme = draw(st.sampled_from(SCHEMES))
		over = sum((D(rate) for _, rate in scheme), D(1)) if included else D(1)
		return tuple(tax(round_to(amount * D(rate) / over, digits), rate, title) for title, rate in scheme)

	def a_line(number: int) -> Line:
		quantity = D(draw(st.integers(1, 6)))
		subtotal = D(draw(st.integers(1, 9000))).scaleb(-digits) * quantity
		off = round_to(subtotal * draw(st.sampled_from([D(0), D(0), D("0.1"), D("0.333")])), digits)
		discounts = (Discount(amount=off),) if off else ()
		values = {"sku": ITEMS[number], "discounts": discounts, "taxes": taxes(subtotal - off)}
		return line(subtotal, quantity, id=str(number + 1), variant_id=ITEMS[number], **values)

	lines = tuple(a_line(n) for n in range(draw(st.integers(1, 3))))
	price = D(draw(st.integers(0, 2000))).scaleb(-digits)
	post = (Shipping(id="1", title="Post", price=price, taxes=taxes(price)),) if price else ()
	before = placed(lines, currency=currency, taxes_included=included, shipping=post)
	return Lived(before, tuple(_refunds(draw, before, digits, restocks)))


def _refunds(draw: Any, before: Order, digits: int, restocks: tuple[str, ...]) -> Iterator[Refund]:
	left = {each.id: each for each in before.lines}
	freight = list(before.shipping)
	for number in range(1, draw(st.integers(1, 4)) + 1):
		lines, parts = [], []
		for key, one in left.items():
			if n := draw(st.integers(0, int(one.quantity))):
				part = _share(one, D(n), digits, draw(st.sampled_from(restocks)))
				lines.append(part)
				left[key] = _without(one, part)
		if freight and draw(st.integers(0, 3)) == 0:
			parts.append(of_shipping(freight.pop()))
		made = refund(str(number), *lines, parts=tuple(parts))
		worth = made.credited(before.taxes_included)
		least = -int(total(each.amount for each in lines).scaleb(digits) // 2)
		beside = D(draw(st.integers(min(0, least), 0))).scaleb(-digits) if draw(st.booleans()) else D(0)
		if worth + beside > 0:
			yield made.model_copy(update={"adjustment": beside})


def _share(one: Line, pieces: Decimal, digits: int, restock: str) -> RefundLine:
	part = pieces / one.quantity
	taxes = tuple(t.model_copy(update={"amount": round_to(t.amount * part, digits)}) for t in one.taxes)
	amount = round_to(one.total * part, digits)
	values = {"line_id": one.id, "quantity": pieces, "amount": amount, "restock": restock}
	return RefundLine(**values, taxes=tuple(each for each in taxes if each.amount))


def _without(one: Line, part: RefundLine) -> Line:
	amounts = {each.title: each.amount for each in part.taxes}
	taxes = tuple(t.model_copy(update={"amount": t.amount - amounts.get(t.title, D(0))}) for t in one.taxes)
	values = {"quantity": one.quantity - part.quantity, "subtotal": one.total - part.amount}
	return one.model_copy(update={**values, "discounts": (), "taxes": taxes})
