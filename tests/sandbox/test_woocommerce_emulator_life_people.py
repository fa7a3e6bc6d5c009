"""Customers and payouts of the emulated WooCommerce."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.sandbox.story import Bought, Person
from ecommerce_sync.sandbox.woocommerce.payouts import Transaction
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings

from .woocommerce_samples import DUPONT, VAT, differences, recorded, story
from .woocommerce_shop import START, ask, opened, told

ADA = Person(3, "Ada", "Lovelace", "ada@example.com", "1")


@pytest.fixture
def store() -> Iterator[EmulatedWooCommerce]:
	with opened() as (served, _clock):
		yield served


def bought(number: int = 7, **changes: Any) -> Any:
	return story(number, **{"person": ADA, "billing": DUPONT, "shipping": DUPONT, **changes})


def test_a_checkout_registers_a_customer_as_recorded(store: EmulatedWooCommerce) -> None:
	store.keep("customer.created", "customer.updated")
	store.place(bought(paid=False))
	(message,) = store.kept()
	assert message.webhook.topic == "customer.created"
	assert message.headers["X-WC-Webhook-Resource"] == "customer"
	real, made = recorded("store.webhook.customer.created.json"), json.loads(message.body)
	assert differences(real, made) == []
	for key in (
		"id",
		"email",
		"first_name",
		"last_name",
		"username",
		"billing",
		"shipping",
		"is_paying_customer",
	):
		assert made[key] == real[key], key
	assert made["avatar_url"] == real["avatar_url"]
	store.place(bought(8, billing=replace(DUPONT, city="Paris")))
	assert told(store) == [("customer.updated", 3)]
	now = ask(store, "customers/3").json()
	assert (now["billing"]["city"], now["is_paying_customer"], now["date_created"]) == (
		"Paris",
		True,
		made["date_created"],
	)


def test_guests_are_no_customers(store: EmulatedWooCommerce) -> None:
	store.place(bought(person=replace(ADA, id=None)))
	assert ask(store, "customers").json() == []


def test_a_customer_is_changed(store: EmulatedWooCommerce) -> None:
	store.place(bought())
	store.keep("customer.updated", "order.updated")
	sent = {
		"email": "new@example.com",
		"billing": {"city": "Nice", "phone": "2"},
		"meta_data": [{"key": "k", "value": 1}],
	}
	now = ask(store, "customers/3", "PUT", json=sent).json()
	assert (now["email"], now["billing"]["city"], now["billing"]["phone"]) == ("new@example.com", "Nice", "2")
	assert now["billing"]["address_1"] == "2 Avenue Foch" and now["billing"]["email"] == "ada@example.com"
	assert [(row["key"], row["value"]) for row in now["meta_data"]] == [("k", 1)]
	assert now["date_modified_gmt"] > now["date_created_gmt"]
	assert told(store) == [("customer.updated", 3)], "orders keep the address that they were sent to"
	store.edit_customer(3, first_name="Augusta")
	assert ask(store, "customers?email=NEW@example.com").json()[0]["first_name"] == "Augusta"
	assert ask(store, "customers?search=augu").headers["X-WP-Total"] == "1"
	assert ask(store, "customers?email=ada@example.com").json() == []


@pytest.mark.parametrize(
	("body", "code"),
	[
		({"email": 3}, "rest_invalid_param"),
		({"email": "nobody"}, "customer_invalid_email"),
		({"billing": "Lyon"}, "rest_invalid_param"),
	],
)
def test_what_is_refused(store: EmulatedWooCommerce, body: dict[str, Any], code: str) -> None:
	store.place(bought())
	answer = ask(store, "customers/3", "PUT", json=body)
	assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_customer_is_deleted(store: EmulatedWooCommerce) -> None:
	store.place(bought())
	store.keep("customer.deleted")
	assert ask(store, "customers/3", "DELETE").status_code == 501
	assert ask(store, "customers/3?force=true", "DELETE").json()["id"] == 3
	(message,) = store.kept()
	assert (message.webhook.topic, message.body) == ("customer.deleted", b'{"id":3}')
	missing = ask(store, "customers/3")
	assert (missing.status_code, missing.json()["code"]) == (404, "woocommerce_rest_invalid_id")
	assert ask(store, "customers/3", "PUT", json={}).status_code == 400
	order = ask(store, "orders/7").json()
	assert (order["customer_id"], order["billing"]["email"]) == (0, "ada@example.com")


def test_no_payouts_without_the_plugin(store: EmulatedWooCommerce) -> None:
	for path in ("payments/deposits", "payments/transactions", "payments/deposits/po_1"):
		assert ask(store, path).json()["code"] == "rest_no_route"


def test_payouts_hold_charges_and_refunds() -> None:
	with opened(settings=StoreSettings(woopayments=True)) as (store, clock):
		assert ask(store, "payment_gateways").json()[-1]["id"] == "woocommerce_payments"
		line = Bought("Tea", Decimal(50), 2, sku="TEA", taxes=VAT)
		store.place(bought(lines=(line,), gateway="woocommerce_payments"))
		store.place(bought(8, gateway="stripe"))
		order = ask(store, "orders/7").json()
		meta = {row["key"]: row["value"] for row in order["meta_data"]}
		assert order["transaction_id"] == meta["_intent_id"] and meta["_wcpay_transaction_fee"] == "3.78"
		(first,) = store.pay_out()
		clock.pass_by(days=1)
		refund = store.refund(7, {0: 1}, pay=True)
		store.refund(7, amount=Decimal(1))
		dispute = Transaction("txn_d", "adjustment", START, Decimal("-15"), Decimal(0), "EUR")
		(second,) = store.pay_out(extra=(dispute,))
		assert store.pay_out() == []
		newest, oldest = ask(store, "payments/deposits").json()["data"]
		assert (oldest["id"], oldest["amount"], oldest["type"]) == (first.id, 12000 - 378, "deposit")
		assert (newest["id"], newest["amount"], newest["type"]) == (second.id, -7500, "withdrawal")
		assert (newest["currency"], newest["date"]) == ("eur", "2026-11-23 12:00:00")
		(charge,) = ask(store, f"payments/transactions?deposit_id={first.id}").json()["data"]
		assert (charge["type"], charge["amount"], charge["fees"], charge["net"]) == (
			"charge",
			12000,
			378,
			11622,
		)
		assert (charge["order"]["id"], charge["payment_intent_id"]) == (7, order["transaction_id"])
		rows = ask(store, f"payments/transactions?deposit_id={second.id}&direction=asc").json()["data"]
		assert {row["type"]: row["order"] and row["order"]["id"] for row in rows} == {
			"adjustment": None,
			"refund": 7,
		}
		marks = {
			row["key"]: row["value"]
			for row in ask(store, f"orders/7/refunds/{refund.id}").json()["meta_data"]
		}
		assert marks["_wcpay_refund_transaction_id"] in {row["transaction_id"] for row in rows}
		after = (START + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
		assert len(ask(store, f"payments/deposits?date_after={after}").json()["data"]) == 1
		assert ask(store, "payments/deposits?pagesize=1&page=2").json()["data"] == [oldest]
		assert ask(store, f"payments/deposits/{first.id}").json() == oldest
