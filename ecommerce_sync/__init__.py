"""Ecommerce Sync: connects Shopify and WooCommerce stores to ERPNext."""

__version__ = "0.1.0"
