"""A story is written down as WooCommerce does: the recorded orders come out again, and totals add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.sandbox.story import Bought, Business, Fee, Person, Place, Rate, Story
from ecommerce_sync.sandbox.woocommerce.encoding import wp_json
from ecommerce_sync.sandbox.woocommerce.orders import RedeemedGiftCard, write_down
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .woocommerce_samples import (
	DUPONT,
	RECORDED,
	VAT,
	checkout_order,
	differences,
	recorded,
	rest_order,
	story,
)

NUMBERED = {"id", "meta_data", "product_id", "variation_id", "discount_type", "nominal_amount"}
LISTS = ("line_items", "shipping_lines", "fee_lines", "coupon_lines", "tax_lines")


def amounts(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Lines without what the store numbers and notes, and without a coupon's own terms (the story knows only
	what it took off)."""
	return [{k: v for k, v in line.items() if k not in NUMBERED} for line in lines]


@pytest.mark.parametrize(
	("told", "created_via", "name"),
	[
		(rest_order(), "rest-api", "store.rest.order.coupon_fee_tax_shipping.json"),
		(checkout_order(), "store-api", "store.webhook.order.updated.refund.json"),
	],
)
def test_a_recorded_order_comes_out_again(told: Story, created_via: str, name: str) -> None:
	real, made = recorded(name), write_down(told, created_via=created_via).as_json("http://127.0.0.1:8085")
	for lines in LISTS:
		assert amounts(made[lines]) == amounts(real[lines]), lines
	given_by_chance = {"order_key", "payment_url", "cart_hash", "meta_data", "refunds", "customer_user_agent"}
	given_by_chance |= {"customer_ip_address", "date_modified", "date_modified_gmt", "date_created"}
	for key in set(real) - set(LISTS) - given_by_chance - {"date_created_gmt"}:
		assert made[key] == real[key], key


@pytest.mark.parametrize(
	"name",
	[
		"store.rest.order.coupon_fee_tax_shipping.json",
		"store.webhook.order.created.json",
		"store.webhook.order.updated.json",
		"store.webhook.order.updated.refund.json",
	],
)
def test_keys_and_types_are_the_recorded_ones(name: str) -> None:
	real = recorded(name)
	told = replace(checkout_order(), person=Person(real["customer_id"] or None, "Jean", "Dupont", None))
	told = replace(told, fees=(Fee("Handling", Decimal(2), VAT),))
	assert differences(real, write_down(told).as_json()) == []


BODIES = sorted(path for path in RECORDED.glob("store.*.json") if not path.stem.endswith(("headers", "ping")))


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.stem)
def test_json_is_written_as_wordpress_does(path: Path) -> None:
	assert wp_json(recorded(path.name)) == path.read_bytes()


def test_prices_with_tax_become_net_lines() -> None:
	"""9.99 with 20 %: the tax is exactly 1.665, which goes down so that net and tax are 9.99 again."""
	line = Bought("Mug", Decimal("9.99"), sku="M", taxes=VAT)
	made = write_down(story(lines=(line,), taxes_included=True)).as_json()
	assert made["prices_include_tax"] is True
	item = made["line_items"][0]
	assert (item["total"], item["total_tax"], item["price"]) == ("8.33", "1.66", 8.325)
	assert (made["total"], made["total_tax"]) == ("9.99", "1.66")


def test_a_coupon_on_prices_with_tax_is_told_net_of_tax() -> None:
	line = Bought("Mug", Decimal(12), 2, sku="M", discount=Decimal(6), code="Summer", taxes=VAT)
	made = write_down(story(lines=(line,), taxes_included=True)).as_json()
	coupon = made["coupon_lines"][0]
	assert (coupon["code"], coupon["discount"], coupon["discount_tax"]) == ("summer", "5", "1")
	assert (made["discount_total"], made["discount_tax"], made["total"]) == ("5.00", "1.00", "18.00")
	assert (made["line_items"][0]["subtotal"], made["line_items"][0]["total"]) == ("20.00", "15.00")


