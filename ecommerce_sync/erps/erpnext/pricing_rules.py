"""Simple Pricing Rules as reduced prices: a rate or a discount for everybody who buys one piece.

Rules that depend on who buys, on a coupon, on what else is bought or on a formula are left out: a store's
price is one for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import frappe

from ...core.prices import Reduced
from ...core.settings import StoreSettings
from .fields import decimal

_SIMPLE = """r.disable = 0 AND r.selling = 1 AND r.price_or_product_discount = 'Price'
	AND r.rate_or_discount IN ('Rate', 'Discount Percentage', 'Discount Amount')
	AND IFNULL(r.applicable_for, '') = '' AND IFNULL(r.`condition`, '') = '' AND IFNULL(r.warehouse, '') = ''
	AND IFNULL(r.apply_rule_on_other, '') = '' AND r.margin_rate_or_amount = 0
	AND r.coupon_code_based = 0 AND r.mixed_conditions = 0 AND r.is_cumulative = 0 AND r.validate_applied_rule = 0
	AND r.min_qty <= 1 AND (r.max_qty = 0 OR r.max_qty >= 1)
	AND IFNULL(r.company, '') IN ('', %(company)s) AND IFNULL(r.for_price_list, '') IN ('', %(price_list)s)
	AND (r.rate_or_discount = 'Discount Percentage' OR r.currency = %(currency)s)
	AND (r.valid_upto IS NULL OR r.valid_upto >= %(today)s)"""
_FACTS = """r.name, r.priority, r.rate_or_discount, r.rate, r.discount_percentage, r.discount_amount,
	r.min_amt, r.max_amt, r.valid_from, r.valid_upto, c.uom"""

# ERPNext asks for rules of the Item first, then of its group (with those above), then of its brand.
_FOR = (
	f"""SELECT 0 AS rank, c.item_code AS target, {_FACTS} FROM `tabPricing Rule` r
		JOIN `tabPricing Rule Item Code` c ON c.parent = r.name
		WHERE r.apply_on = 'Item Code' AND c.item_code IN %(items)s AND {_SIMPLE}""",
	f"""SELECT 1, g.name, {_FACTS} FROM `tabPricing Rule` r
		JOIN `tabPricing Rule Item Group` c ON c.parent = r.name
		JOIN `tabItem Group` above ON above.name = c.item_group
		JOIN `tabItem Group` g ON g.lft >= above.lft AND g.rgt <= above.rgt
		WHERE r.apply_on = 'Item Group' AND g.name IN %(groups)s AND {_SIMPLE}""",
	f"""SELECT 2, c.brand, {_FACTS} FROM `tabPricing Rule` r
		JOIN `tabPricing Rule Brand` c ON c.parent = r.name
		WHERE r.apply_on = 'Brand' AND c.brand IN %(brands)s AND {_SIMPLE}""",
)


class Rules:
	"""The rules that may concern some Items, read in one query."""

	def __init__(
		self, settings: StoreSettings, currency: str | None, items: Mapping[str, Any], today: date
	) -> None:
		self.items, self.today = items, today
		self.found: dict[tuple[int, str], list[Any]] = {}
		for rule in self._read(settings, currency) if currency and items else ():
			self.found.setdefault((rule["rank"], rule["target"]), []).append(rule)

	def _read(self, settings: StoreSettings, currency: str | None) -> Iterable[Any]:
		rows = self.items.values()
		names = {
			"items": _some({*self.items, *(row.variant_of for row in rows)}),
			"groups": _some({row.item_group for row in rows}),
			"brands": _some({row.brand for row in rows}),
			"company": settings.company,
			"price_list": settings.store_price_list or "",
			"currency": currency,
			"today": self.today,
		}
		found: Iterable[Any] = frappe.db.sql(" UNION ALL ".join(_FOR), names, as_dict=True)
		return found

	def reduced(self, item_code: str, uom: str, rate: Decimal, factor: Decimal | None) -> Reduced | None:
		"""The price by the rule that holds now, else by the next one to come; None without any."""
		rules = [rule for rule in self._of(item_code) if _fits(rule, uom, rate)]
		holding = [rule for rule in rules if (rule["valid_from"] or self.today) <= self.today]
		coming = [rule for rule in rules if rule not in holding]
		first = min((rule["valid_from"] for rule in coming), default=None)
		chosen = _first(holding) or _first([rule for rule in coming if rule["valid_from"] == first])
		if chosen is None:
			return None
		asked = _rate(chosen, rate, factor or Decimal(1))
		return Reduced(rate=asked, valid_from=chosen["valid_from"], valid_upto=chosen["valid_upto"])

	def _of(self, item_code: str) -> list[Any]:
		item = self.items.get(item_code)
		if item is None:
			return []
		targets = ((0, item_code), (0, item.variant_of), (1, item.item_group), (2, item.brand))
		return [rule for rank, name in targets if name for rule in self.found.get((rank, name), [])]


def _some(names: Iterable[str | None]) -> list[str]:
	"""Names for an IN list, which may not be empty."""
	return sorted({name for name in names if name}) or [""]


def _fits(rule: Any, uom: str, rate: Decimal) -> bool:
	if rule["uom"] not in (None, "", uom):
		return False
	return decimal(rule["min_amt"]) <= rate and (not rule["max_amt"] or decimal(rule["max_amt"]) >= rate)


def _first(rules: list[Any]) -> Any | None:
	"""The highest priority; of equal ones the Item's own, as they stand in `_of`."""
	return max(rules, key=lambda rule: int(rule["priority"] or 0), default=None)


def _rate(rule: Any, rate: Decimal, factor: Decimal) -> Decimal:
	if rule["rate_or_discount"] == "Rate":
		return decimal(rule["rate"]) * factor
	if rule["rate_or_discount"] == "Discount Amount":
		return max(Decimal(0), rate - decimal(rule["discount_amount"]))
	return rate * (1 - decimal(rule["discount_percentage"]) / 100)
