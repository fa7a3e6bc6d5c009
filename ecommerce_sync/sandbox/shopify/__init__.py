"""The emulated Shopify: real schema, real rules, nothing of the connector under test."""

from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder, write_down
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import ALL_SCOPES, Shop, StoreLocation

__all__ = ["ALL_SCOPES", "EmulatedShopify", "Shop", "ShopifyOrder", "StoreLocation", "write_down"]
