"""The two ways to authenticate to a store's Admin API.

A legacy custom app has a permanent token. An app of the Dev Dashboard has a client id and secret, for which
the store grants a token of 24 hours (client-credentials grant; the app must belong to the store's own
organization: https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from ...core.errors import Fixable, Transient
from ..base import Credentials
from ..http import Response, Transport

_AHEAD = 300.0  # seconds before its end that a token is renewed
_REFUSALS = {
	"shop_not_permitted": "The app belongs to another organization than the store: make it in the store's own"
	" organization, or use a permanent token.",
	"app_not_installed": "The app is not installed on the store: install it first.",
	"invalid_client": "The client id or the client secret is wrong.",
}


@dataclass(frozen=True)
class Token:
	"""An access token and when it ends (seconds since the epoch)."""

	value: str = field(repr=False)
	expires_at: float


class TokenCache(Protocol):
	"""Where 24-hour tokens are kept; one that is shared between processes saves grants."""

	def get(self, key: str) -> Token | None:
		"""The token kept under a key."""
		...

	def put(self, key: str, token: Token) -> None:
		"""Keep a token until it ends."""
		...


class MemoryTokens:
	"""A token cache of this process."""

	def __init__(self) -> None:
		self._tokens: dict[str, Token] = {}

	def get(self, key: str) -> Token | None:
		"""The token kept under a key."""
		return self._tokens.get(key)

	def put(self, key: str, token: Token) -> None:
		"""Keep a token."""
		self._tokens[key] = token


class Authentication(Protocol):
	"""Gives access tokens."""

	def token(self) -> str:
		"""A token that should be valid. Raises `Fixable("credentials_refused")`."""
		...

	def renew(self, refused: str) -> bool:
		"""Replace a token that the store refused; False when there is no other to be had."""
		...


class PermanentToken:
	"""The token that a legacy custom app shows once."""

	def __init__(self, token: str) -> None:
		self._token = token

	def token(self) -> str:
		"""Always the same."""
		return self._token

	def renew(self, refused: str) -> bool:
		"""There is no other."""
		return False


class ClientCredentials:
	"""Client id and secret, exchanged for a token that is renewed ahead of its end."""

	def __init__(
		self,
		transport: Transport,
		base_url: str,
		client_id: str,
		client_secret: str,
		cache: TokenCache,
		clock: Callable[[], float] = time.time,
	) -> None:
		self._transport, self._base_url, self._cache, self._clock = transport, base_url, cache, clock
		self._client_id, self._client_secret = client_id, client_secret
		# The secret is part of the key: another one must not be served from the cache.
		material = "\0".join((base_url, client_id, client_secret))
		self._key = f"shopify-token:{sha256(material.encode()).hexdigest()}"
		self._lock = threading.Lock()

	def token(self) -> str:
		"""The cached token, or a new one when it ends soon."""
		with self._lock:
			cached = self._cache.get(self._key)
			if cached and cached.expires_at - self._clock() > _AHEAD:
				self._transport.add_secret(cached.value)
				return cached.value
			return self._grant()

	def renew(self, refused: str) -> bool:
		"""Ask for another token, unless somebody else already did."""
		with self._lock:
			cached = self._cache.get(self._key)
			if cached is None or cached.value == refused:
				self._grant()
		return True

	def _grant(self) -> str:
		form = {
			"grant_type": "client_credentials",
			"client_id": self._client_id,
			"client_secret": self._client_secret,
		}
		answer = self._transport.request(
			"POST",
			f"{self._base_url}/admin/oauth/access_token",
			data=form,
			headers={"Accept": "application/json"},
			accept={400},
			repeatable=True,
		)
		token = self._read(answer)
		self._transport.add_secret(token.value)
		self._cache.put(self._key, token)
		return token.value

	def _read(self, answer: Response) -> Token:
		body = answer.json()
		fields = body if isinstance(body, dict) else {}
		if answer.status != 200:
			raise self._refused(str(fields.get("error", "")), str(fields.get("error_description", "")))
		token, lasts = fields.get("access_token"), fields.get("expires_in")
		if not isinstance(token, str) or not token or not isinstance(lasts, (int, float)):
			raise Transient("store_error", status="200 without an access token")
		return Token(token, self._clock() + float(lasts))

	def _refused(self, code: str, description: str) -> Fixable:
		host = urlsplit(self._base_url).hostname or ""
		detail = self._transport.mask(_REFUSALS.get(code) or f"{code} {description}".strip())
		return Fixable("credentials_refused", cause=f"credentials:{host}", detail=detail, store=host)


def authentication(
	credentials: Credentials, transport: Transport, base_url: str, cache: TokenCache
) -> Authentication:
	"""The permanent token where there is one, else the grant. Raises `Fixable` when neither is complete."""
	if credentials.token and credentials.token.get_secret_value():
		return PermanentToken(credentials.token.get_secret_value())
	if credentials.client_id and credentials.client_secret:
		secret = credentials.client_secret.get_secret_value()
		return ClientCredentials(transport, base_url, credentials.client_id, secret, cache)
	host = urlsplit(base_url).hostname or ""
	detail = "Enter an access token, or a client id and a client secret."
	raise Fixable("credentials_refused", cause=f"credentials:{host}", detail=detail, store=host)
