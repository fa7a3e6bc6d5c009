"""Orders for the tests of core: small builders, and hypothesis strategies for orders that balance.

A generated order's total is summed up here, from the parts as they were made, and not by the code under test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from ecommerce_sync.core.commands import ChargeRow
from ecommerce_sync.core.erp import ErpOrder, ItemRef
from ecommerce_sync.core.models import Charge, Discount, Line, Order, Shipping, TaxLine
from ecommerce_sync.core.rows import Rows
from ecommerce_sync.core.settings import StoreSettings

CREATED = datetime(2026, 10, 1, 12, 0, tzinfo=timezone.utc)
D = Decimal


def round_to(amount: Decimal, digits: int) -> Decimal:
	return amount.quantize(D(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def settings(**changes: Any) -> StoreSettings:
	"""A store with every account set."""
	given = {
		"store": "Shop",
		"company": "Test Company",
		"company_currency": "USD",
		"custom_item": "CUSTOM",
		"gift_card_item": "GIFT CARD",
		"tax_account": "VAT",
		"shipping_account": "Freight",
		"fee_account": "Fees",
		"tip_account": "Tips",
		"gift_card_account": "Gift Cards",
		"duty_account": "Duties",
		"rounding_account": "Rounding",
	}
	return StoreSettings(**{**given, **changes})


def line(total: str | Decimal = "10", quantity: str | Decimal = "1", **more: Any) -> Line:
	"""A product line; `total` is its subtotal."""
	given = {"id": "1", "title": "Mug", "sku": "MUG", "variant_id": "11", "product_id": "1"}
	return Line(subtotal=D(total), quantity=D(quantity), **{**given, **more})


def tax(amount: str | Decimal, rate: str | None = "0.2", title: str = "VAT") -> TaxLine:
	return TaxLine(title=title, amount=D(amount), rate=None if rate is None else D(rate))


def order(**changes: Any) -> Order:
	"""One mug for 10.00, paid."""
	given: dict[str, Any] = {
		"platform": "shopify",
		"id": "450",
		"name": "#1001",
		"status": "paid",
		"payment_status": "paid",
		"currency": "USD",
		"total": "10.00",
		"created_at": CREATED,
		"updated_at": CREATED,
		"lines": (line(),),
	}
	return Order(**{**given, **changes})


def erp_for(one: Order, **changes: Any) -> ErpOrder:
	"""An ERP that knows an Item for every line and has no document yet."""
	items = {part.id: ItemRef(item_code=part.sku or "ITEM") for part in one.lines}
	return ErpOrder(**{"items": items, **changes})


def rows_of(one: Order, **changes: Any) -> Rows:
	return Rows(one, erp_for(one), settings(**changes))


def erpnext_total(rows: Rows, site_digits: int) -> Decimal:
	"""What a Sales Order with Actual charges comes to: rounded amounts of its rows, and the charges."""
	amounts = [round_to(round_to(row.rate, site_digits) * row.quantity, site_digits) for row in rows.rows]
	return sum(amounts, D(0)) + sum((charge.amount for charge in rows.charges), D(0))


def corrections(rows: Rows) -> list[ChargeRow]:
	"""The rounding rows that the store did not ask for."""
	return [c for c in rows.charges if c.kind == "rounding" and c.shares[0].line_id == "rounding"]


def by_title(rows: Rows) -> dict[str, Decimal]:
	found: dict[str, Decimal] = {}
	for charge in rows.charges:
		if charge.kind == "tax":
			found[charge.description] = found.get(charge.description, D(0)) + charge.amount
	return {title: amount for title, amount in found.items() if amount}


@dataclass(frozen=True)
class Balanced:
	"""An order that balances, with the site's currency precision and what each tax title comes to."""

	order: Order
	digits: int
	site_digits: int
	taxes: dict[str, Decimal]

	@property
	def unit(self) -> Decimal:
		return D(1).scaleb(-self.digits)

	@property
	def parts(self) -> int:
		return len(self.order.lines) + len(self.order.shipping) + len(self.order.charges)

	def off_by(self, units: int) -> Order:
		return self.order.model_copy(update={"total": self.order.total + units * self.unit})


CURRENCIES = {"JPY": 0, "USD": 2, "EUR": 2, "KWD": 3}
SCHEMES: tuple[tuple[tuple[str, str], ...], ...] = (
	(),
	(("VAT", "0.2"),),
	(("GST", "0.05"), ("QST", "0.09975")),
	(("VAT", "0.07"),),
	(("Low", "0.001"),),
)
_quantities = st.one_of(
	st.integers(1, 4).map(D),
	st.integers(5, 1000).map(D),
	st.integers(1, 4_000).map(lambda n: D(n).scaleb(-3)),
	st.just(D(0)),
)
_off = st.sampled_from([D(0), D(0), D(0), D("0.1"), D("0.333"), D("0.5"), D(1)])


