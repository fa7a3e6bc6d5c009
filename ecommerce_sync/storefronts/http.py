"""The one way by which connectors reach a store over HTTP: safe addresses, time and size limits, retries.

Sessions are reused, redirects to other hosts refused, answers capped. What goes wrong comes out as an
error of `core.errors`: `Transient` ("network", "throttled", "store_error"; with `retry_after`) or
`Fixable` ("credentials_refused", "store_refused"). No secret is in any text of them. Retriable failures
are retried here a few times within a few seconds; longer waiting is the inbox's work.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from http.client import responses
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.utils import get_environ_proxies, select_proxy
from tenacity import RetryCallState, Retrying, retry_if_exception

from ..core.errors import Fixable, SyncError, Transient
from . import addresses
from .masking import masked
from .retries import Unsent, asked_wait, is_retriable, retry_after, was_not_sent

_CHUNK = 64 * 1024
_REDIRECTS = 3
_SAFE_TO_REPEAT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
_RETRIED_STATUSES = {408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530}
_DETAIL = 300  # characters of the store's own words in an error


@dataclass(frozen=True)
class Policy:
	"""What a transport may do and how long it tries; seconds and bytes."""

	allow_http: bool = False
	allow_private: bool = False
	verify_tls: bool = True
	connect_timeout: float = 5.0
	read_timeout: float = 30.0
	longest_answer: float = 120.0
	max_bytes: int = 32 * 1024 * 1024
	attempts: int = 4
	patience: float = 20.0  # seconds slept between attempts, in all


@dataclass(frozen=True)
class Response:
	"""A whole answer; header names are case-insensitive."""

	status: int
	headers: Mapping[str, str]
	body: bytes

	def json(self) -> Any:
		"""The parsed body. Raises `Transient` when it is no JSON (a maintenance page, a cut answer)."""
		try:
			return json.loads(self.body, parse_constant=_no_constant)
		except (ValueError, RecursionError):
			raise Transient("store_error", status=f"{self.status} with a body that is not JSON") from None

	@property
	def text(self) -> str:
		"""The body as text for messages; undecodable bytes are replaced."""
		return self.body.decode("utf-8", "replace")


class Transport:
	"""HTTP to one store. `secrets` are masked wherever text comes out.

	`adapter`, `sleep`, `clock`, `resolver` and `jitter` are there for tests: by default a guarded
	adapter of requests, `time.sleep`, `time.monotonic`, the system's name resolution, `random.random`.
	"""

	def __init__(
		self,
		policy: Policy | None = None,
		secrets: Iterable[str] = (),
		*,
		adapter: BaseAdapter | None = None,
		sleep: Callable[[float], None] | None = None,
		clock: Callable[[], float] = time.monotonic,
		resolver: addresses.Resolve = addresses.resolve,
		jitter: Callable[[], float] = random.random,
	) -> None:
		self.policy = policy or Policy()
		self.sleep, self.clock = sleep or time.sleep, clock
		self._resolver, self._jitter = resolver, jitter
		self._secrets = {secret for secret in secrets if secret}
		self._session = self._open(adapter)

	def __repr__(self) -> str:
		return f"<Transport {self.policy}>"

	def mask(self, text: str) -> str:
		"""The text without this store's secrets."""
		return masked(text, self._secrets)

	def add_secret(self, secret: str) -> None:
		"""Mask one more from now on: an access token that was granted."""
		self._secrets.add(secret)

	def close(self) -> None:
		"""Close the pooled connections."""
		self._session.close()

	def request(
		self,
		method: str,
		url: str,
		*,
		params: Mapping[str, Any] | None = None,
		headers: Mapping[str, str] | None = None,
		json: Any = None,
		data: Any = None,
		auth: Any = None,
		accept: Collection[int] = (),
		repeatable: bool | None = None,
	) -> Response:
		"""Ask the store. A 2xx answer or one of the statuses in `accept` is returned, others are raised.

		`repeatable` says whether the same request may be sent again after it may have arrived; by
		default that follows from the method. Others are retried only where they certainly did not.
		"""
		repeat = method.upper() in _SAFE_TO_REPEAT if repeatable is None else repeatable
		fields = {"params": params, "headers": headers, "json": json, "data": data, "auth": auth}
		retrying = self.retrying(lambda error: is_retriable(error, repeat))
		return retrying(self._once, method.upper(), url, fields, accept)

	def retrying(self, when: Callable[[BaseException], bool]) -> Retrying:
		"""Calls a function again after the errors that `when` accepts, within the policy's attempts and patience."""
		return Retrying(
			retry=retry_if_exception(when),
			stop=self._enough,
			wait=self._pause,
			sleep=self.sleep,
			reraise=True,
		)

	def _enough(self, state: RetryCallState) -> bool:
		asked = asked_wait(state) or 0.0
		return state.attempt_number >= self.policy.attempts or state.idle_for + asked > self.policy.patience

	def _pause(self, state: RetryCallState) -> float:
		"""Exponential, half of it by chance so that workers do not come back all at once."""
		backoff: float = min(0.5 * 2.0 ** (state.attempt_number - 1), 8.0) * (0.5 + self._jitter() / 2)
		return max(backoff, asked_wait(state) or 0.0)

	def _once(self, method: str, url: str, fields: dict[str, Any], accept: Collection[int]) -> Response:
		for _ in range(_REDIRECTS):
			response = self._send(method, url, fields)
			if not 300 <= response.status < 400 or response.status in accept:
				return self._checked(url, response, accept)
			url, fields = self._next_hop(method, url, response), {**fields, "params": None}
		self._refuse(url, "The store redirects in a circle.")

	def _send(self, method: str, url: str, fields: dict[str, Any]) -> Response:
		self._guard(url)
		started = self.clock()
		try:
			with self._session.request(
				method,
				url,
				**fields,
				stream=True,
				allow_redirects=False,
				verify=None
				if self.policy.verify_tls
				else False,  # None: the system's own choice of authorities
				timeout=(self.policy.connect_timeout, self.policy.read_timeout),
			) as answer:
				return Response(answer.status_code, answer.headers, self._read(url, answer, started))
		except requests.RequestException as error:
			raise self._failure(url, error) from None

	def _read(self, url: str, answer: requests.Response, started: float) -> bytes:
		"""The body, no longer than allowed in bytes and in time (the read timeout is one for each chunk)."""
		body = bytearray()
		for chunk in answer.iter_content(_CHUNK):
			body += chunk
			if len(body) > self.policy.max_bytes:
				self._refuse(url, f"The answer is larger than {self.policy.max_bytes} bytes.")
			if self.clock() - started > self.policy.longest_answer:
				raise Transient(
					"network", detail=f"The answer took over {self.policy.longest_answer:g} seconds."
				)
		return bytes(body)

	def _guard(self, url: str) -> None:
		parts = addresses.check_url(url, self.policy.allow_http)
		proxied = select_proxy(url, get_environ_proxies(url, no_proxy=None))
		if self.policy.allow_private or proxied:
			return
		try:
			addresses.check_host(parts, self._resolver)
		except (OSError, UnicodeError) as error:
			raise Unsent("network", detail=f"{parts.hostname} has no address: {error}") from None

	def _next_hop(self, method: str, url: str, response: Response) -> str:
		"""Where a redirect leads: only for reading, and only within the same host."""
		target = urljoin(url, response.headers.get("Location", ""))
		if method not in {"GET", "HEAD"} or _origin(target) not in {_origin(url), _origin(url, "https")}:
			place = urlsplit(target)
			self._refuse(
				url, f"It redirects to {place.scheme}://{place.netloc}{place.path}: enter the final address."
			)
		return target

	def _checked(self, url: str, response: Response, accept: Collection[int]) -> Response:
		status = response.status
		if 200 <= status < 300 or status in accept:
			return response
		wait = retry_after(response.headers)
		if status == 429:
			raise Transient("throttled", retry_after=wait)
		if status in _RETRIED_STATUSES or status >= 500:
			raise Transient(
				"store_error", retry_after=wait, status=f"{status} {responses.get(status, '')}".strip()
			)
		detail = self.mask(f"{status} {responses.get(status, '')}: {response.text[:_DETAIL].strip()}")
		if status in {401, 403}:
			host = urlsplit(url).hostname or ""
			raise Fixable("credentials_refused", cause=f"credentials:{host}", detail=detail, store=host)
		self._refuse(url, detail)

	def _failure(self, url: str, error: requests.RequestException) -> SyncError:
		host = urlsplit(url).hostname or ""
		text = self.mask(str(error))[:_DETAIL]
		if "connected to the private address" in text:
			detail = f"The host {host} is at a private address, which this site does not allow."
			return Fixable("store_refused", cause=f"address:{host}", detail=detail)
		if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in text:
			detail = f"The certificate of {host} is not valid: {text}"
			return Fixable("store_refused", cause=f"address:{host}", detail=detail)
		if isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)) or was_not_sent(text):
			return Unsent("network", detail=text)
		return Transient("network", detail=text)

	def _refuse(self, url: str, detail: str) -> NoReturn:
		host = urlsplit(url).hostname or ""
		raise Fixable("store_refused", cause=f"store:{host}", detail=self.mask(detail))

	def _open(self, adapter: BaseAdapter | None) -> requests.Session:
		session = requests.Session()
		session.auth = _as_it_is  # or requests would take a .netrc entry of the host for authorization
		session.headers["User-Agent"] = "ecommerce-sync"
		default = requests.adapters.HTTPAdapter() if self.policy.allow_private else addresses.GuardedAdapter()
		for scheme in ("https://", "http://"):
			session.mount(scheme, adapter or default)
		return session


def _origin(url: str, scheme: str | None = None) -> tuple[str, str, int]:
	parts = urlsplit(url)
	if scheme and parts.scheme != scheme:
		parts = parts._replace(scheme=scheme)
	return parts.scheme, parts.hostname or "", addresses.port_of(parts)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
	return request


def _no_constant(name: str) -> NoReturn:
	raise ValueError(f"{name} is no JSON")
