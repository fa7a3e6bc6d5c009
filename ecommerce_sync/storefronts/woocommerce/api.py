"""The one place that knows the package `woocommerce`: its API class, sent over our own transport.

The package builds addresses and OAuth 1.0a signatures. Timeouts, reuse of connections, allowed hosts,
retries and masking are the transport's; statuses become errors here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any
from urllib.parse import quote

import requests
import woocommerce
from requests.auth import AuthBase, HTTPBasicAuth
from woocommerce.oauth import OAuth

from ...core.errors import Fixable, Transient
from ..base import Credentials
from ..http import Policy, Response, Transport

PER_PAGE = 100
_OURS = frozenset({400, 401, 403, 404, 409, 410, 413, 422, 501})
_REFUSED_WITH_500 = {"woocommerce_rest_cannot_create_order_refund"}  # a verdict, in the words of a breakdown
_KEY_WAS_READ = "woocommerce_rest_authentication_error"


class Refused(Fixable):
	"""The store said no; `status`, WordPress's error `code` and the error's `data` say how."""

	def __init__(self, reason: str, cause: str, status: int, error: Mapping[str, Any], **params: Any) -> None:
		super().__init__(reason, cause, **params)
		self.status, self.code = status, str(error.get("code") or "")
		self.data: Mapping[str, Any] = error["data"] if isinstance(error.get("data"), Mapping) else {}


class Api(woocommerce.API):  # type: ignore[misc]
	"""REST API wc/v3 of one store. `get`, `post`, `put` and `delete` return a `Response` with a 2xx status.

	Raises `Refused` for 4xx and `Transient` for what passes. Over https the key goes as Basic
	authorization; where a server drops that header, in the query string. Over http, which only a
	site's own config allows, requests are signed with OAuth 1.0a.
	"""

	def __init__(self, credentials: Credentials, host: str, transport: Transport | None = None) -> None:
		key, secret = keys(credentials)
		super().__init__(credentials.url.strip().rstrip("/"), key, secret, version="wc/v3")
		self.host = host
		self.transport = transport or Transport(
			_policy(credentials), (key, secret, *_webhook_secret(credentials))
		)
		self._fallback_failed = False

	def __repr__(self) -> str:
		return f"<Api {self.host}>"

	def of(self, namespace: str) -> Api:
		"""The same store and connection, under another namespace than wc/v3: that of a plugin."""
		other = copy(self)
		other.version = namespace
		return other

	def index(self) -> Response:
		"""WordPress's front page of its REST API: name, address, time zone, namespaces.

		Asked without the key, which WordPress itself would take for a user's name and refuse.
		"""
		headers = {"Accept": "application/json"}
		return self._checked(
			self.transport.request("GET", f"{self.url}/wp-json/", headers=headers, accept=_OURS)
		)

	def rows(
		self, endpoint: str, params: Mapping[str, Any] | None = None, most: int = 50
	) -> Iterator[dict[str, Any]]:
		"""All rows of a list that does not change meanwhile, page by page, at most `most` pages."""
		for page in range(1, most + 1):
			answer = self.get(endpoint, params={**(params or {}), "per_page": PER_PAGE, "page": page})
			found = rows_of(answer)
			yield from found
			if page >= _count(answer, "X-WP-TotalPages", page if len(found) < PER_PAGE else most):
				return

	def _API__request(
		self, method: str, endpoint: str, data: Any, params: Mapping[str, Any] | None = None, **_kwargs: Any
	) -> Response:
		"""What all verbs of the package end in."""
		return self._asked(method, self._API__get_url(endpoint), data, params or {})

	def _asked(self, method: str, url: str, data: Any, params: Mapping[str, Any]) -> Response:
		answer = self._send(method, url, data, params)
		if answer.status == 500 and _said(answer)[0] not in _REFUSED_WITH_500:
			raise Transient("store_error", status="500 Internal Server Error")
		if answer.status == 401 and self._may_have_lost_the_header(answer):
			self.query_string_auth = True
			again = self._send(method, url, data, params)
			self._fallback_failed = again.status == 401
			self.query_string_auth = not self._fallback_failed
			answer = answer if self._fallback_failed else again
		return self._checked(answer)

	def _send(self, method: str, url: str, data: Any, params: Mapping[str, Any]) -> Response:
		secrets: dict[str, str] = {}
		auth: AuthBase = _Signed(self, method)
		if self.is_ssl:
			auth = HTTPBasicAuth(self.consumer_key.encode(), self.consumer_secret.encode())
		if self.is_ssl and self.query_string_auth:
			auth, secrets = _Unsigned(), _in_query(self)
		headers = {"Accept": "application/json"}
		accept = _OURS | {500} if method == "POST" else _OURS
		return self.transport.request(
			method, url, params={**params, **secrets}, json=data, auth=auth, headers=headers, accept=accept
		)

	def _may_have_lost_the_header(self, answer: Response) -> bool:
		"""A server that dropped the authorization leaves WooCommerce an anonymous visitor, not a wrong key."""
		asked = self.is_ssl and not self.query_string_auth and not self._fallback_failed
		return asked and _said(answer)[0] != _KEY_WAS_READ

	def _checked(self, answer: Response) -> Response:
		if 200 <= answer.status < 300:
			return answer
		error = _error(answer)
		code, message = _said(answer)
		detail = self.transport.mask(f"{answer.status} {code}: {message}")
		if code == "rest_no_route":
			detail += " (Is WooCommerce active, and are Settings > Permalinks not 'Plain'?)"
		kind = "credentials" if answer.status == 401 else "store"
		reason = "credentials_refused" if answer.status == 401 else "store_refused"
		raise Refused(reason, f"{kind}:{self.host}", answer.status, error, detail=detail, store=self.host)


class _Signed(AuthBase):
	"""Signs when a request is really sent: WooCommerce takes a nonce once only, a retry needs a new one."""

	def __init__(self, api: Api, method: str) -> None:
		self._api, self._method = api, method

	def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
		api = self._api
		signer = _Signer(
			request.url, api.consumer_key, api.consumer_secret, version=api.version, method=self._method
		)
		request.url = signer.get_oauth_url()
		return request


class _Unsigned(AuthBase):
	"""No authorization header: the key is in the query string."""

	def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
		return request


class _Signer(OAuth):  # type: ignore[misc]
	"""The package leaves "/" as it is and decodes "%41" anew; WooCommerce's own signature does neither."""

	@staticmethod
	def normalize_parameters(params: Mapping[str, Any]) -> dict[str, str]:
		return {_twice_quoted(key): _twice_quoted(value) for key, value in params.items()}


