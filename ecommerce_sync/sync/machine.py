"""What the sync runs on: one ERP, its journal, and a way to every store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.models import Order
from ..core.products import Product
from ..core.settings import StoreSettings
from ..erps.base import Erp, Journal
from ..storefronts.base import Platform, Storefront


@dataclass(frozen=True)
class Connection:
	"""One store, ready to work with. `storefront` connects when it is called."""

	store: str
	platform: Platform
	settings: StoreSettings
	storefront: Callable[[], Storefront]
	admin_url: Callable[[Order], str | None] = lambda order: order.admin_url

	def parse(self, payload: dict[str, Any]) -> Order:
		"""The neutral order of a payload, in the currency that the store books in."""
		order = self.platform.parse_order(payload, presentment=self.settings.presentment)
		return order.model_copy(update={"admin_url": self.admin_url(order)})

	def parse_product(self, payload: dict[str, Any]) -> Product:
		"""The neutral product of a payload."""
		return self.platform.parse_product(payload)


@dataclass(frozen=True)
class Machine:
	"""Everything a worker needs. `now` gives aware UTC times.

	`connect` refuses disabled stores; `connect_any` does not, for what is owed after a store has left.
	"""

	erp: Erp
	journal: Journal
	connect: Callable[[str], Connection]
	now: Callable[[], datetime]
	connect_any: Callable[[str], Connection] | None = None
