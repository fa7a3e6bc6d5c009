"""Who calls: Basic or key and secret in the query over https, OAuth 1.0a one-legged over plain http.

After WC_REST_Authentication of WooCommerce 10.5. Over http Basic is not even looked at, so its caller is
nobody and is told that he cannot list resources.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote

from werkzeug.wrappers import Request

from ecommerce_sync.sandbox.woocommerce.errors import RestError, authentication_error

Permissions = Literal["read", "write", "read_write"]
OAUTH = (
	"oauth_consumer_key",
	"oauth_timestamp",
	"oauth_nonce",
	"oauth_signature",
	"oauth_signature_method",
)
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
WINDOW = 15 * 60  # seconds: a timestamp may be off by so much, a nonce is remembered so long
REALM = (
	"WooCommerce API. Use a consumer key in the username field and a consumer secret in the password field."
)


@dataclass(frozen=True)
class ApiKey:
	"""A REST API key of the store; the secret is never shown in a repr."""

	consumer_key: str
	consumer_secret: str = field(repr=False)
	permissions: Permissions = "read_write"

	def allows(self, method: str) -> bool:
		return method == "OPTIONS" or self._right(method) in self.permissions.split("_")

	def refusal(self, method: str) -> RestError:
		right = self._right(method)
		return authentication_error(f"The API key provided does not have {right} permissions.")

	def _right(self, method: str) -> str:
		return "read" if method in ("GET", "HEAD") else "write"


@dataclass
class Authenticator:
	"""The store's keys and the nonces they have used."""

	keys: dict[str, ApiKey] = field(default_factory=dict)
	clock: Callable[[], float] = time.time
	_nonces: dict[tuple[str, str], int] = field(default_factory=dict, repr=False)
	_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

	def add(self, key: ApiKey) -> ApiKey:
		self.keys[key.consumer_key] = key
		return key

	def caller(self, request: Request, secure: bool) -> ApiKey | None:
		"""The key that `request` was made with, None for nobody. Raises RestError when it is refused."""
		key = self._basic(request) if secure else None
		key = key or self._oauth(request, secure)
		if key is not None and not key.allows(request.method):
			raise key.refusal(request.method)
		return key

	def _basic(self, request: Request) -> ApiKey | None:
		name = request.args.get("consumer_key", "")
		secret = request.args.get("consumer_secret", "")
		if not (name and secret) and request.authorization and request.authorization.type == "basic":
			name, secret = request.authorization.username or "", request.authorization.password or ""
		key = self.keys.get(name) if name and secret else None
		if key is not None and not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
			error = authentication_error("Consumer secret is invalid.")
			error.headers["WWW-Authenticate"] = f'Basic realm="{REALM}"'
			raise error
		return key

	def _oauth(self, request: Request, secure: bool) -> ApiKey | None:
		params = oauth_params(request)
		if params is None:
			return None
		key = self.keys.get(params["oauth_consumer_key"])
		if key is None:
			raise authentication_error("Consumer key is invalid.")
		_check_signature(key, request, params, secure)
		self._check_nonce(key, params)
		return key

	def _check_nonce(self, key: ApiKey, params: Mapping[str, str]) -> None:
		now, stamp = int(self.clock()), params["oauth_timestamp"]
		if not stamp.isdigit() or abs(int(stamp) - now) > WINDOW:
			raise authentication_error("Invalid timestamp.")
		used = (key.consumer_key, params["oauth_nonce"])
		with self._lock:
			self._nonces = {nonce: at for nonce, at in self._nonces.items() if at >= now - WINDOW}
			if used in self._nonces:
				raise authentication_error("Invalid nonce - nonce has already been used.")
			self._nonces[used] = int(stamp)


def oauth_params(request: Request) -> dict[str, str] | None:
	"""The query's and the Authorization header's parameters; None when OAuth was not tried."""
	params = {**request.args.to_dict(), **_header_params(request.headers.get("Authorization", ""))}
	missing = [name for name in OAUTH if not params.get(name)]
	if len(missing) == len(OAUTH):
		return None
	if missing:
		plural = "s" if len(missing) > 1 else ""
		message = f"Missing OAuth parameter{plural} {', '.join(missing)}"
		raise RestError("woocommerce_rest_authentication_missing_parameter", message, 401)
	return params


def signature(method: str, url: str, params: Iterable[tuple[str, str]], secret: str, algorithm: str) -> str:
	"""The OAuth 1.0a signature (RFC 5849, no token) of a request to `url`, without its query."""
	pairs = sorted((_encoded(name), _encoded(value)) for name, value in params)
	query = "&".join(f"{name}={value}" for name, value in pairs)
	base = "&".join((method.upper(), _encoded(url), _encoded(query)))
	return b64encode(hmac.new(f"{secret}&".encode(), base.encode(), HASHES[algorithm]).digest()).decode()


def _check_signature(key: ApiKey, request: Request, params: Mapping[str, str], secure: bool) -> None:
	algorithm = params["oauth_signature_method"]
	if algorithm not in HASHES:
		raise authentication_error("Invalid signature - signature method is invalid.")
	url = f"{'https' if secure else 'http'}://{request.host}{quote(request.path, safe='/%')}"
	signed = [(name, value) for name, value in params.items() if name != "oauth_signature"]
	ours = signature(request.method, url, signed, key.consumer_secret, algorithm)
	theirs = unquote(params["oauth_signature"].replace(" ", "+"))
	if not hmac.compare_digest(ours.encode(), theirs.encode()):
		raise authentication_error("Invalid signature - provided signature does not match.")


def _header_params(header: str) -> dict[str, str]:
	if not header.startswith("OAuth "):
		return {}
	return {name: unquote(value) for name, value in re.findall(r'(oauth_[a-z_-]*)="?([^",]*)"?', header)}


def _encoded(text: str) -> str:
	return quote(text, safe="-._~")
