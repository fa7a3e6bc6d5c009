"""What the site tells of itself over REST: what it speaks, its settings, its currency, its versions."""

from __future__ import annotations

from html import escape
from typing import Any

from ecommerce_sync.sandbox.woocommerce.resources import NO_DELETE, links
from ecommerce_sync.sandbox.woocommerce.settings import (
	VERSION,
	WORDPRESS,
	StoreSettings,
	name_of,
	symbol_of,
)

NAMESPACES = ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wc/store", "wc/store/v1", "wc-admin", "wp/v2"]


def _namespaces(settings: StoreSettings) -> list[str]:
	"""What plugins add comes behind."""
	tracking = {"official": ["wc-shipment-tracking/v3"], "advanced": ["wc-shipment-tracking/v3", "wc-ast/v3"]}
	return [*NAMESPACES, *(tracking[settings.shipment_tracking] if settings.shipment_tracking else [])]


def index_json(settings: StoreSettings, home: str) -> dict[str, Any]:
	"""GET /wp-json, which needs no key: what this site speaks."""
	return {
		"name": settings.title,
		"description": "",
		"url": home,
		"home": home,
		"gmt_offset": f"{settings.gmt_offset:g}",
		"timezone_string": "",
		"namespaces": _namespaces(settings),
		"authentication": [],
		"routes": {f"/{space}": {"namespace": space, "methods": ["GET"]} for space in _namespaces(settings)},
		"_links": {"help": [{"href": "https://developer.wordpress.org/rest-api/"}]},
	}


def currency_json(settings: StoreSettings, home: str) -> dict[str, Any]:
	base, code = f"{home}/wp-json/wc/v3/data/currencies", settings.currency
	return {
		"code": code,
		"name": name_of(code),
		"symbol": _html_symbol(code),
		"_links": {"self": [{"href": f"{base}/{code}"}], "collection": [{"href": base}]},
	}


def settings_json(group: str, settings: StoreSettings, home: str) -> list[dict[str, Any]] | None:
	"""The settings of a group, None when the store has no such group here."""
	rows = {"general": _general_rows, "products": _product_rows, "tax": _tax_rows}.get(group)
	return [_setting(group, row, home) for row in rows(settings)] if rows else None


def system_status_json(settings: StoreSettings, home: str) -> dict[str, Any]:
	return {
		"environment": {
			"home_url": home,
			"site_url": home,
			"version": VERSION,
			"wp_version": WORDPRESS,
			"wp_multisite": False,
			"wp_cron": True,
			"language": "en_US",
			"php_version": "8.3.0",
			"default_timezone": "UTC",
		},
		"database": {"wc_database_version": VERSION, "database_prefix": "wp_"},
		"active_plugins": [],
		"inactive_plugins": [],
		"dropins_mu_plugins": {"dropins": [], "mu_plugins": []},
		"theme": {"name": "Storefront", "version": "4.6.0"},
		"settings": _status_settings(settings),
		"security": {"secure_connection": home.startswith("https"), "hide_errors": True},
		"pages": [],
		"post_type_counts": [],
	}


def _status_settings(settings: StoreSettings) -> dict[str, Any]:
	return {
		"api_enabled": False,
		"force_ssl": False,
		"currency": settings.currency,
		"currency_symbol": _html_symbol(settings.currency),
		"currency_position": "right",
		"thousand_separator": ",",
		"decimal_separator": ".",
		"number_of_decimals": settings.places(settings.currency),
		"geolocation_enabled": False,
		"HPOS_enabled": True,
		"HPOS_sync_enabled": False,
		"order_datastore": "Automattic\\WooCommerce\\Internal\\DataStores\\Orders\\OrdersTableDataStore",
	}