def test_rounding_at_subtotal_lets_lines_differ_from_the_total() -> None:
	lines = tuple(Bought(f"Pin {n}", Decimal("0.33"), sku=f"P{n}", taxes=VAT) for n in range(3))
	per_line = write_down(story(lines=lines)).as_json()
	at_subtotal = write_down(story(lines=lines), StoreSettings(round_at_subtotal=True)).as_json()
	assert [line["total_tax"] for line in per_line["line_items"]] == ["0.07"] * 3
	assert (per_line["total_tax"], per_line["total"]) == ("0.21", "1.20")
	assert [line["total_tax"] for line in at_subtotal["line_items"]] == ["0.07"] * 3
	assert (at_subtotal["total_tax"], at_subtotal["total"]) == ("0.20", "1.19")
	assert at_subtotal["tax_lines"][0]["tax_total"] == "0.20"


def test_a_tip_is_a_fee_and_a_custom_line_has_no_product() -> None:
	lines = (
		Bought("Mug", Decimal(10), sku="M", taxes=VAT),
		Bought("Engraving", Decimal(4), kind="custom", taxes=VAT),
		Bought("Thanks", Decimal("1.50"), kind="tip"),
	)
	made = write_down(story(lines=lines)).as_json()
	assert [line["product_id"] > 0 for line in made["line_items"]] == [True, False]
	assert made["line_items"][1]["sku"] is None
	assert [(fee["name"], fee["total"]) for fee in made["fee_lines"]] == [("Tip", "1.50")]
	assert made["total"] == "18.30"


def test_a_rebate_takes_no_more_than_there_is() -> None:
	made = write_down(story(fees=(Fee("Voucher", Decimal(-100)),))).as_json()
	assert (made["fee_lines"][0]["total"], made["total"]) == ("-25.00", "5.00")


def test_a_redeemed_gift_card_lowers_the_total_without_a_line() -> None:
	made = write_down(story(), gift_cards=(RedeemedGiftCard(3, "ABCD", Decimal(24)),)).as_json()
	assert made["gift_cards"] == [{"id": 3, "code": "ABCD", "amount": 24.0}]
	assert made["total"] == "6.00"


def test_a_company_and_its_order_number() -> None:
	business = Business(5, "ACME SARL", 6, "Lyon")
	told = story(
		business=business, po_number="PO 7", billing=Place(city="Lyon"), payment_terms_days=30, paid=False
	)
	made = write_down(told).as_json()
	assert made["billing"]["company"] == "ACME SARL"
	assert {m["key"]: m["value"] for m in made["meta_data"]} == {
		"_po_number": "PO 7",
		"_payment_terms": "Net 30",
	}
	assert made["status"] == "on-hold"
	assert made["date_paid"] is None


def test_a_bundle_names_its_container() -> None:
	lines = (
		Bought("Set", Decimal(20), sku="SET", group="g"),
		Bought("Mug", Decimal(0), sku="M", group="g"),
		Bought("Pen", Decimal(1), sku="P"),
	)
	made = write_down(story(lines=lines)).as_json()["line_items"]
	keys = [{m["key"]: m["value"] for m in line["meta_data"]} for line in made]
	assert made[0]["bundled_items"] == [made[1]["id"]]
	assert made[1]["bundled_by"] == made[0]["id"]
	assert keys[1]["_bundled_by"] and keys[0]["_bundled_items"] == [
		f"{7:016x}{1:016x}"
	]  # the child by its cart key
	assert "bundled_by" not in made[2]


