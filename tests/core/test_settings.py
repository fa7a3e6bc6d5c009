"""What planners ask a store's settings: SKUs, masters, places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.settings import LocationRule, Masters, SkuRule

from .worlds import settings

_rules = st.builds(SkuRule, ignore_case=st.booleans(), prefix=st.sampled_from(["", "WEB-", "w"]))
_codes = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(rule=_rules, code=_codes)
@profile(max_examples=300)
def test_the_sku_that_a_store_is_given_leads_back_to_the_item(rule: SkuRule, code: str) -> None:
	code = code.strip()
	sku = rule.sku_of(code)
	assert rule.item_code(sku) == code
	assert rule.item_code(f"  {sku} ") == code
	assert rule.key(sku) == rule.item_key(code)


def test_case_and_blanks() -> None:
	assert SkuRule().key(" Mug ") == SkuRule().item_key("MUG")
	assert SkuRule(ignore_case=False).key("Mug") != SkuRule(ignore_case=False).item_key("MUG")
	assert SkuRule(prefix="WEB-").item_code(" web- Mug") == "Mug"
	assert [SkuRule().key(nothing) for nothing in (None, "", "  ")] == ["", "", ""]
	assert SkuRule(prefix="WEB-").key("WEB-") == ""


def test_every_part_has_one_master() -> None:
	masters = Masters(title="erp", weight="nobody")
	assert masters.fields("erp") == {"title", "barcode", "customs"}
	assert masters.fields("store") == {"description", "images", "categories"}
	assert masters.fields("nobody") == {"weight"}


def test_the_warehouses_that_an_order_may_be_shipped_from() -> None:
	named = (
		LocationRule(location_id="1", warehouses=("A", "B")),
		LocationRule(location_id="2", warehouses=("C", "A")),
	)
	store = settings(locations=named, warehouse="W")
	assert store.warehouses_for("2") == ("C", "A")
	assert store.warehouses_for("9") == ("W",)
	assert store.warehouses_for(None) == ("A", "B", "C", "W")
	alone = settings(locations=named, warehouse="W", allocate=False)
	assert [alone.warehouses_for(place) for place in ("2", "9", None)] == [("C",), ("W",), ("W",)]
	unnamed = settings(locations=(LocationRule(location_id="", warehouses=("A", "B")),))
	assert [unnamed.warehouses_for(place) for place in ("5", None)] == [("A", "B")] * 2
	assert [settings().warehouses_for(place) for place in ("5", None)] == [(), ()]


def test_the_warehouse_that_orders_take_from_is_one_of_those() -> None:
	unnamed = LocationRule(location_id="", warehouses=("A", "B"))
	assert settings(locations=(unnamed,), warehouse="W").warehouse_for(None) == "A"
	assert settings(locations=(LocationRule(location_id="1", warehouses=("A",)),)).warehouse_for("9") == "A"
	assert settings().warehouse_for(None) is None
