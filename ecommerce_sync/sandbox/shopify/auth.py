"""Who may ask: the app's permanent token and the 24-hour tokens of the client-credentials grant
(https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant)."""

from __future__ import annotations

import hmac
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

LIFE = timedelta(seconds=86_399)


@dataclass
class Tokens:
	"""The access tokens of the one app that is installed on the store.

	`permanent` is a legacy custom app's `shpat_` token, None when there is none. A refusal to grant
	(`shop_not_permitted`, `app_not_installed`) is what an app of another organization gets.
	"""

	client_id: str
	client_secret: str
	scopes: Callable[[], frozenset[str]]
	clock: Callable[[], datetime]
	rng: random.Random
	permanent: str | None = None
	refusal: str | None = None
	_expiries: dict[str, datetime] = field(default_factory=dict)
	_lock: threading.Lock = field(default_factory=threading.Lock)

	def is_valid(self, token: str | None) -> bool:
		"""Whether requests with `token` are let in now."""
		if token is None:
			return False
		if self.permanent is not None and hmac.compare_digest(token.encode(), self.permanent.encode()):
			return True
		with self._lock:
			expiry = self._expiries.get(token)
		return expiry is not None and self.clock() < expiry

	def grant(self, form: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
		"""HTTP status and body for a request of the token endpoint."""
		if form.get("grant_type") != "client_credentials":
			return _error("unsupported_grant_type", "Only client_credentials is emulated.")
		if not self._is_client(form):
			return _error("invalid_client", "Client authentication failed.")
		if self.refusal is not None:
			return _error(self.refusal, "The app may not get a token for this shop.")
		return 200, {
			"access_token": self._issue(),
			"scope": ",".join(sorted(self.scopes())),
			"expires_in": int(LIFE.total_seconds()),
		}

	def revoke_all(self) -> None:
		"""Make every 24-hour token invalid now, as a rotation of the secret does."""
		with self._lock:
			self._expiries.clear()

	def _is_client(self, form: Mapping[str, Any]) -> bool:
		secret = str(form.get("client_secret", ""))
		is_secret = hmac.compare_digest(secret.encode(), self.client_secret.encode())
		return form.get("client_id") == self.client_id and is_secret

	def _issue(self) -> str:
		with self._lock:
			token = f"shpat_{self.rng.getrandbits(128):032x}"
			self._expiries[token] = self.clock() + LIFE
		return token


def _error(code: str, description: str) -> tuple[int, dict[str, Any]]:
	return 400, {"error": code, "error_description": description}
