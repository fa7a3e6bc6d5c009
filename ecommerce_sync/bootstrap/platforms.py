"""The platforms of this site, other apps' included, with their access tokens shared by all workers."""

from __future__ import annotations

import dataclasses
from typing import Any

import frappe
from frappe.utils.password import decrypt, encrypt

from ..storefronts import base
from ..storefronts.base import Platform


def platform(name: str) -> Platform:
	"""The platform. Raises `KeyError` naming the known ones."""
	_load_other_apps()
	return _with_shared_tokens(base.platform(name))


def platforms() -> list[Platform]:
	"""All platforms."""
	_load_other_apps()
	return [platform(name) for name in base.names()]


class SiteTokens:
	"""Short-lived access tokens by key: encrypted in Redis, and in this process for when Redis is away."""

	def __init__(self) -> None:
		self._own: dict[tuple[str, str], Any] = {}

	def get(self, key: str) -> Any | None:
		"""The token kept under the key on this site."""
		kept = frappe.cache.get_value(f"ecommerce_sync:{key}", expires=True)
		kept = kept or self._own.get((frappe.local.site, key))
		return dataclasses.replace(kept, value=decrypt(kept.value)) if kept else None

	def put(self, key: str, token: Any) -> None:
		"""Keep a token (a dataclass with `value` and `expires_at`); at most its usual life of a day."""
		kept = dataclasses.replace(token, value=encrypt(token.value))
		self._own[frappe.local.site, key] = kept
		frappe.cache.set_value(f"ecommerce_sync:{key}", kept, expires_in_sec=24 * 3600)


_TOKENS = SiteTokens()


def _load_other_apps() -> None:
	for path in frappe.get_hooks("ecommerce_sync_storefronts"):
		base.register(frappe.get_attr(path))


def _with_shared_tokens(found: Platform) -> Platform:
	"""A platform that keeps tokens has a place for them."""
	if hasattr(found, "tokens"):
		found.tokens = _TOKENS
	return found