def test_two_rates_at_once() -> None:
	rates = (Rate("GST", Decimal("0.05")), Rate("QST", Decimal("0.09975")))
	place = Place(country_code="CA", province_code="QC")
	told = story(
		lines=(Bought("Mug", Decimal("10.10"), 3, sku="M", taxes=rates),), shipping=place, currency="CAD"
	)
	made = write_down(told).as_json()
	assert [(t["rate_code"], t["tax_total"], t["rate_percent"]) for t in made["tax_lines"]] == [
		("CA-GST-1", "1.52", 5),
		("CA-QST-2", "3.02", 9.975),
	]
	assert [t["id"] for t in made["line_items"][0]["taxes"]] == [t["rate_id"] for t in made["tax_lines"]]
	assert made["total"] == "34.84"


@pytest.mark.parametrize(("currency", "total"), [("JPY", "30"), ("KWD", "30.000"), ("EUR", "30.00")])
def test_decimals_are_the_currency_s(currency: str, total: str) -> None:
	assert write_down(story(currency=currency)).as_json()["total"] == total


def test_the_buyer_s_currency_only_with_the_plugin() -> None:
	told = story(presentment_currency="USD", presentment_rate=Decimal("1.1"))
	assert write_down(told).as_json()["currency"] == "EUR"
	made = write_down(told, StoreSettings(multi_currency=True)).as_json()
	assert (made["currency"], made["total"], made["currency_symbol"]) == ("USD", "33.00", "$")


def test_site_time_and_gmt() -> None:
	made = write_down(story(), StoreSettings(gmt_offset=-5)).as_json()
	assert made["date_created"] == "2026-11-21T21:14:25"
	assert made["date_created_gmt"] == "2026-11-22T02:14:25"


def test_what_happens_later_moves_the_modification_date() -> None:
	later = datetime(2026, 11, 23, tzinfo=timezone.utc)
	order = write_down(story(billing=DUPONT))
	done = order.changed(later, status="completed", note="Thanks").as_json()
	assert (done["status"], done["customer_note"], done["date_completed_gmt"]) == (
		"completed",
		"Thanks",
		"2026-11-23T00:00:00",
	)
	assert done["date_modified_gmt"] == "2026-11-23T00:00:00" > order.as_json()["date_modified_gmt"]
	assert order.cancelled(later).as_json()["status"] == "cancelled"
	assert order.changed(later, quantities={0: 5}).as_json()["total"] == "75.00"
	assert order.changed(later, remove=(0,)).as_json()["line_items"] == []
	assert order.changed(later, billing=replace(DUPONT, city="Paris")).as_json()["billing"]["city"] == "Paris"
	with pytest.raises(ValueError, match="sent"):
		order.changed(later, status="sent")
	with pytest.raises(IndexError):
		order.changed(later, remove=(3,))


def test_when_an_order_counts_as_paid() -> None:
	"""As recorded: cash on delivery is paid when completed, everything else when processing."""
	later = datetime(2026, 11, 23, tzinfo=timezone.utc)
	cash, transfer = story(gateway="cod"), story(gateway="bacs", paid=False)
	assert write_down(story()).as_json()["date_paid_gmt"] == "2026-11-22T02:14:25"
	assert write_down(cash).as_json()["date_paid"] is None
	assert (
		write_down(cash).changed(later, status="completed").as_json()["date_paid_gmt"]
		== "2026-11-23T00:00:00"
	)
	assert write_down(transfer).as_json()["date_paid"] is None
	assert (
		write_down(transfer).changed(later, status="processing").as_json()["date_paid_gmt"]
		== "2026-11-23T00:00:00"
	)


def test_cancelled_before_it_was_written_down() -> None:
	cancelled = story().created_at + timedelta(hours=1)
	made = write_down(story(cancelled_at=cancelled)).as_json()
	assert (made["status"], made["date_modified_gmt"]) == ("cancelled", "2026-11-22T03:14:25")


def test_a_line_of_zero_pieces_is_no_division() -> None:
	made = write_down(story(lines=(Bought("Mug", Decimal(5), 0, sku="M", taxes=VAT),))).as_json()
	assert (made["line_items"][0]["price"], made["total"]) == (0, "0.00")