@dataclass
class _Till:
	"""Sums an order up while it is made."""

	draw: Any
	digits: int
	included: bool
	fine: bool  # taxes on the parts with more decimals than the currency
	shown: list[tuple[TaxLine, ...]]

	def money(self, most: int = 300_00) -> Decimal:
		return D(self.draw(st.integers(0, most))).scaleb(-self.digits)

	def taxes(self, amount: Decimal) -> tuple[TaxLine, ...]:
		scheme = self.draw(st.sampled_from(SCHEMES))
		over = sum((D(rate) for _, rate in scheme), D(1)) if self.included else D(1)
		digits = self.digits + (4 if self.fine else 0)
		found = tuple(tax(round_to(amount * D(r) / over, digits), r, title) for title, r in scheme)
		self.shown.append(found)
		return found

	def discounts(self, amount: Decimal) -> tuple[Discount, ...]:
		off = round_to(amount * self.draw(_off), self.digits)
		if off <= 0:
			return ()
		first = round_to(off / 2, self.digits)
		parts = [part for part in (first, off - first) if part]
		return tuple(Discount(amount=part, code="SAVE") for part in parts)

	def line(self, number: int) -> Line:
		quantity = self.draw(_quantities)
		kind = self.draw(st.sampled_from(["product"] * 5 + ["custom", "gift_card", "tip"]))
		subtotal = round_to(self.money() * max(quantity, D("0.5")), self.digits)
		if kind == "custom" and self.draw(st.integers(0, 3)) == 0:
			subtotal = -subtotal
		discounts = self.discounts(subtotal)
		left = subtotal - sum((d.amount for d in discounts), D(0))
		sku = self.draw(st.sampled_from(["MUG", "TEE", "CAP"]))
		return line(
			subtotal,
			quantity,
			id=str(number),
			kind=kind,
			title="Ware",
			sku=sku,
			variant_id=sku,
			discounts=discounts,
			taxes=self.taxes(left),
		)

	def shipping(self, number: int) -> Shipping:
		price = self.money(50_00)
		discounts = self.discounts(price)
		left = price - sum((d.amount for d in discounts), D(0))
		return Shipping(
			id=str(number), title="Post", price=price, discounts=discounts, taxes=self.taxes(left)
		)

	def charge(self, number: int) -> Charge:
		kinds = ["fee", "rebate", "tip", "duty", "gift_card_redeemed", "cash_rounding"]
		kind = self.draw(st.sampled_from(kinds))
		amount = self.money(60_00) * (-1 if kind in ("rebate", "gift_card_redeemed") else 1)
		if kind == "cash_rounding":
			amount = D(self.draw(st.integers(-2, 2))).scaleb(-self.digits)
		taxed = kind in ("fee", "rebate", "duty")
		kind = "fee" if kind == "rebate" else kind
		taxes = self.taxes(amount) if taxed else ()
		return Charge(id=str(number), kind=kind, title=kind, amount=amount, taxes=taxes)


@st.composite
def balanced(draw: Any, fine: bool | None = False, wider_site: bool = True) -> Balanced:
	"""Orders whose own arithmetic balances; with `fine` their taxes do so in the order's sums only."""
	currency = draw(st.sampled_from(sorted(CURRENCIES)))
	till = _Till(draw, CURRENCIES[currency], draw(st.booleans()), bool(fine), [])
	lines = tuple(till.line(n) for n in range(draw(st.integers(0, 4))))
	shipping = tuple(till.shipping(n) for n in range(draw(st.integers(0, 2))))
	least = 0 if lines or shipping else 1
	charges = tuple(till.charge(n) for n in range(draw(st.integers(least, 2))))
	sums: dict[tuple[str, Decimal | None], Decimal] = {}
	for one in (one for found in till.shown for one in found):
		sums[one.title, one.rate] = sums.get((one.title, one.rate), D(0)) + one.amount
	rounded_sums = {key: round_to(amount, till.digits) for key, amount in sums.items()}
	made = order(
		currency=currency,
		taxes_included=till.included,
		lines=lines,
		shipping=shipping,
		charges=charges,
		taxes=tuple(TaxLine(title=t, rate=r, amount=a) for (t, r), a in rounded_sums.items()),
		total=_sum(lines, shipping, charges) + (D(0) if till.included else sum(rounded_sums.values(), D(0))),
	)
	titles: dict[str, Decimal] = {}
	for (title, _), amount in rounded_sums.items():
		titles[title] = titles.get(title, D(0)) + amount
	site = max(till.digits, draw(st.sampled_from([2, 3]))) if wider_site else till.digits
	return Balanced(made, till.digits, site, titles)


def _sum(lines: tuple[Line, ...], shipping: tuple[Shipping, ...], charges: tuple[Charge, ...]) -> Decimal:
	befores = [*(x.subtotal for x in lines), *(x.price for x in shipping), *(x.amount for x in charges)]
	offs = [d.amount for x in (*lines, *shipping) for d in x.discounts]
	return sum(befores, D(0)) - sum(offs, D(0))
