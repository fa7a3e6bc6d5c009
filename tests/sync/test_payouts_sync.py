"""Payouts of both emulated stores beside the payments that they settle, on the embedded ERP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecommerce_sync.sync.payouts import record_payouts

from .people_world import People, opened


@pytest.fixture(params=["shopify", "woocommerce"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
	with opened(request.param, tmp_path) as made:
		yield made


GATEWAYS = {"shopify": "shopify_payments", "woocommerce": "woocommerce_payments"}


def test_payouts_are_listed_with_the_payments_that_they_settle(world: People) -> None:
	bank = {"record_payments": True, "payment_account": "Bank - DC", "gateway_fee_account": "Fees - DC"}
	world.settings = world.settings.model_copy(update=bank)
	order = world.buy(gateway=GATEWAYS[world.seller.platform], paid=True)
	world.hear()
	assert world.erp.documents("Payment Entry")
	world.ahead = timedelta(days=3)
	world.seller.emulator.clock = world.machine.now
	if world.seller.platform == "woocommerce":
		world.seller.emulator.pay_out()
	written = record_payouts(world.machine, world.store)
	payouts = [row["data"] for row in world.erp.documents("Store Payout")]
	assert written == len(payouts) >= 1
	entries = [entry for payout in payouts for entry in payout["entries"]]
	settled = [entry for entry in entries if entry["order_id"] == order]
	assert settled and all(entry["payment_entry"] for entry in settled)
	charge = next(entry for entry in settled if entry["kind"] == "charge")
	assert (Decimal(charge["amount"]), Decimal(charge["net"])) == (Decimal(20), Decimal(20) - Decimal("0.88"))
	assert record_payouts(world.machine, world.store) == 0
	assert world.erp.last_payout(world.store)
