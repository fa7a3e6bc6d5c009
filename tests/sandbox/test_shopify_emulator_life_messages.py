"""What the emulated Shopify tells while an order lives, checked against the published webhook schemas."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from ecommerce_sync.sandbox.shopify import EmulatedShopify, facts
from ecommerce_sync.sandbox.shopify.life import Tracking
from ecommerce_sync.sandbox.shopify.schema import webhook_schemas, webhook_scopes
from ecommerce_sync.sandbox.story import Bought, Delivery, Person, Place

from .shopify_shop import THERE, ask, shop
from .shopify_stories import ADA, PLACED, VAT, everything, story
from .test_shopify_emulator_orders import unknown_keys

LINES = (
	Bought("Teapot", Decimal("12.50"), 3, sku="TEA-1", taxes=VAT),
	Bought("Cup", Decimal("4.99"), 2, sku="CUP", taxes=VAT),
)
# Arrays that were empty and objects that were null in every published sample.
UNSEEN = """refunds line_item_groups payment_terms discount_allocations returns refund_shipping_lines tags
	return_line_items removals additions""".split()
# The samples happened to have these; a store's messages often do not.
NULLABLE = """note user_id authorization device_id payment_details handle held_by_app reason_notes name
	remaining_fulfillment_order replacement_fulfillment_order tracking_company tracking_number tracking_url
	delivery_method phone shipping_address billing_address customer contact_email sku email destination
	payments_refund_attributes admin_graphql_api_job_id fulfillment_status""".split()
SURPLUS = ("$.tags", "$.email_marketing_consent", "$.sms_marketing_consent")


def lived(store: EmulatedShopify) -> int:
	"""One order to which everything happens."""
	order = store.place(
		story(lines=LINES, deliveries=(Delivery("Post", Decimal("4.90"), taxes=VAT),), paid=False)
	).id
	store.pay(order)
	(part,) = (facts.life_id(store.order(order), facts.TO_SHIP, 0),)
	store.hold(order, part, "OTHER", "Wait")
	store.release(order, part)
	store.split(order, part, {0: 3})
	store.move(order, facts.life_id(store.order(order), facts.TO_SHIP, 1), THERE)
	(sent,) = store.fulfil(order, {0: 2}, Tracking("UPS", ("1Z",)))
	store.track(order, sent, Tracking("DHL", ("7",), ("https://dhl.example/7",)))
	back = store.announce_return(order, {0: 1})
	store.refund(order, {0: 1}, Decimal("1.00"), Decimal("0.50"), "return", True, back, "Sorry")
	store.edit(order, {1: 1}, added=(Bought("Saucer", Decimal("2.00"), 2, sku="SAU", taxes=VAT),))
	other = store.fulfil(order, {2: 1})[0]
	store.cancel_fulfilment(order, other)
	return order


def heard(store: EmulatedShopify) -> dict[str, list[dict[str, Any]]]:
	found: dict[str, list[dict[str, Any]]] = defaultdict(list)
	for message in store.take():
		found[message.topic].append(json.loads(message.body))
	return found


def listening(**settings: Any) -> EmulatedShopify:
	store = shop(**settings)
	store.subscribe(*webhook_scopes())
	return store


def beyond(payload: dict[str, Any], topic: str) -> list[str]:
	validator = Draft202012Validator(webhook_schemas()[topic], format_checker=FormatChecker())
	return [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(payload) if not known(e)]


def known(error: Any) -> bool:
	path = [part for part in error.absolute_path if isinstance(part, str)]
	if error.validator == "required":
		return any(f"'{name}' is a required" in error.message for name in NULLABLE)
	is_null = error.instance is None and any(part in NULLABLE for part in path)
	is_rate = path[-2:] == ["tax_lines", "rate"]  # whole numbers in the samples
	return is_null or is_rate or any(part in UNSEEN for part in path)


@pytest.mark.parametrize(
	"topic",
	[
		*("refunds/create", "fulfillments/create", "fulfillments/update", "order_transactions/create"),
		*("orders/edited", "orders/updated", "orders/paid", "orders/partially_fulfilled"),
		*("returns/request", "returns/approve", "returns/close", "customers/create"),
		*("fulfillment_orders/placed_on_hold", "fulfillment_orders/hold_released"),
		*("fulfillment_orders/moved", "fulfillment_orders/split"),
		"fulfillment_orders/order_routing_complete",
	],
)
def test_messages_fit_the_published_schemas(topic: str) -> None:
	store = listening(stock=50)
	lived(store)
	messages = heard(store)[topic]
	assert messages
	for payload in messages:
		assert beyond(payload, topic) == []
		strange = unknown_keys(payload, webhook_schemas()[topic])
		assert [key for key in strange if key not in SURPLUS] == []


def test_each_act_is_told_once() -> None:
	store = listening(stock=50)
	order = lived(store)
	found = heard(store)
	counts = {topic: len(messages) for topic, messages in found.items() if "/" in topic}
	assert counts["orders/create"] == counts["orders/paid"] == counts["orders/edited"] == 1
	assert counts["refunds/create"] == counts["returns/request"] == counts["returns/approve"] == 1
	assert (counts["fulfillments/create"], counts["fulfillments/update"]) == (2, 2)
	assert counts["order_transactions/create"] == 3
	assert "orders/cancelled" not in counts
	times = [payload["updated_at"] for payload in found["orders/updated"]]
	assert times == sorted(set(times))
	assert found["orders/updated"][-1]["id"] == order


def test_an_edit_tells_deltas_only() -> None:
	store = listening(stock=50)
	order = lived(store)
	(edit,) = [payload["order_edit"] for payload in heard(store)["orders/edited"]]
	lines = [line["id"] for line in store.order(order).as_webhook()["line_items"]]
	assert edit["line_items"] == {
		"additions": [{"id": lines[2], "delta": 2}],
		"removals": [{"id": lines[1], "delta": 1}],
	}
	assert edit["order_id"] == order


def test_a_shipping_price_that_staff_changes_is_told_as_lines() -> None:
	store = listening()
	order = store.place(story(deliveries=(Delivery("Post", Decimal("4.90")),))).id
	store.edit(order, delivery=Decimal("7"))
	(edit,) = [payload["order_edit"] for payload in heard(store)["orders/edited"]]
	old, new = (line["id"] for line in store.order(order).as_webhook()["shipping_lines"])
	assert edit["shipping_lines"] == {"additions": [{"id": new}], "removals": [{"id": old}]}


def test_a_cancelled_order_tells_its_refund_and_its_fulfilment_orders() -> None:
	store = listening()
	store.cancel(store.place(everything()).id)
	topics = set(heard(store))
	assert {"orders/cancelled", "orders/updated", "refunds/create", "fulfillment_orders/cancelled"} <= topics


def test_the_last_parcel_completes_the_order() -> None:
	store = listening()
	order = store.place(story(lines=LINES)).id
	store.fulfil(order, {0: 3})
	store.fulfil(order, {1: 2})
	found = heard(store)
	assert [len(found[f"orders/{word}"]) for word in ("partially_fulfilled", "fulfilled")] == [1, 1]
	assert found["orders/fulfilled"][0]["fulfillment_status"] == "fulfilled"


BOB = Person(5, "Bob", "Builder", "bob@example.com")
CUSTOMER = """query($id: ID!) { customer(id: $id) { id firstName lastName note taxExempt updatedAt tags
	defaultEmailAddress { emailAddress } defaultAddress { city } addressesV2(first: 5) { nodes { city } } } }"""


def customer(store: EmulatedShopify, number: int) -> Any:
	return ask(store, CUSTOMER, id=f"gid://shopify/Customer/{number}")["customer"]


def test_a_customer_is_made_and_changed() -> None:
	moment = [PLACED]
	store = listening(clock=lambda: moment[0])
	first = store.place(story())
	store.place(story(number=1002))
	assert len(heard(store)["customers/create"]) == 1
	assert ADA.id is not None
	moment[0] += timedelta(hours=1)
	store.customers.update(
		ADA.id, last_name="King", home=Place(city="Paris"), note="Countess", tax_exempt=True
	)
	(told,) = heard(store)["customers/update"]
	assert (told["last_name"], told["addresses"][0]["city"], told["note"]) == ("King", "Paris", "Countess")
	shown = customer(store, ADA.id)
	assert (shown["lastName"], shown["defaultAddress"]["city"], shown["taxExempt"]) == ("King", "Paris", True)
	assert shown["updatedAt"] == "2026-09-01T09:30:00Z"
	assert store.order(first.id).as_webhook()["customer"]["last_name"] == "King"
	assert store.order(first.id).updated_at == PLACED
	with pytest.raises(ValueError, match="customer 9"):
		store.customers.update(9, note="?")


def test_merged_customers_leave_one() -> None:
	store = listening()
	store.place(story())
	other = store.place(story(number=1002, person=BOB))
	assert ADA.id is not None and BOB.id is not None
	store.customers.merge(ADA.id, BOB.id)
	(merged,) = heard(store)["customers/merge"]
	assert merged["admin_graphql_api_customer_deleted_id"] == "gid://shopify/Customer/5"
	assert beyond(merged, "customers/merge") == []
	assert customer(store, BOB.id) is None
	assert store.order(other.id).as_webhook()["customer"]["id"] == ADA.id


def test_the_compliance_messages_name_the_person_and_the_orders() -> None:
	store = listening()
	order = store.place(story()).id
	assert ADA.id is not None
	store.customers.ask_data(ADA.id)
	store.customers.redact(ADA.id)
	store.customers.redact_shop()
	found = heard(store)
	(asked,), (redacted,), (gone,) = (
		found[topic] for topic in ("customers/data_request", "customers/redact", "shop/redact")
	)
	assert (asked["orders_requested"], redacted["orders_to_redact"]) == ([order], [order])
	assert redacted["customer"] == {"id": ADA.id, "email": ADA.email, "phone": ADA.phone}
	assert gone == {"shop_id": 548380009, "shop_domain": "emulated.myshopify.com"}
	for topic in ("customers/data_request", "customers/redact", "shop/redact"):
		assert beyond(found[topic][0], topic) == []


def test_compliance_topics_cannot_be_subscribed_by_the_api() -> None:
	store = shop()
	query = """mutation { webhookSubscriptionCreate(topic: CUSTOMERS_REDACT, webhookSubscription: {
		uri: "https://app.example/" }) { userErrors { message } } }"""
	assert store.graphql(query)["errors"][0]["extensions"]["code"] == "argumentLiteralsIncompatible"
