"""An order's lines and amounts as Sales Order rows and charges that come to its total exactly. Pure.

As charged: rows stand net of tax, the store's tax amounts stand as charges. By template: rows stand on
the store's basis and ERPNext computes the taxes of the lines. A charge of type Actual cannot be part of
a price, so taxes of shipping and of everything else that stands as a charge are always as charged.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .allocation import Portion
from .commands import ChargeRow, ChargeRowKind, Row, Share
from .erp import ErpOrder
from .errors import Fixable, Held
from .mapping import mapped_fields
from .models import ZERO, Charge, Line, Order, Shipping
from .money import Pieces, digits_of, minor_digits, rounded, row_amount, split_evenly, total, unit
from .placement import item_code, place, setting_missing, shipped_from
from .settings import StoreSettings
from .taxes import Tax, parts_of, tax_shares, taxes_by_part

_SETTING_OF: dict[str, tuple[str, str]] = {
	"fee": ("fee_account", "Account for fees"),
	"tip": ("tip_account", "Account for tips"),
	"duty": ("duty_account", "Account for duties"),
	"gift_card_redeemed": ("gift_card_account", "Account for gift cards"),
	"cash_rounding": ("rounding_account", "Account for rounding"),
	"shipping": ("shipping_account", "Account for shipping"),
}
_CHARGE_ROWS: dict[str, ChargeRowKind] = {
	"tip": "tip",
	"duty": "duty",
	"gift_card_redeemed": "gift_card",
	"cash_rounding": "rounding",
}


class Rows:
	"""Builds the rows and charges of one order; `rows`, `charges` and `oversold` are the result."""

	def __init__(self, order: Order, erp: ErpOrder, settings: StoreSettings) -> None:
		self.order, self.erp, self.settings = order, erp, settings
		self.digits = _digits(order, settings)
		self.template = settings.tax_mode == "template"
		self.rows: list[Row] = []
		self.charges: list[ChargeRow] = []
		self._shares = tax_shares(order, self.digits)
		self._paid = taxes_by_part(self._shares) if order.taxes_included else {}
		sold = {str(n): item_code(line, order, erp, settings) for n, line in self._sold()}
		placed = place(order, sold, erp, settings)
		self.oversold = placed.oversold
		for number, line in enumerate(order.lines):
			self._add_line(line, sold.get(str(number)), placed.portions.get(str(number), ()))
		for shipping in order.shipping:
			self._add_shipping(shipping)
		for charge in order.charges:
			self._add_charge(charge)
		self.charges += self._taxes()
		if not self.rows:
			self._charges_to_rows()
		self._settle_difference()

	@property
	def tolerance(self) -> Decimal:
		"""One minor unit for each part of the order that a store may have rounded on its own.

		A template's taxes are rounded by row: a line that several warehouses ship counts for each.
		"""
		parts = len(self.order.lines) + len(self.order.shipping) + len(self.order.charges)
		if self.template:
			places = {(row.line_id, row.warehouse) for row in self.rows}
			parts += len(places) - len({line_id for line_id, _ in places})
		return unit(self.digits) * max(1, parts)

	def _sold(self) -> Iterator[tuple[int, Line]]:
		"""The lines that become rows, with their places in the order."""
		lines = enumerate(self.order.lines)
		return ((number, line) for number, line in lines if not self._is_charge(line))

	def _net(self, part_id: str, part: Line | Shipping | Charge) -> Decimal:
		"""The part's amount without its tax."""
		return rounded(part.total, self.digits) - self._paid.get(part_id, ZERO)

	def _add_line(self, line: Line, item: str | None, portions: tuple[Portion, ...]) -> None:
		if item is None:
			kind: ChargeRowKind = "tip" if line.kind == "tip" else "fee"
			self._charge(kind, kind, line.title, line.id, line)
		else:
			self.rows += self._line_rows(line, item, portions)

	def _is_charge(self, line: Line) -> bool:
		"""A tip, and what cannot be sold: nothing, or something at less than nothing."""
		less = line.total < 0 or (not self.template and self._net(line.id, line) < 0)
		return line.kind == "tip" or line.quantity <= 0 or less

	def _line_rows(self, line: Line, item: str, portions: tuple[Portion, ...]) -> Iterator[Row]:
		gross = self.template and self.order.taxes_included
		amount = rounded(line.total, self.digits) if gross else self._net(line.id, line)
		taxed = self.order.taxes_included and not gross
		before = _net_subtotal(line, self.digits) if taxed else line.subtotal
		fields = mapped_fields(
			self.settings.fields,
			"Order Line",
			"Sales Order Item",
			_raw_line(self.order, line),
			self.settings.timezone,
		)
		even = split_evenly(amount, line.quantity, self.digits, self.settings.site_digits)
		for warehouse, pieces in shipped_from(even, portions):
			list_rate = rounded(before / line.quantity, self.digits) if line.discount else pieces.rate
			row = self._row(line, item, pieces, list_rate)
			yield row.model_copy(update={"warehouse": warehouse, "fields": fields})

	def _row(self, line: Line, item: str, pieces: Pieces, list_rate: Decimal) -> Row:
		return Row(
			line_id=line.id,
			item_code=item,
			quantity=pieces.quantity,
			rate=pieces.rate,
			list_rate=max(list_rate, pieces.rate),
			shown_unit_price=line.shown_unit_price,
			title=" - ".join(part for part in (line.title, line.variant_title) if part),
			group=line.group,
			note="\n".join(f"{a.name}: {a.value}" for a in line.attributes) or None,
		)

	def _add_shipping(self, shipping: Shipping) -> None:
		account = self.settings.shipping_account_for(shipping.code, shipping.title)
		part_id = f"shipping:{shipping.id}"
		self._charge("shipping", "shipping", shipping.title, part_id, shipping, account)

	def _add_charge(self, charge: Charge) -> None:
		kind: ChargeRowKind = _CHARGE_ROWS.get(charge.kind, "fee")
		self._charge(kind, charge.kind, charge.title, f"charge:{charge.id}", charge)

	def _charge(
		self,
		kind: ChargeRowKind,
		setting: str,
		title: str,
		part_id: str,
		part: Line | Shipping | Charge,
		account: str | None = None,
	) -> None:
		"""A charge of the part's net amount, on `account` or the settings' one; none for nothing."""
		if net := self._net(part_id, part):
			self.charges.append(
				self._charge_row(kind, account or self._account(setting), title, net, part_id)
			)

	def _charge_row(
		self, kind: ChargeRowKind, account: str, title: str, amount: Decimal, part_id: str
	) -> ChargeRow:
		return ChargeRow(
			kind=kind,
			account=account,
			description=title or kind.replace("_", " ").capitalize(),
			amount=amount,
			cost_center=self.settings.cost_center,
			shares=(Share(line_id=part_id, amount=amount),),
		)

	def _account(self, kind: str) -> str:
		field, label = _SETTING_OF[kind]
		account: str | None = getattr(self.settings, field)
		return account or self._missing(field, label)

	def _missing(self, field: str, label: str) -> str:
		raise setting_missing(self.settings, self.order, field, label)

	def _taxes(self) -> Iterator[ChargeRow]:
		"""One charge for each title and rate, with the share of every part; by template none of the rows'."""
		lines = {line.id for line in self.order.lines if self.template and not self._is_charge(line)}
		for tax, shares in self._shares.items():
			if found := tuple(share for share in shares if share.line_id not in lines):
				yield self._tax_charge(tax, found)

	def _tax_charge(self, tax: Tax, shares: tuple[Share, ...]) -> ChargeRow:
		title, rate = tax
		rule = self.settings.tax_rule(title, rate)
		if not rule:
			cause = f"tax:{self.settings.store}:{title}"
			raise Fixable("tax_unmapped", cause=cause, title=title, store=self.settings.store)
		return ChargeRow(
			kind="tax",
			account=rule.account,
			description=title,
			amount=total(share.amount for share in shares),
			rate=rate,
			cost_center=rule.cost_center or self.settings.cost_center,
			shares=shares,
		)

	def _charges_to_rows(self) -> None:
		"""An order of charges only (a fee to pay, a tip): a Sales Order needs a row, so they become rows.

		Where they cannot (taxes, amounts below zero; a template would tax them again), a row at no price
		stands for the order.
		"""
		sold = [c for c in self.charges if c.kind != "tax" and c.amount > 0 and not self.template]
		self.charges = [charge for charge in self.charges if charge not in sold]
		self.rows = [self._row_for(c.shares[0].line_id, c.description, c.amount) for c in sold]
		if self.charges and not self.rows:
			self.rows = [self._row_for("", self.order.name, ZERO)]

	def _row_for(self, line_id: str, title: str, amount: Decimal) -> Row:
		return Row(
			line_id=line_id,
			item_code=self.settings.custom_item or self._missing("custom_item", "Item for custom lines"),
			quantity=Decimal(1),
			rate=amount,
			list_rate=amount,
			title=title,
			warehouse=self.settings.warehouse_for(self.order.location_id),
		)

	def _settle_difference(self) -> None:
		"""A rounding row takes what the store's own rounding left; more is a Hold."""
		if self.template:
			return
		ours = total(row_amount(Pieces(row.quantity, row.rate), self.digits) for row in self.rows)
		ours += total(charge.amount for charge in self.charges)
		difference = self.order.total - ours
		if not difference:
			return
		if abs(difference) > self.tolerance or digits_of(difference) > self.digits:
			raise _mismatch(ours, self.order, self.digits)
		account = self._account("cash_rounding")
		self.charges.append(self._charge_row("rounding", account, "Rounding", difference, "rounding"))


