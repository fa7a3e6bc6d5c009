"""Random stories written down as WooCommerce orders: what is shown adds up to the total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.sandbox.story import Bought, Delivery, Fee, Rate, Story
from ecommerce_sync.sandbox.woocommerce.orders import write_down
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings, decimals_of

from .woocommerce_samples import story

currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
fractions = st.sampled_from(["0", "0.05", "0.055", "0.07", "0.0725", "0.09975", "0.19", "0.2", "0.25"])
rates = st.lists(fractions, max_size=3, unique=True).map(
	lambda found: tuple(Rate(f"Tax {rate}", Decimal(rate)) for rate in found)
)


@st.composite
def told_stories(draw: st.DrawFn) -> Story:
	currency = draw(currencies)
	cents = Decimal(1).scaleb(-decimals_of(currency))
	money = st.integers(0, 500_000).map(lambda n: n * cents)
	lines = st.builds(
		Bought,
		title=st.text(max_size=12),
		price=money,
		quantity=st.integers(0, 1000),
		kind=st.sampled_from(["product", "custom", "gift_card", "tip"]),
		sku=st.none() | st.text(max_size=8),
		variant_title=st.none() | st.just("Red / S"),
		discount=money,
		code=st.none() | st.sampled_from(["A", "b"]),
		taxes=rates,
	).map(lambda line: replace(line, discount=min(line.discount, line.price * line.quantity)))
	deliveries = st.lists(st.builds(Delivery, title=st.just("Post"), price=money, taxes=rates), max_size=2)
	signed = st.integers(-2_000, 2_000).map(lambda n: n * cents)
	fees = st.lists(st.builds(Fee, title=st.just("Fee"), amount=signed, taxes=rates), max_size=2)
	return story(
		currency=currency,
		lines=tuple(draw(st.lists(lines, min_size=1, max_size=8))),
		deliveries=tuple(draw(deliveries)),
		fees=tuple(draw(fees)),
		taxes_included=draw(st.booleans()),
	)


def parts(made: dict[str, Any]) -> Decimal:
	"""Everything that is added up to an order's total."""
	lines = [*made["line_items"], *made["shipping_lines"], *made["fee_lines"]]
	return sum((Decimal(line["total"]) for line in lines), Decimal(0)) + Decimal(made["total_tax"])


@settings(max_examples=60, deadline=None)
@given(told=told_stories())
def test_the_total_is_the_sum_of_what_is_shown(told: Story) -> None:
	made = write_down(told).as_json()
	total = Decimal(made["total"])
	assert total == max(parts(made), Decimal(0))
	items = [*made["line_items"], *made["fee_lines"], *made["shipping_lines"]]
	assert sum(Decimal(line["total_tax"]) for line in items) == Decimal(made["total_tax"])
	if told.taxes_included and all(len(line.taxes) < 2 for line in told.lines):
		for line, shown in zip(
			(each for each in told.lines if each.kind != "tip"), made["line_items"], strict=True
		):
			assert (
				Decimal(shown["total"]) + Decimal(shown["total_tax"])
				== line.price * line.quantity - line.discount
			)


@settings(max_examples=60, deadline=None)
@given(told=told_stories())
def test_rounding_at_subtotal_stays_within_half_a_unit_per_line(told: Story) -> None:
	made = write_down(told, StoreSettings(round_at_subtotal=True)).as_json()
	unit = Decimal(1).scaleb(-decimals_of(told.currency))
	shown = len(made["line_items"]) + 2
	assert abs(Decimal(made["total"]) - max(parts(made), Decimal(0))) <= shown * unit / 2
	if not told.taxes_included:
		assert Decimal(made["total"]) == max(parts(made), Decimal(0))
