"""Which Item a line becomes, and what a person reads where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from ecommerce_sync.core.erp import ErpOrder, ItemRef
from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.models import Order
from ecommerce_sync.core.rows import Rows

from .worlds import line, order, settings


def failing(one: Order, erp: ErpOrder, **changes: Any) -> Fixable:
	with pytest.raises(Fixable) as found:
		Rows(one, erp, settings(**changes))
	return found.value


def test_an_unknown_sku_names_line_title_and_sku() -> None:
	one = order(lines=(line(), line(id="2", sku="TYPO", title="Täss 🍵")), total="20")
	error = failing(one, ErpOrder(items={"1": ItemRef(item_code="MUG")}))
	assert (error.reason, error.cause) == ("sku_unknown", "sku:TYPO")
	assert error.params == {"line": 2, "title": "Täss 🍵", "sku": "TYPO"}


def test_other_lines_without_an_item() -> None:
	missing = failing(order(lines=(line(sku=None),)), ErpOrder())
	assert (missing.reason, missing.cause) == ("sku_missing", "listing:Shop:11")
	disabled = failing(order(), ErpOrder(items={"1": ItemRef(item_code="MUG", usable=False)}))
	assert (disabled.reason, disabled.cause) == ("item_disabled", "item:MUG")
	ambiguous = failing(order(), ErpOrder(ambiguous={"1": ("MUG", "CUP")}))
	assert (ambiguous.reason, ambiguous.params["items"]) == ("sku_ambiguous", "MUG, CUP")


@pytest.mark.parametrize(
	("kind", "setting", "item"),
	[("custom", "custom_item", "CUSTOM"), ("gift_card", "gift_card_item", "GIFT CARD")],
)
def test_lines_that_have_an_item_by_their_kind(kind: str, setting: str, item: str) -> None:
	one = order(lines=(line(kind=kind, sku=None),))
	assert Rows(one, ErpOrder(), settings()).rows[0].item_code == item
	assert failing(one, ErpOrder(), **{setting: None}).cause == f"setting:Shop:{setting}"
