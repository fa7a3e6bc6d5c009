"""Generated lives: what the connector reads of an order comes to the emulated store's own account of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.models import Order
from ecommerce_sync.core.money import minor_digits, rounded
from ecommerce_sync.sandbox.life_generator import Act, Life, lives
from ecommerce_sync.sandbox.lives import Figures
from ecommerce_sync.sandbox.sellers import ShopifySeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.storefronts.base import Storefront
from ecommerce_sync.storefronts.shopify import PLATFORM
from tests.storefronts.contract import balance
from tests.storefronts.contract_life import credited, moved
from tests.storefronts.test_shopify_contract import ShopifyWorld

RENAMED = {"deliver": "fulfil", "cancel_delivery": "cancel_fulfilment", "move": "edit", "return": "refund"}


class Teller:
	"""Plays the acts of a life in the store; what a person would do at the Desk, the shop's staff does here."""

	def __init__(self, seller: ShopifySeller, life: Life) -> None:
		self.seller, self.life = seller, life
		self.order_id = seller.place(life.story)
		self.shipments: list[str] = []
		self.announced: str | None = None

	def act(self, act: Act) -> None:
		name, details = RENAMED.get(act.name, act.name), dict(act.details)
		if name == "parcels":
			return
		if name == "pay_part":
			details = {"amount": self._part(details["share"], self.figures.owed)}
			name = "pay"
		if name == "refund":
			details = self._refund(details)
		if name == "cancel_fulfilment":
			details = {"fulfilment_id": self.shipments[details["which"]]}
		if name == "refund" and not any(details.get(key) for key in ("lines", "shipping", "amount")):
			return
		if name == "pay" and self.figures.owed <= 0:
			return
		made = getattr(self.seller, name)(self.order_id, **details)
		if name == "fulfil":
			self.shipments.append(made)
		self.announced = made if name == "announce_return" else None

	@property
	def figures(self) -> Figures:
		return self.seller.figures(self.order_id)

	def _refund(self, details: dict[str, Any]) -> dict[str, Any]:
		order = self.seller.emulator.order(int(self.order_id))
		if details.pop("whole_shipping", False):
			return {"shipping": order.current.shipping_discounted.shop}
		if share := details.pop("share", None):
			return {"amount": self._part(share, self.figures.paid - self.figures.refunded)}
		return {**details, "return_id": self.announced}

	def _part(self, share: Decimal, amount: Decimal) -> Decimal:
		return rounded(amount * share, minor_digits(self.life.story.currency))


def agrees(order: Order, figures: Figures, has_payments: bool) -> None:
	"""The neutral order against the store's own account."""
	assert order.live == figures.live
	assert order.total == figures.total
	assert balance(order) == 0
	ordered = {line.id: line.quantity for line in order.lines if line.quantity}
	assert ordered == {line: pieces.ordered for line, pieces in figures.lines.items() if pieces.ordered}
	if figures.live:
		assert credited(order) == figures.credited
	if has_payments:
		assert moved(order) == figures.paid - figures.refunded
	back: Counter[str] = Counter()
	for part in (part for refund in order.refunds for part in refund.lines):
		back[part.line_id] += int(part.quantity) if part.restock == "return" else 0
	wanted = {line: pieces.returned for line, pieces in figures.lines.items() if pieces.returned}
	assert {line: pieces for line, pieces in back.items() if pieces} == wanted


@pytest.fixture(scope="module", params=["USD", "JPY", "KWD"])
def shop(request: pytest.FixtureRequest) -> Iterator[tuple[EmulatedShopify, str]]:
	with EmulatedShopify(
		5,
		shop=Shop(currency=request.param),
		client_id="client-id",
		client_secret="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",
		access_token="shpat_0123456789abcdef0123456789abcdef",
		points=1e6,
		restore_rate=1e6,
	) as store:
		yield store, request.param


@pytest.mark.parametrize("seed", range(2))
def test_generated_lives_come_to_the_stores_figures(shop: tuple[EmulatedShopify, str], seed: int) -> None:
	emulator, currency = shop
	seller = ShopifySeller(emulator)
	connected: Storefront = PLATFORM.connect(ShopifyWorld(emulator).credentials)
	told: Counter[str] = Counter()
	for life in lives(seed, 25, "shopify", currency):
		teller = Teller(seller, _renumbered(life, seed))
		for act in life.acts:
			teller.act(act)
			told[act.name] += 1
		payload = connected.fetch_order(teller.order_id)
		order = PLATFORM.parse_order(payload)
		agrees(order, teller.figures, has_payments=True)
		message = PLATFORM.parse_order(json.loads(json.dumps(emulator.order(int(order.id)).as_webhook())))
		agrees(message, teller.figures, has_payments=False)
		assert message.lines == order.lines and message.taxes == order.taxes
		assert message.fulfilments == order.fulfilments
		assert balance(PLATFORM.parse_order(payload, presentment=True)) == 0
	assert {"pay", "edit", "fulfil", "refund", "cancel"} <= set(told)


def _renumbered(life: Life, seed: int) -> Life:
	"""All seeds live in one store."""
	return replace(life, story=replace(life.story, number=life.story.number + 100_000 * seed))
