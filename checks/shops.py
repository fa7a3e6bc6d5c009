"""Emulated stores with their Store Connections, and their orders as signed messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import frappe

from ecommerce_sync.bootstrap import inbox, journal
from ecommerce_sync.demo_site import connect_shop, retire
from ecommerce_sync.sandbox.baskets import Platform
from ecommerce_sync.sandbox.sellers import DemoSeller, ShopifySeller, WooCommerceSeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop as ShopifyShop
from ecommerce_sync.sandbox.story import Story
from ecommerce_sync.sandbox.traffic import Message
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sync.receive import receive

HOST = "127.0.0.1"  # what the emulated stores call themselves: where they are served


@dataclass
class CheckedShop:
	"""One store with one currency. `stories` are by the order's id."""

	store: str
	seller: DemoSeller
	currency: str
	stories: dict[str, Story] = field(default_factory=dict)

	@property
	def platform(self) -> Platform:
		return self.seller.platform

	def place(self, story: Story) -> str:
		"""A shopper orders; returns the order's id."""
		order = self.seller.place(story)
		self.stories[order] = story
		return order

	def created(self, order: str) -> Message:
		"""What the store sends of a new order (WooCommerce sends two messages: the one named so)."""
		return self.seller.messages(order)[-1]

	def totals(self) -> dict[str, Decimal]:
		"""What the store says that each order comes to."""
		return {placed.id: placed.total for placed in self.seller.orders()}


def open_shop(
	stack: ExitStack, prefix: str, platform: Platform, currency: str, company: str, **values: Any
) -> CheckedShop:
	"""A store that is served over HTTP as long as `stack` is open. The caller commits.

	`prefix` names it, once a site.
	"""
	store = f"{prefix} {platform} {currency}"
	seller: DemoSeller
	if platform == "shopify":
		shop = ShopifyShop(domain=HOST)
		seller = ShopifySeller(stack.enter_context(EmulatedShopify(shop=shop, points=1e9)), store)
	else:
		seller = WooCommerceSeller(stack.enter_context(EmulatedWooCommerce()), store)
	return CheckedShop(connect_shop(seller.shop(), company, **values), seller, currency)


def next_prefix(word: str) -> str:
	"""`word 7` when there are stores of six runs before; those are disabled and nothing of them is left to do."""
	runs = frappe.get_all("Store Connection", {"store_name": ["like", f"{word} %"]}, ["name", "store_name"])
	frappe.db.delete("Sync Log", {"store": ["in", [run.name for run in runs]], "state": "Queued"})
	retire([run.name for run in runs])
	numbers = [int(run.store_name.split()[len(word.split())]) for run in runs]
	return f"{word} {max(numbers, default=0) + 1}"


def deliver(message: Message) -> str:
	"""Through the door without HTTP: judged and stored. Returns the answer's word."""
	found = inbox(message.store)
	if found is None:
		raise RuntimeError(f"Store Connection {message.store} is not enabled")
	receipt = receive(journal(), found, message.headers, message.body)
	if receipt.status != 200:
		raise RuntimeError(f"{message.store} refused its own message: {receipt.status} {receipt.word}")
	return receipt.word


def orders_of(shops: Sequence[CheckedShop]) -> Iterator[tuple[CheckedShop, str]]:
	"""Every order of every store, the stores taking turns."""
	queues = [[(shop, order) for order in shop.stories] for shop in shops]
	for place in range(max(map(len, queues), default=0)):
		yield from (queue[place] for queue in queues if place < len(queue))
