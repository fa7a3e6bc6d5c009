"""The inside of an emulated WooCommerce: its orders, customers, products, tax table, keys and webhooks.

What happens in the shop is a method (`place`, `update`, `cancel`, `delete`, `sell` and, for its products,
those of `Shelf`); what the queue runner does is `run_queue`. How it is asked over HTTP is in `server`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from itertools import count
from typing import Any

from ecommerce_sync.sandbox import catalogue as sandbox_catalogue
from ecommerce_sync.sandbox.catalogue import PRODUCTS
from ecommerce_sync.sandbox.faults import Faults
from ecommerce_sync.sandbox.story import Place, Story
from ecommerce_sync.sandbox.woocommerce.auth import ApiKey, Authenticator, Permissions
from ecommerce_sync.sandbox.woocommerce.encoding import wp_json
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.notes import Notes
from ecommerce_sync.sandbox.woocommerce.order_book import FIRST_REFUND_ID
from ecommerce_sync.sandbox.woocommerce.order_life import OrderLife
from ecommerce_sync.sandbox.woocommerce.orders import RedeemedGiftCard, WooOrder, moved_on, write_down
from ecommerce_sync.sandbox.woocommerce.payouts import Payout, Payouts, Transaction
from ecommerce_sync.sandbox.woocommerce.people import People
from ecommerce_sync.sandbox.woocommerce.sales import FIRST_NUMBER, purchase
from ecommerce_sync.sandbox.woocommerce.seeding import Seeder, Stock
from ecommerce_sync.sandbox.woocommerce.settings import RateTable, StoreSettings
from ecommerce_sync.sandbox.woocommerce.shelf import Shelf
from ecommerce_sync.sandbox.woocommerce.stock import settled
from ecommerce_sync.sandbox.woocommerce.webhooks import Delivery, Message, Webhook, Webhooks, deliver, message


def utc_now() -> datetime:
	return datetime.now(timezone.utc)


class Store(Shelf, OrderLife, People):
	"""A shop. `seed` fixes its keys and secrets; `now` is its clock.

	It sells `catalogue`, with `stock` pieces of each variant, or of those named by SKU (the others are not
	counted), or with None counts nothing. Gift cards and sets are never counted.
	"""

	def __init__(
		self,
		seed: int = 0,
		settings: StoreSettings | None = None,
		faults: Faults | None = None,
		now: Callable[[], datetime] = utc_now,
		catalogue: Sequence[sandbox_catalogue.Product] = PRODUCTS,
		stock: Stock = 100,
	) -> None:
		self._random = random.Random(f"woocommerce:{seed}")
		self.settings = settings or StoreSettings()
		self.faults = faults or Faults(seed=seed)
		self.now = now
		self.url = "http://shop.example"  # until a server is started
		self.rates = RateTable()
		self.webhooks = Webhooks(now)
		self.goods = Goods(now, self.webhooks.happened)
		Seeder(self.goods.shelves, self.goods.terms, self.settings, stock, now()).fill(catalogue)
		self.auth = Authenticator(clock=lambda: now().timestamp())
		self.webhook_secret = self._token("", 40)
		self.key = self.add_key()
		self.orders = {}
		self.notes = Notes(now)
		self.customers = {}
		self.payouts = Payouts()
		self._salt = self._token("", 64)
		self._lock = threading.RLock()
		self._sales = count(FIRST_NUMBER)
		self._refund_ids = count(FIRST_REFUND_ID)

	def add_key(self, permissions: Permissions = "read_write") -> ApiKey:
		"""A new REST API key with these rights."""
		return self.auth.add(ApiKey(self._token("ck_", 40), self._token("cs_", 40), permissions))

	def place(
		self,
		story: Story,
		*,
		created_via: str = "checkout",
		gift_cards: tuple[RedeemedGiftCard, ...] = (),
	) -> WooOrder:
		"""A new order. A checkout tells of its update before its creation, because it saves a draft first;
		an order made over REST tells of its creation first, then of its update and of the stock it took."""
		with self._lock:
			self.goods.shelves.learn(story)
			ids_of = self.goods.shelves.line_ids
			order = write_down(story, self.settings, self.rates, gift_cards, created_via, ids_of)
			topics = ("order.updated", "order.created")
			for topic in topics if created_via != "rest-api" else reversed(topics):
				self.webhooks.happened(topic, order.id)
			order = self.orders[order.id] = settled(order, self.goods)
			self.goods.sold((order.stock_id(at), line.quantity) for at, line in order.lines)
			self._meet(story)
		return order

	def sell(self, wanted: str | int, quantity: int = 1) -> WooOrder:
		"""A shopper buys so many of a SKU or id and pays now; the stock is taken. Raises KeyError for what is
		not there, OutOfStock when the shop has fewer pieces and takes no backorders, ValueError for a product
		that is only sold in its variations or parts."""
		with self._lock, self.goods.lock:
			product = self.product(wanted if isinstance(wanted, int) else self.id_of(wanted))
			story = purchase(self.goods, self.settings, next(self._sales), product, quantity, self.now())
			return self.place(story)

	def update(
		self,
		order: WooOrder | int,
		*,
		at: datetime | None = None,
		status: str | None = None,
		note: str | None = None,
		billing: Place | None = None,
		shipping: Place | None = None,
		email: str | None = None,
		quantities: Mapping[int, int] | None = None,
		remove: tuple[int, ...] = (),
		meta: tuple[tuple[str, Any], ...] = (),
		transaction_id: str | None = None,
	) -> WooOrder:
		"""Edit an order as `WooOrder.changed` does; with nothing named it is saved unchanged, which tells of
		an update all the same. `at` (default now) is its new modification time. Raises KeyError."""

		def change(old: WooOrder, at: datetime) -> WooOrder:
			return old.changed(
				at,
				status=status,
				note=note,
				billing=billing,
				shipping=shipping,
				email=email,
				quantities=quantities,
				remove=remove,
				meta=meta,
				transaction_id=transaction_id,
			)

		return self.save(order, change, at)

	def cancel(self, order: WooOrder | int, *, at: datetime | None = None) -> WooOrder:
		return self.update(order, status="cancelled", at=at)

	def delete(self, order: WooOrder | int, *, force: bool = False) -> WooOrder:
		"""Into the trash, or with `force` for good, of which WooCommerce tells nobody. Raises KeyError."""
		with self._lock:
			old = self.order(order)
			new = old.trashed(moved_on(old, self.now()))
			if force:
				del self.orders[old.id]
			else:
				self.orders[old.id] = new
		if not force:
			self.webhooks.happened("order.deleted", old.id)
		return new

	def pay_out(self, at: datetime | None = None, extra: Iterable[Transaction] = ()) -> list[Payout]:
		"""WooPayments transfers all that orders paid through it have moved since the last time, and `extra`."""
		return self.payouts.issue(list(self.orders.values()), at or self.now(), extra)

	def run_queue(self, workers: int = 1) -> list[Delivery]:
		"""Build and send what is queued, each message once, in the order that the faults leave."""
		due = [self._message(webhook, id_) for webhook, id_ in self.webhooks.take()]
		outgoing = self.faults.next_deliveries(due)
		if workers == 1:
			return [deliver(each) for each in outgoing]
		with ThreadPoolExecutor(workers) as pool:
			return list(pool.map(deliver, outgoing))

	def keep(self, *topics: str) -> None:
		"""From now on hold messages of these topics for `kept`, for those who deliver them instead of listening."""
		for topic in topics:
			self.webhooks.hold(topic, self.webhook_secret)

	def kept(self, *topics: str) -> list[Message]:
		"""What is held of `topics` (none: all) since the last time, in order, built now: several changes of one
		thing are one message. Webhooks over HTTP go on beside it."""
		return [self._message(webhook, id_) for webhook, id_ in self.webhooks.take_held(topics)]

	def message(self, order: WooOrder | int, topic: str) -> tuple[dict[str, str], bytes]:
		"""Headers and body of `topic` about an order (or a product) as it is now, for a sender of one's own. Without a
		webhook for `topic` it is signed by `webhook_secret`, as webhook 0."""
		now = self.now()
		loose = Webhook(0, topic, topic, "", now, now, self.webhook_secret)
		webhook = self.webhooks.of(topic) or loose
		made = self._message(webhook, order.id if isinstance(order, WooOrder) else order)
		return made.headers, made.body

	def payload(self, resource: str, id_: int) -> dict[str, Any]:
		"""What the REST API answers for one thing; its error when the thing is gone."""
		if resource == "order" and id_ in self.orders:
			return self.orders[id_].as_json(self.url)
		if resource == "product" and (product := self.goods.shelves.get(id_)):
			return self.goods.shown(self.settings, self.url).product(product)
		if resource == "customer" and id_ in self.customers:
			return self.customers[id_].as_json(self.settings, self.url)
		return not_found(resource).as_json()

	def configure(self, **settings: Any) -> None:
		"""Change settings; what was ordered before keeps its own."""
		self.settings = replace(self.settings, **settings)

	def _message(self, webhook: Webhook, id_: int) -> Message:
		content = {"id": id_} if webhook.event == "deleted" else self.payload(webhook.resource, id_)
		second = int(self.now().timestamp())
		return message(webhook, id_, wp_json(content), self.url, second, self._salt)

	def _token(self, prefix: str, length: int) -> str:
		return prefix + "".join(self._random.choices("0123456789abcdef", k=length))


def not_found(resource: str) -> RestError:
	names = {"order": "shop_order", "webhook": "shop_webhook", "customer": "", "product": "product"}
	code = "_".join(
		part for part in ("woocommerce_rest", names.get(resource, resource), "invalid_id") if part
	)
	message = "Invalid resource ID." if resource == "customer" else "Invalid ID."
	return RestError(code, message, 404)
