"""What of ShopifyAPI is used: shop addresses, OAuth links and their signatures, API versions. Wrapped once.

The library keeps sessions and secrets in globals; nothing here activates a session, and a secret is given
to a throw-away subclass instead of `shopify.Session` itself, so that no store's data reaches another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import shopify
from shopify.utils.shop_url import sanitize_shop_domain

from ...core.errors import Fixable

API_VERSION = "2026-07"
_ADMIN = re.compile(r"^/store/([a-z0-9][a-z0-9-]*)")


def shop_domain(address: str) -> str | None:
	"""name.myshopify.com from what people paste: a name, a domain, a URL, the admin's address. None for others."""
	text = (address or "").strip().lower()
	try:
		parts = urlsplit(text if "//" in text else f"https://{text}")
	except ValueError:
		return None
	admin = _ADMIN.match(parts.path) if parts.netloc == "admin.shopify.com" else None
	domain = sanitize_shop_domain(admin.group(1) if admin else parts.netloc)
	return str(domain) if domain else None


def api_path(version: str | None = None) -> str:
	"""The path of the Admin GraphQL endpoint. Raises `Fixable` for what is no version."""
	try:
		known = shopify.ApiVersion.coerce_to_version(version or API_VERSION)
	except (shopify.VersionNotFoundError, TypeError):
		detail = f"'{version}' is not an API version; one looks like {API_VERSION}."
		raise Fixable("store_refused", cause="setting:api_version", detail=detail) from None
	return f"{known.api_path('')}/graphql.json"


def permission_url(shop: str, client_id: str, scopes: Sequence[str], redirect_uri: str, state: str) -> str:
	"""Where the shop's owner grants access (authorization code grant)."""
	session = _session_class(client_id)(shop, API_VERSION)
	return str(session.create_permission_url(list(scopes), redirect_uri, state))


def is_signed_by_shopify(params: Mapping[str, str], client_secret: str) -> bool:
	"""Whether the parameters of an OAuth redirect are Shopify's and not older than a day; never raises."""
	try:
		return bool(_session_class("", client_secret).validate_params(dict(params)))
	except (ValueError, TypeError, AttributeError, UnicodeError):
		return False


def _session_class(client_id: str, client_secret: str = "") -> type[shopify.Session]:
	fields = {"api_key": client_id, "secret": client_secret}
	return type("StoreSession", (shopify.Session,), fields)
