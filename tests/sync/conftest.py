"""A machine on the embedded ERP with one store whose answers the test decides."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ecommerce_sync.core.errors import Gone, SyncError
from ecommerce_sync.core.models import Order
from ecommerce_sync.erps.base import NewEvent, Subject
from ecommerce_sync.erps.embedded import Database, EmbeddedErp, EmbeddedJournal
from ecommerce_sync.sandbox.generator import stories
from ecommerce_sync.sandbox.woocommerce.orders import write_down
from ecommerce_sync.sandbox.world import settings_for, skus
from ecommerce_sync.storefronts.base import platform
from ecommerce_sync.sync.machine import Connection, Machine
from tests.sync.shipments_world import ShipmentWorld, shipment_world

STORE = "Shop"
T0 = datetime(2026, 9, 1, 12, tzinfo=timezone.utc)


@dataclass
class FakeStore:
	"""What the store answers: `orders` by id; `error` is raised by every call until it is None."""

	orders: dict[str, dict[str, Any]] = field(default_factory=dict)
	error: SyncError | None = None
	asked: list[str] = field(default_factory=list)

	def fetch_order(self, order_id: str) -> dict[str, Any]:
		self.asked.append(order_id)
		if self.error:
			raise self.error
		if order_id not in self.orders:
			raise Gone("order", order_id)
		return self.orders[order_id]

	def orders_changed(self, since: datetime, until: datetime | None = None) -> Iterator[dict[str, Any]]:
		if self.error:
			raise self.error
		changed = (o for o in self.orders.values() if o["date_modified_gmt"] > f"{since:%Y-%m-%dT%H:%M:%S}")
		yield from sorted(changed, key=lambda order: str(order["date_modified_gmt"]))

	def find_order(self, number: str) -> str | None:
		return next((key for key, o in self.orders.items() if number in (key, f"#{o['number']}")), None)


@dataclass
class Bench:
	"""The machine and what tests look at."""

	machine: Machine
	erp: EmbeddedErp
	journal: EmbeddedJournal
	store: FakeStore
	settings: dict[str, Any] = field(default_factory=dict)
	keys: Iterator[int] = field(default_factory=itertools.count)
	time: datetime = T0

	def send(self, payload: dict[str, Any] | bytes, order_id: str | None = None, **fields: Any) -> str | None:
		"""Store an event as the webhook door would."""
		body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
		external = order_id or (str(payload["id"]) if isinstance(payload, dict) else "1")
		values = {"event_key": f"k{next(self.keys)}", "topic": "order.updated", **fields}
		return self.journal.receive(
			NewEvent(store=STORE, kind="order", external_id=external, payload=body, **values)
		)

	def subject(self, order_id: object) -> Subject:
		return Subject(store=STORE, kind="order", external_id=str(order_id))

	def orders(self) -> list[dict[str, Any]]:
		"""Live Sales Orders."""
		return [doc for doc in self.erp.documents("Sales Order") if doc["docstatus"] < 2]

	def states(self) -> list[tuple[str, str | None]]:
		"""State and reason of every event, oldest first."""
		rows = self.journal.database.execute("SELECT state, reason FROM event ORDER BY name")
		return [(row["state"], row["reason"]) for row in rows]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
	database = Database(tmp_path / "erp.sqlite")
	erp, store = EmbeddedErp(database), FakeStore()
	journal = EmbeddedJournal(database, clock=lambda: made.time.timestamp())
	for sku in skus():
		erp.add_item(sku)
	settings: dict[str, Any] = {}

	def connect(name: str) -> Connection:
		chosen = settings_for(name).model_copy(update=settings)
		return Connection(name, platform("woocommerce"), chosen, lambda: store)  # type: ignore[arg-type, return-value]

	made = Bench(Machine(erp, journal, connect, lambda: made.time), erp, journal, store, settings)
	return made


@pytest.fixture
def payload() -> dict[str, Any]:
	"""A WooCommerce order that balances."""
	return order_payload(1)


def order_payload(seed: int, **changes: Any) -> dict[str, Any]:
	"""A balanced order of the generator, with fields replaced."""
	story = next(iter(stories(seed, 1, platform="woocommerce", healthy=True)))
	record = write_down(story).as_json("http://shop.example")
	return {**record, "status": "processing", **changes}


def later(payload: dict[str, Any], minutes: int = 5, **changes: Any) -> dict[str, Any]:
	"""The same order, changed some minutes later."""
	moment = datetime.fromisoformat(payload["date_modified_gmt"]) + timedelta(minutes=minutes)
	return {**payload, "date_modified_gmt": moment.isoformat(), **changes}


def parsed(payload: dict[str, Any]) -> Order:
	return platform("woocommerce").parse_order(payload)


@pytest.fixture(params=["shopify", "woocommerce"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ShipmentWorld]:
	"""An emulated store of each kind with the embedded ERP."""
	with shipment_world(request.param, tmp_path) as made:
		yield made


@pytest.fixture
def shopify(tmp_path: Path) -> Iterator[ShipmentWorld]:
	with shipment_world("shopify", tmp_path) as made:
		yield made


@pytest.fixture
def woocommerce(tmp_path: Path) -> Iterator[ShipmentWorld]:
	with shipment_world("woocommerce", tmp_path) as made:
		yield made
