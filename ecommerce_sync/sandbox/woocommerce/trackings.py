"""What shipment-tracking plugins keep on an order: the meta `_wc_shipment_tracking_items` and how it is shown.

Two plugins share that key and their REST namespace: Shipment Tracking (Woo) and Advanced Shipment Tracking
(zorem), of which the Pro edition also notes which pieces a parcel holds (`products_list`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from hashlib import md5
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.orders import WooOrder

KEY = "_wc_shipment_tracking_items"
PROVIDERS = {
	"United Kingdom": {"Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/%1$s"},
	"United States": {
		"Fedex": "https://www.fedex.com/fedextrack/?action=track&trknbr=%1$s",
		"UPS": "https://www.ups.com/track?loc=en_US&tracknum=%1$s",
		"USPS": "https://tools.usps.com/go/TrackConfirmAction_input?qtc_tLabels1=%1$s",
	},
	"Germany": {
		"DHL Germany": "https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode=%1$s"
	},
	"France": {"Colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code=%1$s"},
}
PER_ORDER = 10_000  # an order's line ids (`order_lines`)


def items_of(order: WooOrder) -> list[dict[str, Any]]:
	"""The entries that are kept on an order, whoever wrote them."""
	found = dict(order.meta).get(KEY)
	return [dict(item) for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def entry(posted: Mapping[str, Any], at: datetime, salt: str) -> dict[str, Any]:
	"""One entry as both plugins keep it. A provider that they do not know is kept and shows nothing."""
	provider, number = _text(posted, "tracking_provider"), _text(posted, "tracking_number")
	return {
		"tracking_provider": slug(provider),
		"custom_tracking_provider": _text(posted, "custom_tracking_provider"),
		"custom_tracking_link": _text(posted, "custom_tracking_link"),
		"tracking_number": number,
		"date_shipped": str(_shipped_at(_text(posted, "date_shipped"), at)),
		"tracking_id": md5(f"{provider}-{number}{salt}".encode(), usedforsecurity=False).hexdigest(),
	}


def products(order: WooOrder, pieces: Mapping[int, int]) -> dict[str, Any]:
	"""What the Pro edition notes of a parcel: the pieces in it, by position of the line."""
	listed = [
		{
			"product": str(order.stock_id(position)),
			"item_id": str(order.id * PER_ORDER + position + 1),
			"qty": str(quantity),
		}
		for position, quantity in pieces.items()
	]
	return {"products_list": listed, "status_shipped": "0"}


def pieces_by_sku(order: WooOrder, posted: Mapping[str, Any]) -> dict[int, int]:
	"""The Pro edition's `sku` and `qty`, lists with commas: pieces by position of the line."""
	skus = [text.strip() for text in _text(posted, "sku").split(",") if text.strip()]
	counts = [text.strip() for text in _text(posted, "qty").split(",")]
	positions = {line.sku: position for position, line in order.lines if line.sku}
	return {
		positions[sku]: int(quantity)
		for sku, quantity in zip(skus, counts, strict=False)
		if sku in positions and quantity.isdigit()
	}


def shown(item: Mapping[str, Any], order_id: int, collection: str, home: str) -> dict[str, Any]:
	"""What the REST API answers about one entry; `collection` is the address of its list."""
	provider, link = _formatted(item)
	shipped = datetime.fromtimestamp(int(item.get("date_shipped") or 0), timezone.utc)
	return {
		"tracking_id": item.get("tracking_id", ""),
		"tracking_provider": provider,
		"tracking_link": link,
		"tracking_number": item.get("tracking_number", ""),
		"date_shipped": shipped.strftime("%Y-%m-%d"),
		"_links": {
			"self": [{"href": f"{collection}/{item.get('tracking_id', '')}"}],
			"collection": [{"href": collection}],
			"up": [{"href": f"{home}/wp-json/wc/v3/orders/{order_id}"}],
		},
	}


def shipped_pieces(order: WooOrder) -> dict[int, int]:
	"""Pieces by position that the store knows to be shipped: all of them when completed, else those that
	tracking entries name."""
	if order.completed:
		return {position: line.quantity for position, line in order.lines}
	found: dict[int, int] = {}
	ordered = {position: line.quantity for position, line in order.lines}
	for item in items_of(order):
		listed = item.get("products_list")
		for product in listed if isinstance(listed, list) else ():
			position = int(product.get("item_id") or 0) - order.id * PER_ORDER - 1
			if position in ordered:
				found[position] = min(
					ordered[position], found.get(position, 0) + int(product.get("qty") or 0)
				)
	return found


def slug(name: str) -> str:
	"""sanitize_title."""
	return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _formatted(item: Mapping[str, Any]) -> tuple[str, str]:
	if custom := item.get("custom_tracking_provider"):
		return str(custom), str(item.get("custom_tracking_link") or "")
	for country in PROVIDERS.values():
		for name, link in country.items():
			if slug(name) == item.get("tracking_provider"):
				return name, link.replace("%1$s", str(item.get("tracking_number", "")))
	return "", ""


def _text(posted: Mapping[str, Any], name: str) -> str:
	return str(posted.get(name) or "").strip()


def _shipped_at(text: str, at: datetime) -> int:
	try:
		return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())
	except ValueError:
		return int(at.timestamp())
