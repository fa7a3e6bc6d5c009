"""What the demo's stores sell beside the shared catalogue: things with small numbers, that no other story buys."""

from __future__ import annotations

from decimal import Decimal

from .catalogue import PRODUCTS, Product, Variant

HOLDER, CANDLE, SET, VASE, TEE = "HOLDER", "CANDLE", "SET-LIGHT", "VASE-BLUE", "TEE-S"
HOLDER_ITEM = "CH-100"  # ERPNext's own code of the candle holder: found by its barcode
SET_PARTS = {HOLDER_ITEM: 1, CANDLE: 2}
HOLDER_BARCODE = "4006381333931"


def _plain(number: int, title: str, price: str, sku: str, barcode: str | None = None) -> Product:
	"""A product in one form."""
	variant = Variant(number * 10, number, title, None, sku, barcode, Decimal(price), 300, "goods")
	return Product(number, title, "Northwind Supply", "goods", (variant,))


OWN = (
	_plain(2001, "Candle Holder, brass", "18.50", HOLDER, HOLDER_BARCODE),
	_plain(2002, "Beeswax Candle", "4.20", CANDLE),
	_plain(2003, "Candlelight Set", "24.00", SET),
)
# A copy whose SKU nobody changed. WooCommerce's admin refuses such.
TWICE = (
	_plain(2011, "Garden Lantern", "31.00", "LANTERN"),
	_plain(2012, "Copy of Lantern", "31.00", "LANTERN"),
)

IN_SHOPIFY = (*PRODUCTS, *OWN, *TWICE)
IN_WOOCOMMERCE = (*PRODUCTS, *OWN)
