"""What the emulated shop is: its settings, locations and the app installed on it, as GraphQL data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from ecommerce_sync.sandbox.shopify.orders import DEFAULT_SHOP
from ecommerce_sync.sandbox.shopify.schema import API_VERSION

Json = dict[str, Any]
_SINCE = "2024-01-01T00:00:00Z"
ALL_SCOPES = frozenset(
	"""read_all_orders read_companies read_customer_merge read_customers read_fulfillments read_inventory
	read_locations read_merchant_managed_fulfillment_orders read_orders read_payment_terms read_products
	read_publications read_returns read_shopify_payments_accounts read_shopify_payments_payouts
	write_inventory write_merchant_managed_fulfillment_orders write_orders write_products
	write_publications""".split()
)


@dataclass(frozen=True)
class StoreLocation:
	"""A place that holds stock or sells."""

	id: int
	name: str
	is_active: bool = True
	country: str = "France"
	country_code: str = "FR"
	city: str = "Paris"


@dataclass(frozen=True)
class Shop:
	"""A shop's settings; `plan` is the public name of its plan."""

	domain: str = DEFAULT_SHOP
	name: str = "Emulated Shop"
	currency: str = "EUR"
	taxes_included: bool = True
	time_zone: str = "Europe/Paris"
	plan: str = "Basic"
	email: str = "owner@emulated.example"
	presentment_currencies: tuple[str, ...] = ()
	locations: tuple[StoreLocation, ...] = (
		StoreLocation(61, "Warehouse"),
		StoreLocation(62, "Shop"),
	)

	@property
	def zone(self) -> ZoneInfo:
		"""The shop's time zone."""
		return ZoneInfo(self.time_zone)


def shop_data(shop: Shop) -> Json:
	"""`QueryRoot.shop`."""
	return {
		"__typename": "Shop",
		"id": "gid://shopify/Shop/548380009",
		"name": shop.name,
		"myshopifyDomain": shop.domain,
		"primaryDomain": _domain(shop),
		"url": f"https://{shop.domain}",
		"email": shop.email,
		"contactEmail": shop.email,
		"shopOwnerName": "Emulated Owner",
		"description": None,
		"plan": {"publicDisplayName": shop.plan, "partnerDevelopment": False, "shopifyPlus": False},
		"createdAt": _SINCE,
		"updatedAt": _SINCE,
		"setupRequired": False,
		"taxesIncluded": shop.taxes_included,
		"taxShipping": True,
		**_region(shop),
	}


def installation_data(client_id: str, scopes: Iterable[str]) -> Json:
	"""`QueryRoot.currentAppInstallation`."""
	granted = [{"handle": scope, "description": scope.replace("_", " ")} for scope in sorted(scopes)]
	app: Json = {
		"__typename": "App",
		"id": "gid://shopify/App/580111",
		"title": "Ecommerce Sync",
		"handle": "ecommerce-sync",
		"apiKey": client_id,
		"embedded": False,
		"webhookApiVersion": API_VERSION,
		"requestedAccessScopes": granted,
	}
	return {
		"__typename": "AppInstallation",
		"id": "gid://shopify/AppInstallation/402283558",
		"accessScopes": granted,
		"app": app,
		"launchUrl": "https://app.emulated.example/",
		"uninstallUrl": None,
	}


def location_data(location: StoreLocation) -> Json:
	"""A `Location`."""
	return {
		"__typename": "Location",
		"id": f"gid://shopify/Location/{location.id}",
		"legacyResourceId": str(location.id),
		"name": location.name,
		"isActive": location.is_active,
		"activatable": not location.is_active,
		"deactivatable": location.is_active,
		"deactivatedAt": None if location.is_active else _SINCE,
		"deletable": False,
		"isFulfillmentService": False,
		"fulfillsOnlineOrders": location.is_active,
		"shipsInventory": location.is_active,
		"hasActiveInventory": location.is_active,
		"addressVerified": True,
		"address": _location_address(location),
		"createdAt": _SINCE,
		"updatedAt": _SINCE,
	}


def _domain(shop: Shop) -> Json:
	return {
		"id": "gid://shopify/Domain/1",
		"host": shop.domain,
		"sslEnabled": True,
		"url": f"https://{shop.domain}",
	}


def _region(shop: Shop) -> Json:
	now = datetime.now(timezone.utc).astimezone(shop.zone)
	offset = now.utcoffset()
	minutes = int(offset.total_seconds() // 60) if offset is not None else 0
	return {
		"currencyCode": shop.currency,
		"enabledPresentmentCurrencies": sorted({shop.currency, *shop.presentment_currencies}),
		"ianaTimezone": shop.time_zone,
		"timezoneAbbreviation": now.strftime("%Z"),
		"timezoneOffset": now.strftime("%z"),
		"timezoneOffsetMinutes": minutes,
		"unitSystem": "METRIC_SYSTEM",
		"weightUnit": "KILOGRAMS",
		"orderNumberFormatPrefix": "#",
		"orderNumberFormatSuffix": "",
		"shipsToCountries": sorted({location.country_code for location in shop.locations}),
	}


def _location_address(location: StoreLocation) -> Json:
	empty = "address1 address2 latitude longitude phone province provinceCode zip".split()
	return {
		**dict.fromkeys(empty),
		"city": location.city,
		"country": location.country,
		"countryCode": location.country_code,
		"formatted": [location.city, location.country],
	}
