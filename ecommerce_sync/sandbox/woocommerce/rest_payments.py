"""The REST API of the WooPayments plugin: transfers to the bank and what is in them; no route without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecommerce_sync.sandbox.woocommerce.endpoint import Answer, Endpoint
from ecommerce_sync.sandbox.woocommerce.errors import RestError, no_route
from ecommerce_sync.sandbox.woocommerce.params import integer, one_of
from ecommerce_sync.sandbox.woocommerce.payouts import transaction_json


class PaymentEndpoints(Endpoint):
	"""WooPayments."""

	def list_deposits(self) -> Answer:
		self._pays("list")
		found = [payout.as_json() for payout in self.store.payouts.issued]
		after, before = self.args.get("date_after"), self.args.get("date_before")
		found = [row for row in found if not after or row["date"] > after]
		found = [row for row in found if not before or row["date"] < before]
		if status := self.args.get("status_is"):
			found = [row for row in found if row["status"] == status]
		return self._data(found)

	def get_deposit(self, id: str) -> Answer:
		self._pays("view")
		for payout in self.store.payouts.issued:
			if payout.id == id:
				return Answer(payout.as_json())
		raise RestError("resource_missing", f"No such payout: '{id}'", 500)

	def list_transactions(self) -> Answer:
		self._pays("list")
		wanted = self.args.get("deposit_id")
		found = [
			transaction_json(payout, each, self.store.orders.get(each.order_id or 0), self.store.url)
			for payout in self.store.payouts.issued
			for each in payout.transactions
			if not wanted or payout.id == wanted
		]
		if kind := self.args.get("type_is"):
			found = [row for row in found if row["type"] == kind]
		return self._data(found)

	def _pays(self, what: str) -> None:
		if not self.store.settings.woopayments:
			raise no_route()
		self._may(what)

	def _data(self, rows: Sequence[dict[str, Any]]) -> Answer:
		"""Newest first unless asked otherwise; 25 rows a page."""
		down = one_of(self.args, "direction", ("asc", "desc"), "desc") == "desc"
		ordered = sorted(rows, key=lambda row: str(row["date"]), reverse=down)
		size, page = integer(self.args, "pagesize", 25, 0), integer(self.args, "page", 1, 0)
		start = max(0, page - 1) * (size or 25)
		return Answer({"data": ordered[start : start + (size or 25)]})
