"""What wc/v3 says of an order's shipment and of customers, and which messages say all."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import PayloadRefused
from ecommerce_sync.core.life import LineQuantity, Parcel
from ecommerce_sync.storefronts.woocommerce import PLATFORM, memory
from ecommerce_sync.storefronts.woocommerce.parse import parse_order

from .test_woocommerce_life_parse import DETAILS, MUG, SHIRT, SUMMARY, WRAP, order_with, refund_of
from .woocommerce_world import recorded

D = Decimal


class TestShipments:
	def test_completed_ships_all_that_was_not_paid_back_before(self) -> None:
		early = refund_of(40, "13.50", {MUG: (1, "11.25", "2.25")})
		late = refund_of(41, "13.50", {MUG: (1, "11.25", "2.25")}, date_created_gmt="2026-11-25T00:00:00")
		payload = order_with(early, late, status="completed", date_completed_gmt="2026-11-24T00:00:00")
		(fulfilment,) = parse_order(payload).fulfilments
		assert (fulfilment.id, fulfilment.status) == ("completed", "success")
		assert {line.line_id: line.quantity for line in fulfilment.lines} == {MUG: 2, SHIRT: 1, WRAP: 1}

	@pytest.mark.parametrize(
		("word", "status"),
		[
			("processing", "cancelled"),
			("wc-on-hold", "cancelled"),
			("cancelled", "cancelled"),
			("partial-shipped", "cancelled"),
			("refunded", "success"),
			("delivered", "success"),
		],
	)
	def test_completed_once(self, word: str, status: str) -> None:
		payload = order_with(status=word, date_completed_gmt="2026-11-24T00:00:00")
		assert [each.status for each in parse_order(payload).fulfilments] == [status]

	def test_never_completed(self) -> None:
		assert parse_order(order_with(status="refunded")).fulfilments == ()

	def test_memory_covers_its_pieces(self) -> None:
		entry = memory.Entry(
			id="DN-1", lines=(LineQuantity(line_id=MUG, quantity=D(2)),), parcels=(Parcel(number="1"),)
		)
		back = memory.Entry(
			id="DN-2", status="cancelled", lines=(LineQuantity(line_id=SHIRT, quantity=D(1)),)
		)
		payload = order_with(
			status="completed", date_completed_gmt="2026-11-24T00:00:00", **memory.written([entry, back])
		)
		ours, called_back, rest = parse_order(payload).fulfilments
		assert (ours.id, ours.parcels, called_back.status) == ("DN-1", (Parcel(number="1"),), "cancelled")
		assert {line.line_id: line.quantity for line in rest.lines} == {MUG: 1, SHIRT: 1, WRAP: 1}

	@pytest.mark.parametrize("junk", ["", "{", '[1, {"x": 2}]', {"a": 1}, [None], 5, "[" * 5000])
	def test_memory_that_is_none(self, junk: Any) -> None:
		payload = order_with(meta_data=[{"key": memory.META, "value": junk}])
		assert parse_order(payload).fulfilments == ()

	def test_parcels_of_the_plugin(self) -> None:
		items = [
			{
				"tracking_provider": "ups",
				"tracking_number": "1Z9",
				"custom_tracking_provider": "",
				"tracking_id": "a",
			},
			{
				"custom_tracking_provider": "Dropp",
				"custom_tracking_link": "https://dropp.is/D1",
				"tracking_number": "D1",
			},
			"junk",
			{},
		]
		for value in (items, dict(enumerate(items))):
			meta = [{"key": "_wc_shipment_tracking_items", "value": json.loads(json.dumps(value))}]
			payload = order_with(status="completed", date_completed_gmt="2026-11-24T00:00:00", meta_data=meta)
			(fulfilment,) = parse_order(payload).fulfilments
			assert fulfilment.parcels == (
				Parcel(carrier="ups", number="1Z9"),
				Parcel(carrier="Dropp", number="D1", url="https://dropp.is/D1"),
			)

	def test_parcel_whose_contents_are_told(self) -> None:
		item = {
			"tracking_id": "ab12",
			"tracking_number": "1Z9",
			"date_shipped": "1764000000",
			"products_list": [
				{"product": "13", "item_id": MUG, "qty": "2"},
				{"item_id": "4711", "qty": "1"},
				"x",
			],
		}
		meta = [{"key": "_wc_shipment_tracking_items", "value": [item]}]
		(fulfilment,) = parse_order(order_with(meta_data=meta)).fulfilments
		assert (fulfilment.id, fulfilment.status) == ("ab12", "success")
		assert fulfilment.lines == (LineQuantity(line_id=MUG, quantity=D(2)),)
		assert fulfilment.created_at == datetime(2025, 11, 24, 16, 0, tzinfo=timezone.utc)


class TestCustomers:
	@pytest.mark.parametrize("name", ["store.rest.customer.json", "store.webhook.customer.created.json"])
	def test_recorded(self, name: str) -> None:
		payload = recorded(name)
		record = PLATFORM.parse_customer(payload)
		assert (record.customer.id, record.customer.email) == (str(payload["id"]), payload["email"])
		assert record.updated_at and record.merged_into is None

	def test_addresses(self) -> None:
		record = PLATFORM.parse_customer(recorded("store.rest.customer.json"))
		billing, shipping = record.addresses
		assert (billing.line1, billing.phone, shipping.city) == ("11 Rue Pierre", "+33100000000", "Paris")
		assert record.customer.name == "Marie Curie" and record.customer.phone == "+33100000000"

	def test_bare_account(self) -> None:
		record = PLATFORM.parse_customer(
			{"id": 5, "email": "a@b.c", "billing": [], "shipping": None, "meta_data": None}
		)
		assert record.customer.id == "5" and record.addresses == () and record.updated_at is None

	@pytest.mark.parametrize(
		"payload", [{}, {"id": 0}, {"id": 5, "billing": "x"}, [], {"code": "x", "message": "y"}]
	)
	def test_junk(self, payload: Any) -> None:
		with pytest.raises(PayloadRefused):
			PLATFORM.parse_customer(payload)

	def test_no_requests_about_personal_data(self) -> None:
		with pytest.raises(PayloadRefused):
			PLATFORM.parse_privacy("customers/redact", {})


class TestEnvelope:
	def test_refunds_in_sums_are_not_whole(self) -> None:
		headers = {"X-WC-Webhook-Topic": "order.updated"}
		for payload, whole in (
			(SUMMARY, False),
			({**SUMMARY, "refunds": DETAILS}, True),
			({**SUMMARY, "refunds": []}, True),
		):
			assert PLATFORM.envelope(headers, json.dumps(payload).encode()).whole is whole

	@pytest.mark.parametrize("topic", PLATFORM.capabilities.customer_topics)
	def test_customers(self, topic: str) -> None:
		payload = recorded("store.webhook.customer.created.json")
		body = {"id": payload["id"]} if topic.endswith("deleted") else payload
		envelope = PLATFORM.envelope({"X-WC-Webhook-Topic": topic}, json.dumps(body).encode())
		assert (envelope.kind, envelope.external_id) == ("customer", str(payload["id"]))
		assert (envelope.whole, envelope.deleted) == (
			not topic.endswith("deleted"),
			topic.endswith("deleted"),
		)
