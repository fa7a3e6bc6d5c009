"""An emulated WooCommerce over http with a clock of the test's own, and how its tests ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import requests

from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce

START = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


@dataclass
class Clock:
	"""Stands still until it is moved."""

	time: datetime = START

	def __call__(self) -> datetime:
		return self.time

	def pass_by(self, **length: float) -> None:
		self.time += timedelta(**length)


@contextmanager
def opened(**settings: Any) -> Iterator[tuple[EmulatedWooCommerce, Clock]]:
	"""A served shop and its clock."""
	clock = Clock()
	with EmulatedWooCommerce(seed=1, secure=True, now=clock, **settings) as store:
		yield store, clock


def ask(store: EmulatedWooCommerce, path: str, method: str = "GET", **sent: Any) -> requests.Response:
	auth = (store.key.consumer_key, store.key.consumer_secret)
	return requests.request(method, f"{store.url}/wp-json/wc/v3/{path}", auth=auth, timeout=10, **sent)


def told(store: EmulatedWooCommerce) -> list[tuple[str, int]]:
	"""Topics and ids of the messages that were held since the last time."""
	return [(message.webhook.topic, message.resource_id) for message in store.kept()]