def keys(credentials: Credentials) -> tuple[str, str]:
	"""Consumer key and secret without the blanks of copying; empty texts when they are not set."""
	secret = credentials.client_secret.get_secret_value() if credentials.client_secret else ""
	return (credentials.client_id or "").strip(), secret.strip()


def rows_of(answer: Response) -> list[dict[str, Any]]:
	"""The objects of a list answer. Raises `Transient` when it is something else."""
	found = answer.json()
	if not isinstance(found, list):
		raise Transient("store_error", status=f"{answer.status} with something else than a list")
	return [row for row in found if isinstance(row, dict)]


def object_of(answer: Response) -> dict[str, Any]:
	"""The object of an answer. Raises `Transient` when it is something else."""
	found = answer.json()
	if not isinstance(found, dict):
		raise Transient("store_error", status=f"{answer.status} with something else than an object")
	return found


def total_of(answer: Response, default: int) -> int:
	"""How many rows the whole list has (X-WP-Total)."""
	return _count(answer, "X-WP-Total", default)


def _count(answer: Response, header: str, default: int) -> int:
	value = answer.headers.get(header, "").strip()
	return int(value) if value.isascii() and value.isdigit() else default


def _twice_quoted(value: Any) -> str:
	return quote(quote(str(value), safe=""), safe="")


def _in_query(api: Api) -> dict[str, str]:
	return {"consumer_key": api.consumer_key, "consumer_secret": api.consumer_secret}


def _said(answer: Response) -> tuple[str, str]:
	"""WordPress's error code and message, or the beginning of what else came."""
	error = _error(answer)
	if error:
		return error["code"], str(error.get("message") or "")[:200]
	return "", answer.text[:200].strip()


def _error(answer: Response) -> Mapping[str, Any]:
	"""WordPress's error object; empty when something else came."""
	try:
		found = answer.json()
	except Transient:
		return {}
	return found if isinstance(found, dict) and isinstance(found.get("code"), str) else {}


def _policy(credentials: Credentials) -> Policy:
	return Policy(credentials.allow_http, credentials.allow_private, credentials.verify_tls)


def _webhook_secret(credentials: Credentials) -> tuple[str, ...]:
	secret = credentials.webhook_secret
	return (secret.get_secret_value(),) if secret else ()