def _digits(order: Order, settings: StoreSettings) -> int:
	"""The currency's decimals, or more where the store's total really uses more.

	CLDR calls the minor units of some currencies (RSD, ALL) out of use that stores still count in.
	"""
	digits = max(minor_digits(order.currency), digits_of(order.total))
	if not digits:
		shown = max((digits_of(part.total) for _, part in parts_of(order)), default=0)
		digits = min(shown, 2, settings.site_digits)
	if digits > settings.site_digits:
		raise Held(
			"currency_precision", currency=order.currency, digits=digits, site_digits=settings.site_digits
		)
	return digits


def _net_subtotal(line: Line, digits: int) -> Decimal:
	"""The undiscounted inclusive line without its tax: by the rates, where the tax of what was paid is by them.

	Else in the proportion that the discounted line has.
	"""
	taxes = total(tax.amount for tax in line.taxes)
	by_rates = 1 + total(tax.rate or ZERO for tax in line.taxes)
	off = abs(line.total - line.total / by_rates - taxes)
	if not line.total or off <= unit(digits) * len(line.taxes):
		return line.subtotal / by_rates
	return line.subtotal * (line.total - taxes) / line.total


def _raw_line(order: Order, line: Line) -> dict[str, object]:
	"""The platform's own document of the line, for Field Mapping: by its id, as lines may have been removed."""
	raw = order.raw.get("line_items")
	documents = [each for each in raw if isinstance(each, dict)] if isinstance(raw, list) else []
	named = next((each for each in documents if str(each.get("id")) == line.id), None)
	if named is not None or len(documents) != len(order.lines):
		return named or {}
	return documents[order.lines.index(line)]


def _mismatch(ours: Decimal, order: Order, digits: int) -> Held:
	return Held(
		"total_mismatch",
		ours=f"{ours:.{digits}f}",
		theirs=f"{order.total:.{digits}f}",
		difference=f"{order.total - ours:+.{digits}f}",
		currency=order.currency,
	)