def _general_rows(settings: StoreSettings) -> list[dict[str, Any]]:
	code, places = settings.currency, settings.places(settings.currency)
	return [
		_row("woocommerce_store_address", "Address line 1", "text", "", ""),
		_row("woocommerce_store_city", "City", "text", "", ""),
		_row("woocommerce_default_country", "Country / State", "select", "US:CA", settings.base_country, {}),
		_row("woocommerce_store_postcode", "Postcode / ZIP", "text", "", ""),
		_row("woocommerce_calc_taxes", "Enable taxes", "checkbox", "no", "yes"),
		_row("woocommerce_enable_coupons", "Enable coupons", "checkbox", "yes", "yes"),
		_row("woocommerce_currency", "Currency", "select", "USD", code, {code: name_of(code)}),
		_row("woocommerce_currency_pos", "Currency position", "select", "left", "right", {"right": "Right"}),
		_row("woocommerce_price_thousand_sep", "Thousand separator", "text", ",", ","),
		_row("woocommerce_price_decimal_sep", "Decimal separator", "text", ".", "."),
		_row("woocommerce_price_num_decimals", "Number of decimals", "number", "2", str(places)),
	]


def _tax_rows(settings: StoreSettings) -> list[dict[str, Any]]:
	included = {
		"yes": "Yes, I will enter prices inclusive of tax",
		"no": "No, I will enter prices exclusive of tax",
	}
	based = {
		"shipping": "Customer shipping address",
		"billing": "Customer billing address",
		"base": "Shop base address",
	}
	shown = {"incl": "Including tax", "excl": "Excluding tax"}
	shipping = {"inherit": "Shipping tax class based on cart items", "": "Standard"}
	display = "incl" if settings.prices_include_tax else "excl"
	totals = {"single": "As a single total", "itemized": "Itemized"}
	return [
		_row(
			"woocommerce_prices_include_tax",
			"Prices entered with tax",
			"radio",
			"no",
			_yes(settings.prices_include_tax),
			included,
			"This option is important as it will affect how you input prices.",
		),
		_row(
			"woocommerce_tax_based_on",
			"Calculate tax based on",
			"select",
			"shipping",
			"shipping",
			based,
			"This option determines which address is used to calculate tax.",
		),
		_row(
			"woocommerce_shipping_tax_class",
			"Shipping tax class",
			"select",
			"inherit",
			"",
			shipping,
			"Optionally control which tax class shipping gets.",
		),
		_row(
			"woocommerce_tax_round_at_subtotal",
			"Rounding",
			"checkbox",
			"no",
			_yes(settings.round_at_subtotal),
		),
		_row(
			"woocommerce_tax_classes",
			"Additional tax classes",
			"textarea",
			"",
			"",
			tip="List additional tax classes you need below.",
		),
		_row("woocommerce_tax_display_shop", "Display prices in the shop", "select", "excl", display, shown),
		_row(
			"woocommerce_tax_display_cart",
			"Display prices during cart and checkout",
			"select",
			"excl",
			display,
			shown,
		),
		_row(
			"woocommerce_price_display_suffix",
			"Price display suffix",
			"text",
			"",
			"",
			tip="Define text to show after your product prices.",
		),
		_row("woocommerce_tax_total_display", "Display tax totals", "select", "itemized", "itemized", totals),
	]


def _product_rows(settings: StoreSettings) -> list[dict[str, Any]]:
	weights = {"kg": "kg", "g": "g", "lbs": "lbs", "oz": "oz"}
	tip = "This controls what unit you will define weights in."
	return [
		_row("woocommerce_weight_unit", "Weight unit", "select", "kg", settings.weight_unit, weights, tip)
	]


def _row(
	id_: str,
	label: str,
	type_: str,
	default: str,
	value: str,
	options: dict[str, str] | None = None,
	tip: str = "",
) -> dict[str, Any]:
	"""A setting with the keys in WooCommerce's order; options and tip only where it has them."""
	row: dict[str, Any] = {"id": id_, "label": label, "description": "", "type": type_, "default": default}
	if options is not None:
		row["options"] = options
	if tip:
		row["tip"] = tip
	return {**row, "value": value}


def _setting(group: str, row: dict[str, Any], home: str) -> dict[str, Any]:
	return {**row, "_links": links(home, f"settings/{group}", row["id"], NO_DELETE)}


def _html_symbol(code: str) -> str:
	"""The symbol as HTML, as these two endpoints give it: &euro;, &#165;, $."""
	return escape(symbol_of(code)).encode("ascii", "xmlcharrefreplace").decode()


def _yes(value: bool) -> str:
	return "yes" if value else "no"
