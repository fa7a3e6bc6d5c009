"""What generated orders contain, counted: a check of totals says little about features that did not occur."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ecommerce_sync.sandbox.story import Story


def features(told: Sequence[Story]) -> Iterator[tuple[str, int]]:
	"""How many of the orders have each feature."""
	for name, test in _FEATURES.items():
		yield name, sum(1 for story in told if test(story))


_FEATURES: dict[str, Any] = {
	"prices with tax": lambda s: s.taxes_included and _taxed(s),
	"prices without tax": lambda s: not s.taxes_included and _taxed(s),
	"several tax rates": lambda s: len({rate for line in s.lines for rate in line.taxes}) > 1,
	"discounted lines": lambda s: any(line.discount for line in s.lines),
	"coupon codes": lambda s: any(line.code for line in s.lines),
	"discounted shipping": lambda s: any(delivery.discount for delivery in s.deliveries),
	"fees": lambda s: any(fee.amount > 0 for fee in s.fees),
	"rebates (negative fees)": lambda s: any(fee.amount < 0 for fee in s.fees),
	"tips": lambda s: any(line.kind == "tip" for line in s.lines),
	"gift cards sold": lambda s: any(line.kind == "gift_card" for line in s.lines),
	"custom lines": lambda s: any(line.kind == "custom" for line in s.lines),
	"free lines": lambda s: any(not line.price for line in s.lines),
	"bundles": lambda s: any(line.group for line in s.lines),
	"100 to 1,000 pieces of a line": lambda s: any(line.quantity >= 100 for line in s.lines),
	"companies (B2B)": lambda s: bool(s.business),
	"another currency on the buyer's screen": lambda s: bool(s.presentment_currency),
}


def _taxed(story: Story) -> bool:
	return any(line.taxes for line in story.lines)
