"""What REST clients change of an order in the emulated WooCommerce: lines, status, notes, tracking."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from ecommerce_sync.sandbox.sellers import WooCommerceSeller
from ecommerce_sync.sandbox.story import Bought, Delivery, Fee
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .woocommerce_samples import VAT, story
from .woocommerce_shop import Clock, ask, opened, told

Shop = tuple[EmulatedWooCommerce, Clock]
TEA, HONEY = 1032, 1033
TEA_LINE, HONEY_LINE, POST, FEE = 70001, 70002, 75000, 76000


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with opened(stock=10) as (served, _clock):
		yield served


def basket(**changes: Any) -> Any:
	lines = (
		Bought("Tea", Decimal("10.01"), 3, sku="TEA", taxes=VAT),
		Bought("Honey", Decimal(6), 2, sku="HONEY", taxes=VAT),
	)
	return story(
		lines=lines,
		deliveries=(Delivery("Flat rate", Decimal(5), "flat_rate", taxes=VAT),),
		fees=(Fee("Handling", Decimal("1.50"), VAT),),
		**changes,
	)


def put(store: EmulatedWooCommerce, **body: Any) -> Any:
	answer = ask(store, "orders/7", "PUT", json=body)
	assert answer.status_code == 200, answer.text
	return answer.json()


def balance(order: Any) -> Decimal:
	lines = (*order["line_items"], *order["shipping_lines"], *order["fee_lines"])
	return (
		Decimal(order["total"]) - sum(Decimal(line["total"]) for line in lines) - Decimal(order["total_tax"])
	)


def track(store: EmulatedWooCommerce, path: str = "", method: str = "GET", **sent: Any) -> requests.Response:
	url = f"{store.url}/wp-json/wc-shipment-tracking/v3/orders/7/shipment-trackings{path}"
	auth = (store.key.consumer_key, store.key.consumer_secret)
	return requests.request(method, url, auth=auth, timeout=10, **sent)


def test_lines_are_rewritten(store: EmulatedWooCommerce) -> None:
	"""A quantity alone leaves the amounts; amounts are net, their taxes are reckoned; null takes a line off."""
	store.place(basket())
	now = put(store, line_items=[{"id": TEA_LINE, "quantity": 5}])
	tea = now["line_items"][0]
	assert (tea["quantity"], tea["total"], tea["total_tax"], tea["price"]) == (5, "30.03", "6.01", 6.006)
	assert store.stock_of(TEA) == 5
	now = put(store, line_items=[{"id": TEA_LINE, "total": "40", "subtotal": "50.05"}])
	tea = now["line_items"][0]
	assert (tea["subtotal"], tea["total"], tea["total_tax"]) == ("50.05", "40.00", "8.00")
	now = put(store, line_items=[{"id": TEA_LINE, "total": "60"}])
	assert now["line_items"][0]["subtotal"] == "60.00", "never less than the total"
	now = put(store, line_items=[{"id": HONEY_LINE, "product_id": None}])
	assert [line["id"] for line in now["line_items"]] == [TEA_LINE]
	assert store.stock_of(HONEY) == 10
	assert balance(now) == 0 and now["total"] == "79.80"
	assert put(store, line_items=[{"id": TEA_LINE, "quantity": 0}])["line_items"] == []


def test_lines_are_added(store: EmulatedWooCommerce) -> None:
	store.place(basket())
	now = put(
		store,
		line_items=[
			{"sku": "HONEY", "quantity": 3},
			{"product_id": TEA, "total": "1", "name": "Tea for free"},
			{"product_id": 4711, "quantity": 2, "total": "8.40"},
		],
		fee_lines=[{"name": "Rush", "total": "3"}],
		shipping_lines=[{"method_id": "local_pickup", "method_title": "Pickup", "total": "0"}],
	)
	price = Decimal(ask(store, f"products/{HONEY}").json()["price"])
	honey, tea, unknown = now["line_items"][2:]
	assert (honey["product_id"], honey["quantity"], Decimal(honey["total"])) == (HONEY, 3, price * 3)
	assert (tea["name"], tea["total"], tea["total_tax"]) == ("Tea for free", "1.00", "0.20")
	assert (unknown["product_id"], unknown["quantity"], unknown["total"]) == (4711, 2, "8.40")
	assert [fee["name"] for fee in now["fee_lines"]] == ["Handling", "Rush"]
	assert [line["method_title"] for line in now["shipping_lines"]] == ["Flat rate", "Pickup"]
	assert balance(now) == 0
	assert len({line["id"] for line in now["line_items"]}) == 5
	assert store.stock_of(HONEY) == 8, "what a client adds takes no stock"


def test_shipping_and_fees_are_rewritten(store: EmulatedWooCommerce) -> None:
	store.place(basket(taxes_included=True))
	now = put(store, shipping_lines=[{"id": POST, "total": "7.77"}], fee_lines=[{"id": FEE, "name": None}])
	assert (now["shipping_total"], now["shipping_tax"], now["fee_lines"]) == ("7.77", "1.55", [])
	assert balance(now) == 0
	assert put(store, shipping_lines=[{"id": POST, "method_id": None}])["shipping_lines"] == []


@pytest.mark.parametrize(
	("body", "code"),
	[
		({"line_items": [{"id": 1, "quantity": 2}]}, "woocommerce_rest_invalid_item_id"),
		({"line_items": [{"quantity": 2}]}, "woocommerce_rest_required_product_reference"),
		({"line_items": [{"id": TEA_LINE, "quantity": 1.5}]}, "rest_invalid_param"),
		({"shipping_lines": [{"total": "2"}]}, "woocommerce_rest_invalid_shipping_item"),
		({"fee_lines": [{"total": "2"}]}, "woocommerce_rest_invalid_fee_item"),
		({"status": "partial-shipped"}, "rest_invalid_param"),
		({"status": "wc-completed"}, "rest_invalid_param"),
	],
)
def test_what_is_refused_changes_nothing(store: EmulatedWooCommerce, body: dict[str, Any], code: str) -> None:
	store.place(basket())
	before = ask(store, "orders/7").json()
	answer = ask(store, "orders/7", "PUT", json={"customer_note": "x", **body})
	assert (answer.status_code, answer.json()["code"]) == (400, code)
	assert ask(store, "orders/7").json() == before


def test_set_paid_is_for_orders_that_wait_for_money(store: EmulatedWooCommerce) -> None:
	store.place(basket(paid=False))
	paid = put(store, set_paid=True, transaction_id="pi_1")
	assert (paid["status"], paid["transaction_id"], bool(paid["date_paid"])) == ("processing", "pi_1", True)
	again = put(store, set_paid=True)
	assert (again["transaction_id"], again["date_paid"]) == ("pi_1", paid["date_paid"])


def test_a_put_that_changes_nothing_is_told_and_a_note_is_not(store: EmulatedWooCommerce) -> None:
	store.place(basket())
	store.keep("order.updated")
	put(store)
	assert told(store) == [("order.updated", 7)]
	made = ask(store, "orders/7/notes", "POST", json={"note": "Shipped by DN-1"})
	assert made.status_code == 201
	assert told(store) == []


def test_notes(store: EmulatedWooCommerce) -> None:
	store.place(basket())
	note = ask(store, "orders/7/notes", "POST", json={"note": "Hello é", "customer_note": True}).json()
	assert list(note) == [
		"id",
		"author",
		"date_created",
		"date_created_gmt",
		"note",
		"customer_note",
		"_links",
	]
	assert (note["author"], note["note"], note["customer_note"]) == ("system", "Hello é", True)
	ask(store, "orders/7/notes", "POST", json={"note": "Internal", "added_by_user": True})
	texts = [each["note"] for each in ask(store, "orders/7/notes").json()]
	assert texts == ["Internal", "Hello é"]
	assert [each["note"] for each in ask(store, "orders/7/notes?type=customer").json()] == ["Hello é"]
	assert ask(store, f"orders/7/notes/{note['id']}").json() == note
	assert ask(store, f"orders/7/notes/{note['id']}", "DELETE").status_code == 501
	assert ask(store, f"orders/7/notes/{note['id']}?force=true", "DELETE").status_code == 200
	assert ask(store, f"orders/7/notes/{note['id']}").json()["code"] == "woocommerce_rest_invalid_id"
	assert ask(store, "orders/7/notes", "POST", json={}).json()["code"] == "rest_missing_callback_param"
	assert ask(store, "orders/99/notes").json()["code"] == "woocommerce_rest_order_invalid_id"


def test_meta_data_is_kept_renamed_by_id_and_taken_away(store: EmulatedWooCommerce) -> None:
	store.place(basket())
	row = put(store, meta_data=[{"key": "_told", "value": {"ids": ["DN-1"]}}])["meta_data"][-1]
	assert (row["key"], row["value"]) == ("_told", {"ids": ["DN-1"]})
	assert put(store, meta_data=[{"id": row["id"], "value": "[]"}])["meta_data"][-1]["value"] == "[]"
	assert "_told" not in [
		each["key"] for each in put(store, meta_data=[{"key": "_told", "value": None}])["meta_data"]
	]


def test_a_shop_without_the_plugin_has_no_route(store: EmulatedWooCommerce) -> None:
	store.place(basket())
	for method in ("GET", "POST"):
		answer = track(store, method=method)
		assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")
	index = requests.get(f"{store.url}/wp-json/", timeout=10).json()
	assert "wc-shipment-tracking/v3" not in index["namespaces"]


def test_shipment_tracking() -> None:
	with opened(settings=StoreSettings(shipment_tracking="official")) as (store, _clock):
		store.place(basket())
		assert track(store).json() == []
		known = track(store, method="POST", json={"tracking_provider": "UPS", "tracking_number": "1Z 9"})
		assert known.status_code == 201
		made = known.json()
		assert list(made) == [
			*(
				"tracking_id",
				"tracking_provider",
				"tracking_link",
				"tracking_number",
				"date_shipped",
				"_links",
			)
		]
		assert (made["tracking_provider"], made["date_shipped"]) == ("UPS", "2026-11-22")
		assert made["tracking_link"].endswith("1Z 9")
		own = {
			"custom_tracking_provider": "Bike",
			"custom_tracking_link": "https://bike.example/7",
			"tracking_number": "7",
			"date_shipped": "2026-11-20",
		}
		second = track(store, method="POST", json=own).json()
		assert (second["tracking_provider"], second["tracking_link"]) == ("Bike", "https://bike.example/7")
		assert second["date_shipped"] == "2026-11-20"
		assert track(store).json() == [made, second]
		assert track(store, f"/{made['tracking_id']}").json() == made
		meta = {row["key"]: row["value"] for row in ask(store, "orders/7").json()["meta_data"]}
		assert [item["tracking_number"] for item in meta["_wc_shipment_tracking_items"]] == ["1Z 9", "7"]
		assert track(store, f"/{made['tracking_id']}", "DELETE").json() == made
		assert track(store).json() == [second]
		gone = track(store, f"/{made['tracking_id']}", "DELETE")
		assert (gone.status_code, gone.json()["code"]) == (
			404,
			"woocommerce_rest_order_shipment_tracking_invalid_id",
		)
		assert track(store, method="POST", json={}).status_code == 400
		assert "UPS" in track(store, "/providers").json()["United States"]


def test_unknown_provider_shows_nothing() -> None:
	with opened(settings=StoreSettings(shipment_tracking="official")) as (store, _clock):
		store.place(basket())
		made = track(
			store, method="POST", json={"tracking_provider": "Ox cart", "tracking_number": "1"}
		).json()
		assert (made["tracking_provider"], made["tracking_link"]) == ("", "")


def test_advanced_shipment_tracking_knows_pieces_and_moves_the_status() -> None:
	settings = StoreSettings(shipment_tracking="advanced", custom_statuses=("partial-shipped",))
	with opened(settings=settings) as (store, _clock):
		seller = WooCommerceSeller(store)
		store.place(basket())
		body = {"tracking_provider": "UPS", "tracking_number": "1", "sku": "TEA,HONEY", "qty": "2,1"}
		track(store, method="POST", json={**body, "status_shipped": 2})
		assert ask(store, "orders/7").json()["status"] == "partial-shipped"
		assert [each.shipped for each in seller.figures("7").lines.values()] == [2, 1]
		track(store, method="POST", json={**body, "replace_tracking": 1, "status_shipped": 1})
		assert len(track(store).json()) == 1
		assert ask(store, "orders/7").json()["status"] == "completed"
		assert [each.shipped for each in seller.figures("7").lines.values()] == [3, 2]
		assert ask(store, "orders?status=partial-shipped").json() == []


def test_staff_ships_in_parts_with_the_plugin() -> None:
	settings = StoreSettings(shipment_tracking="advanced", custom_statuses=("partial-shipped",))
	with opened(settings=settings) as (store, _clock):
		seller = WooCommerceSeller(store)
		store.place(basket())
		first = seller.fulfil("7", {0: 2}, number="1Z", carrier="UPS")
		assert ask(store, "orders/7").json()["status"] == "partial-shipped"
		assert [each["tracking_id"] for each in track(store).json()] == [first]
		second = seller.fulfil("7", {0: 1, 1: 2}, number="7", carrier="Bike")
		assert ask(store, "orders/7").json()["status"] == "completed"
		seller.cancel_fulfilment("7", second)
		assert ask(store, "orders/7").json()["status"] == "partial-shipped"
		assert [each.shipped for each in seller.figures("7").lines.values()] == [2, 0]
		with pytest.raises(ValueError, match="1 are left"):
			seller.fulfil("7", {0: 2})
