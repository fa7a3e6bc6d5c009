"""Generated lives of orders in the emulated WooCommerce: what is parsed is the store's own account of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.models import Order
from ecommerce_sync.sandbox.life_generator import Act, Life, lives
from ecommerce_sync.sandbox.sellers import WooCommerceSeller
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.storefronts.woocommerce import PLATFORM
from ecommerce_sync.storefronts.woocommerce.client import WooCommerceStore

from .contract_life import credited, moved
from .woocommerce_world import https_store

D = Decimal


def asked(store: WooCommerceStore, order_id: str) -> Order:
	return PLATFORM.parse_order(store.fetch_order(order_id))


class TestGeneratedLives:
	"""What is parsed comes to the store's own account of each order, after each act."""

	@pytest.mark.parametrize(("seed", "plugins"), [(0, False), (1, True), (2, True)])
	def test_figures_agree(self, seed: int, plugins: bool) -> None:
		settings = StoreSettings(
			currency="EUR",
			shipment_tracking="advanced" if plugins else None,
			custom_statuses=("partial-shipped",) if plugins else (),
			round_at_subtotal=plugins,
		)
		emulator = EmulatedWooCommerce(seed=seed, settings=settings, stock=100_000)
		seller, store = WooCommerceSeller(emulator), https_store(emulator)[0]
		done: set[str] = set()
		for life in lives(seed, 40, "woocommerce", "EUR"):
			order_id = seller.place(life.story)
			shipped: list[str] = []
			for act in (None, *life.acts):
				if act and not _act(seller, order_id, life, act, shipped):
					continue
				done.add(act.name if act else "place")
				_agrees(seller, store, order_id)
		assert done >= {"place", "pay", "edit", "fulfil", "refund", "cancel"}


def _act(seller: WooCommerceSeller, order_id: str, life: Life, act: Act, shipped: list[str]) -> bool:
	"""Whether it is the store's people who do it, and they can; `shipped` are the shipments so far."""
	details = dict(act.details)
	if act.name in ("deliver", "fulfil"):
		shipped.append(seller.fulfil(order_id, details["lines"], details["number"], details["carrier"]))
	elif act.name in ("cancel_delivery", "cancel_fulfilment"):
		seller.cancel_fulfilment(order_id, shipped[details["which"]])
	elif act.name == "refund":
		return _refund(seller, order_id, life, details)
	elif act.name in ("edit", "move", "pay", "cancel"):
		getattr(seller, "edit" if act.name == "move" else act.name)(order_id, **details)
	else:
		return False
	return True


def _refund(seller: WooCommerceSeller, order_id: str, life: Life, details: dict[str, Any]) -> bool:
	if share := details.pop("share", None):
		details["amount"] = (seller.figures(order_id).total * share).quantize(D("0.01"))
	if details.pop("whole_shipping", False):
		details["shipping"] = sum((each.price - each.discount for each in life.story.deliveries), D(0))
	try:
		seller.refund(order_id, **details)
	except (RestError, ValueError):
		return False  # more than is left of the order
	return True


def _agrees(seller: WooCommerceSeller, store: WooCommerceStore, order_id: str) -> None:
	order, figures = asked(store, order_id), seller.figures(order_id)
	assert (order.total, order.live) == (figures.total, figures.live)
	assert credited(order) == figures.credited
	assert moved(order) == figures.paid - figures.refunded
	back = {refund.id for refund in order.refunds if refund.payment_ids}
	assert back == {each.id.removeprefix("refund-") for each in order.payments or () if each.kind == "refund"}
	for line in order.lines:
		pieces = [each for refund in order.refunds for each in refund.lines if each.line_id == line.id]
		assert sum(each.quantity for each in pieces) <= line.quantity
