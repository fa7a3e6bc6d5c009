"""Parcels in the store's shipment-tracking plugin, where it has one.

Shipment Tracking (Woo) and Advanced Shipment Tracking (zorem) share one REST namespace. A store without them
answers 404 `rest_no_route`, which is remembered as long as the connection lives.

https://woocommerce.com/document/shipment-tracking/#rest-api
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.life import Parcel
from .api import Api, Refused, rows_of

_NAMESPACE = "wc-shipment-tracking/v3"
_NO_ROUTE = "rest_no_route"


class Tracking:
	"""The plugin's entries of orders; every method does nothing where there is no plugin."""

	def __init__(self, api: Api) -> None:
		self._api = api.of(_NAMESPACE)
		self._there = True

	def replace(self, order_id: str, old: Sequence[Parcel], new: Sequence[Parcel]) -> None:
		"""Take off the parcels of `old` that are not in `new`, and enter those of `new` that are not there."""
		wanted = {parcel.number for parcel in new if parcel.number}
		gone = {parcel.number for parcel in old if parcel.number}
		if not (wanted or gone):
			return
		rows = self._rows(order_id)
		if rows is None:
			return
		wrong = [row for row in rows if row.get("tracking_number") in _changed(old, new)]
		for row in wrong:
			self._api.delete(f"{_list(order_id)}/{row.get('tracking_id')}", params={"force": "true"})
		known = {row.get("tracking_number") for row in rows if row not in wrong}
		for parcel in new:
			if parcel.number and parcel.number not in known:
				self._enter(order_id, parcel)

	def _rows(self, order_id: str) -> list[dict[str, Any]] | None:
		"""The order's entries; None where there is no plugin."""
		if not self._there:
			return None
		try:
			return rows_of(self._api.get(_list(order_id)))
		except Refused as error:
			if error.status != 404:
				raise
			self._there = error.code != _NO_ROUTE
			return None

	def _enter(self, order_id: str, parcel: Parcel) -> None:
		"""The plugin builds the link of carriers that it knows; others are named with theirs."""
		custom = {"custom_tracking_provider": parcel.carrier or "-", "custom_tracking_link": parcel.url}
		named = custom if parcel.url else {"tracking_provider": parcel.carrier or "-"}
		try:
			self._api.post(_list(order_id), {"tracking_number": parcel.number, **named})
		except Refused as error:
			if error.status in (401, 403):
				raise
			# A number in a form that the plugin does not take: it stands in the order's note all the same.


def _list(order_id: str) -> str:
	return f"orders/{order_id}/shipment-trackings"


def _changed(old: Sequence[Parcel], new: Sequence[Parcel]) -> set[str | None]:
	"""Numbers whose entry is another one now, or none."""
	return {parcel.number for parcel in old if parcel.number and parcel not in new}
