"""What the store has beside orders and products: taxes, payment gateways, shipping zones."""

from __future__ import annotations

from typing import Any

from ecommerce_sync.sandbox.woocommerce.order_json import GATEWAY_TITLES
from ecommerce_sync.sandbox.woocommerce.payouts import GATEWAY
from ecommerce_sync.sandbox.woocommerce.settings import (
	RateTable,
	StoreRate,
	StoreSettings,
)

ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]
NO_DELETE = ["GET", "POST", "PUT", "PATCH"]
OFFLINE = ("bacs", "cheque", "cod")
ZONES = {0: "Locations not covered by your other zones", 1: "Home country"}
METHODS = {
	1: ("flat_rate", "Flat rate"),
	2: ("free_shipping", "Free shipping"),
	3: ("local_pickup", "Local pickup"),
}


def taxes_json(rates: RateTable, settings: StoreSettings, home: str) -> list[dict[str, Any]]:
	return [tax_json(rate, settings, home) for rate in rates]


def tax_json(rate: StoreRate, settings: StoreSettings, home: str) -> dict[str, Any]:
	return {
		"id": rate.id,
		"country": settings.base_country,
		"state": "",
		"postcode": "",
		"city": "",
		"rate": f"{rate.rate * 100:.4f}",
		"name": rate.title,
		"priority": rate.priority,
		"compound": False,
		"shipping": True,
		"order": rate.id - 1,
		"class": "standard",
		"postcodes": [],
		"cities": [],
		"_links": links(home, "taxes", rate.id),
	}


def gateways_json(home: str, woopayments: bool = False) -> list[dict[str, Any]]:
	titles = {**GATEWAY_TITLES, **({GATEWAY: "WooPayments"} if woopayments else {})}
	return [_gateway(id_, title, at, home) for at, (id_, title) in enumerate(titles.items(), 1)]


def zones_json(home: str) -> list[dict[str, Any]]:
	return [_zone(id_, name, home) for id_, name in ZONES.items()]


def zone_methods_json(zone: int, home: str) -> list[dict[str, Any]]:
	"""The shipping methods of a zone; the catch-all zone has none."""
	return [_method(zone, id_, home) for id_ in METHODS] if zone else []


def _gateway(id_: str, title: str, order: int, home: str) -> dict[str, Any]:
	about = {
		"label": "Title",
		"description": "The title which the user sees during checkout.",
		"placeholder": "",
	}
	setting = {"id": "title", **about, "type": "safe_text", "value": title, "default": title, "tip": ""}
	return {
		"id": id_,
		"title": title,
		"description": "",
		"order": order,
		"enabled": id_ != "cheque",
		"method_title": title,
		"method_description": "",
		"method_supports": ["products"] if id_ in OFFLINE else ["products", "refunds"],
		"settings": {"title": setting},
		"needs_setup": False,
		"post_install_scripts": [],
		"settings_url": f"{home}/wp-admin/admin.php?page=wc-settings&tab=checkout&section={id_}",
		"connection_url": None,
		"setup_help_text": None,
		"required_settings_keys": [],
		"_links": links(home, "payment_gateways", id_, NO_DELETE),
	}


def _zone(id_: int, name: str, home: str) -> dict[str, Any]:
	zone = links(home, "shipping/zones", id_)
	places = [{"href": f"{home}/wp-json/wc/v3/shipping/zones/{id_}/locations"}]
	return {"id": id_, "name": name, "order": id_, "_links": {**zone, "describedby": places}}


def _method(zone: int, id_: int, home: str) -> dict[str, Any]:
	method, title = METHODS[id_]
	return {
		"id": id_,
		"instance_id": id_,
		"title": title,
		"order": id_,
		"enabled": True,
		"method_id": method,
		"method_title": title,
		"method_description": "",
		"settings": {},
		"_links": links(home, f"shipping/zones/{zone}/methods", id_),
	}


def links(home: str, path: str, id_: int | str, allow: list[str] = ALL) -> dict[str, Any]:
	collection = f"{home}/wp-json/wc/v3/{path}"
	itself = {"href": f"{collection}/{id_}", "targetHints": {"allow": allow}}
	return {"self": [itself], "collection": [{"href": collection}]}
