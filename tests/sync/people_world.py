"""One emulated store and the embedded ERP, for the tests of customers, personal data and payouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecommerce_sync.core.settings import StoreSettings
from ecommerce_sync.erps.embedded import Database, EmbeddedErp, EmbeddedJournal
from ecommerce_sync.sandbox.sellers import ShopifySeller, WooCommerceSeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.sandbox.story import Bought, Person, Place, Story
from ecommerce_sync.sandbox.traffic import Message
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings as WooSettings
from ecommerce_sync.sandbox.world import connection, settings_for
from ecommerce_sync.storefronts.base import platform
from ecommerce_sync.sync.machine import Machine
from ecommerce_sync.sync.receive import Inbox, receive
from ecommerce_sync.sync.work import drain

ADA = Person(71, "Ada", "Byron", "ada@example.com", None)
BOB = Person(72, "Bob", "Stone", "bob@example.com", None)
HOME = Place("Ada", "Byron", None, "1 Mill Road", None, "York", zip="YO1 7HH", country_code="GB")
ABROAD = Place("Ada", "Byron", None, "5 Rue Haute", None, "Lyon", zip="69001", country_code="FR")
PRIVACY = ("customers/data_request", "customers/redact", "shop/redact")


@dataclass
class People:
	"""One emulated store and the ERP; `settings` may be changed at any time."""

	seller: Any
	erp: EmbeddedErp
	journal: EmbeddedJournal
	settings: StoreSettings
	number: int = 900
	ahead: timedelta = timedelta()

	@property
	def store(self) -> str:
		return str(self.seller.store)

	@property
	def machine(self) -> Machine:
		return Machine(
			self.erp,
			self.journal,
			lambda store: connection(self.seller.shop(), self.settings),
			lambda: datetime.now(timezone.utc) + self.ahead,
		)

	def buy(self, person: Person = ADA, place: Place = HOME, **more: Any) -> str:
		self.number += 1
		at = datetime.now(timezone.utc) - timedelta(days=1)
		lines = (Bought("Cup", Decimal("10.00"), 2, sku="CUP"),)
		story = Story(self.number, at, "USD", lines, person=person, billing=place, shipping=place, **more)
		return str(self.seller.place(story))

	def take(self) -> list[Message]:
		return list(self.seller.pending())

	def tell(self, messages: list[Message]) -> None:
		shop = self.seller.shop()
		inbox = Inbox(self.store, platform(self.seller.platform), shop.domain, [shop.secret])
		for message in messages:
			assert receive(self.journal, inbox, message.headers, message.body).status == 200
		drain(self.machine, budget=60)

	def hear(self) -> list[Message]:
		messages = self.take()
		self.tell(messages)
		return messages

	def edit(self, customer_id: int = 71, **changes: Any) -> None:
		"""Somebody changes an account: `first_name`, `last_name`, `email`, `home`."""
		if self.seller.platform == "shopify":
			self.seller.emulator.customers.update(customer_id, **changes)
			return
		if home := changes.pop("home", None):
			changes["billing"] = {
				"address_1": home.address1,
				"city": home.city,
				"postcode": home.zip,
				"country": home.country_code,
			}
		self.seller.emulator.edit_customer(customer_id, **changes)

	def customers(self) -> dict[str, dict[str, Any]]:
		return {row["name"]: row["data"] for row in self.erp.documents("Customer")}

	def customer(self, customer_id: int = 71) -> dict[str, Any]:
		name = self.erp.customer_of(self.store, str(customer_id))
		assert name
		return self.customers()[name]

	def events(self, kind: str) -> list[tuple[str, str | None]]:
		rows = self.journal.database.execute(
			"SELECT state, reason FROM event WHERE kind = ? ORDER BY name", kind
		)
		return [(row["state"], row["reason"]) for row in rows]

	def last(self, kind: str) -> dict[str, Any]:
		rows = self.journal.database.execute(
			"SELECT * FROM event WHERE kind = ? ORDER BY name DESC LIMIT 1", kind
		)
		found = dict(rows.fetchone())
		return {**found, "params": json.loads(found["params"]), "documents": json.loads(found["documents"])}

	def everything(self) -> str:
		"""All that the database holds, as one text."""
		found = []
		for table in ("document", "link", "event"):
			rows = self.journal.database.execute(f"SELECT * FROM {table}")
			found += [str(dict(row)) for row in rows]
		return "\n".join(found)


@contextmanager
def opened(name: str, path: Path) -> Iterator[People]:
	made: Any = (
		EmulatedShopify(shop=Shop(currency="USD"), points=1e9)
		if name == "shopify"
		else EmulatedWooCommerce(settings=WooSettings(currency="USD", woopayments=True))
	)
	with made as emulator:
		seller: Any = ShopifySeller(emulator) if name == "shopify" else WooCommerceSeller(emulator)
		seller.listen()
		if name == "shopify":
			emulator.subscribe(*PRIVACY)
		database = Database(path / "erp.sqlite")
		erp = EmbeddedErp(database)
		with database.transaction():
			for sku in ("CUP", "STORE-CUSTOM", "GIFT-CARD"):
				erp.add_item(sku)
		settings = settings_for(seller.store).model_copy(update={"sync_customers": True})
		yield People(seller, erp, EmbeddedJournal(database), settings)


def about(messages: list[Message], word: str) -> list[Message]:
	return [each for each in messages if any(word in str(value) for value in each.headers.values())]
