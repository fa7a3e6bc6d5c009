"""The Sales Order that an order becomes: dates, rate, template, extra fields, payment terms."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.commands import SalesOrderDraft
from ecommerce_sync.core.drafts import draft_of
from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.mapping import FieldRule
from ecommerce_sync.core.models import Company, Instalment, Order, PaymentTerms
from ecommerce_sync.core.settings import CompanyRule

from .worlds import erp_for, line, order, settings

D = Decimal


def draft(one: Order, **changes_: Any) -> SalesOrderDraft:
	return draft_of(one, erp_for(one), settings(**changes_))


@pytest.mark.parametrize(
	("zone", "processed", "day"),
	[
		("UTC", None, date(2026, 10, 1)),
		("Pacific/Kiritimati", None, date(2026, 10, 2)),
		("America/Los_Angeles", datetime(2026, 10, 3, 6, 59, tzinfo=timezone.utc), date(2026, 10, 2)),
	],
)
def test_dates_are_the_sites(zone: str, processed: datetime | None, day: date) -> None:
	made = draft(order(processed_at=processed), timezone=zone, delivery_days=4)
	assert (made.ordered_on, made.deliver_on) == (day, day + timedelta(days=4))


@pytest.mark.parametrize(
	("currency", "shop", "rate", "expected"),
	[
		("USD", "USD", "1", "1"),
		("USD", "EUR", "0.9", "1"),  # the books' own currency, whatever the shop's is
		("EUR", "USD", "1.0819", "1.0819"),
		("EUR", "GBP", "0.85", None),  # leads to another currency than the books'
		("EUR", "USD", None, None),
		("EUR", None, None, None),
	],
)
def test_the_exchange_rate(currency: str, shop: str | None, rate: str | None, expected: str | None) -> None:
	made = draft(order(currency=currency, shop_currency=shop, exchange_rate=rate))
	assert made.exchange_rate == (D(expected) if expected else None)


def test_the_discount_for_people() -> None:
	one = order(lines=(line("15", discounts=({"amount": "5"},)),))
	assert draft(one).discount == D(5)


def test_by_template() -> None:
	made = draft(order(taxes_included=True), tax_mode="template", tax_template="UK VAT")
	assert (made.tax_template, made.prices_include_tax) == ("UK VAT", True)
	assert made.tolerance == D("0.01")
	with pytest.raises(Fixable, match="Tax template is not set"):
		draft(order(), tax_mode="template")


def test_extra_fields_come_from_the_stores_document() -> None:
	rules = [
		FieldRule(name=n, entity=e, source=s, target_doctype=d, target_field="x")
		for n, e, s, d in (
			("1", "Order", "gift", "Sales Order"),
			("2", "Order Line", "sku", "Sales Order Item"),
			("3", "Customer", "customer.vip", "Customer"),
		)
	]
	raw = {"gift": "yes", "line_items": [{"sku": "RAW"}], "customer": {"vip": True}}
	made = draft(order(raw=raw), fields=tuple(rules))
	assert (made.fields, made.rows[0].fields, made.customer.fields) == (
		{"x": "yes"},
		{"x": "RAW"},
		{"x": True},
	)


def test_line_is_read_from_its_own_document_where_others_were_removed() -> None:
	rule = FieldRule(
		name="1", entity="Order Line", source="sku", target_doctype="Sales Order Item", target_field="x"
	)
	own = order().lines[0].id
	raw = {"line_items": [{"id": "gone", "sku": "OTHER"}, {"id": own, "sku": "OWN"}]}
	assert draft(order(raw=raw), fields=(rule,)).rows[0].fields == {"x": "OWN"}


# -- payment terms -----------------------------------------------------------------------------------


def terms(**changes_: Any) -> Order:
	return order(payment_terms=PaymentTerms(**changes_))


def test_due_in_days() -> None:
	made = draft(terms(name="Net 30", due_in_days=30), payment_terms_template="Default")
	assert [(due.due_on, due.amount) for due in made.dues] == [(date(2026, 10, 31), D(10))]
	assert made.payment_terms is None


def test_terms_that_are_mapped_are_the_erps() -> None:
	rule = CompanyRule(match="net 30", payment_terms="Net 30 EOM")
	made = draft(terms(name="Net 30", due_in_days=30), companies=(rule,))
	assert (made.dues, made.payment_terms) == ((), "Net 30 EOM")


def test_the_companys_and_the_stores_terms() -> None:
	rule = CompanyRule(match="Acme", payment_terms="Net 60")
	assert draft(order(company=Company(id="7", name="ACME")), companies=(rule,)).payment_terms == "Net 60"
	assert draft(order(), payment_terms_template="Default").payment_terms == "Default"
	assert draft(terms(name="Due on receipt")).dues == ()


def test_instalments_come_to_the_total() -> None:
	days = [date(2026, 10, day) for day in (10, 20, 30)]
	one = terms(schedule=tuple(Instalment(due_on=day, amount=D("3.33")) for day in days))
	dues = draft(one).dues
	assert [due.due_on for due in dues] == days
	assert sum(due.amount for due in dues) == D("10.00")


def test_instalments_without_amount_and_of_the_past() -> None:
	whole = draft(terms(schedule=(Instalment(due_on=date(2026, 9, 1)),))).dues
	assert [(due.due_on, due.amount) for due in whole] == [(date(2026, 10, 1), D(10))]
	both = (
		Instalment(due_on=date(2026, 9, 1), amount=D(4)),
		Instalment(due_on=date(2026, 9, 2), amount=D(6)),
	)
	merged = draft(terms(schedule=both)).dues
	assert [(due.due_on, due.amount) for due in merged] == [(date(2026, 10, 1), D(10))]


def test_nothing_is_due_for_a_free_order() -> None:
	free = terms(name="Net 30", due_in_days=30).model_copy(update={"lines": (line("0"),), "total": D(0)})
	assert draft(free).dues == ()
