"""Shopify's Admin GraphQL API: one document in, its data out, or an error of `core.errors`.

Most of Shopify's refusals are HTTP 200: THROTTLED and INTERNAL_SERVER_ERROR are tried again here, missing
scopes and `userErrors` are for a person. Source: https://shopify.dev/docs/api/admin-graphql
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from uuid import NAMESPACE_URL, uuid5

from ...core.errors import Fixable, Transient
from ..http import Response, Transport
from .auth import Authentication
from .documents import document
from .limits import Bucket, throttled_wait

Json = dict[str, Any]
_AGAIN = {"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"}
_SCOPE = re.compile(r"`((?:read|write)_\w+)`")
# Protected customer data that the app may not see arrives as null beside such an error.
_PROTECTED = re.compile(r"protected.customer.data|not approved to (?:access|use)", re.IGNORECASE)


class Again(Transient):
	"""Shopify asks in its answer to try again."""


class TooCostly(Fixable):
	"""The request costs more than any may; a smaller one will do."""


class Admin:
	"""One store's Admin API. `served_version` is what the last answer was made by (it falls forward)."""

	def __init__(
		self, transport: Transport, endpoint: str, host: str, authentication: Authentication
	) -> None:
		self._transport, self._endpoint, self._authentication = transport, endpoint, authentication
		self._bucket = Bucket(transport.clock)
		self.host = host
		self.served_version: str | None = None
		self.served_at: str | None = None  # the store's clock, as the Date header tells it

	def __repr__(self) -> str:
		return f"<Admin of {self.host}>"

	def query(
		self,
		name: str,
		variables: Mapping[str, Any] | None = None,
		optional: str = "",
		text: str | None = None,
	) -> Json:
		"""The data of a query of `queries/`. `optional` names scopes, parted by blanks, that may be missing.

		`text` is the document where it is made for the occasion.
		"""
		retrying = self._transport.retrying(lambda error: isinstance(error, Again))
		asked = name, text or document(name), dict(variables or {})
		data: Json = retrying(self._ask, *asked, True, set(optional.split()))
		return data

	def mutate(self, name: str, variables: Mapping[str, Any], repeatable: bool) -> Json:
		"""The payload of a mutation with one field. Raises `Fixable("store_refused")` for `userErrors`.

		`repeatable`: doing it twice is the same as once, by its nature or by an idempotency key.
		"""
		payload: Json = next(iter(self.attempt(name, variables, repeatable).values()), {}) or {}
		if errors := payload.get("userErrors"):
			self.refuse("; ".join(_user_error(error) for error in errors))
		return payload

	def attempt(
		self, name: str, variables: Mapping[str, Any], repeatable: bool, text: str | None = None
	) -> Json:
		"""The data of a mutation of any number of fields, whose `userErrors` are the caller's to look at."""
		retrying = self._transport.retrying(lambda error: isinstance(error, Again) and repeatable)
		data: Json = retrying(self._ask, name, text or document(name), dict(variables), repeatable, set())
		return data

	def rest(self, seconds: float) -> None:
		"""Let some time go by before asking again."""
		self._transport.sleep(seconds)

	def pages(
		self, name: str, field: str, variables: Mapping[str, Any], optional: str = ""
	) -> Iterator[Json]:
		"""The nodes of a connection at the root, page after page."""
		after: str | None = None
		while True:
			connection = self.query(name, {**variables, "after": after}, optional).get(field) or {}
			yield from (node for node in connection.get("nodes") or () if node)
			info = connection.get("pageInfo") or {}
			after = info.get("endCursor")
			if not (info.get("hasNextPage") and after):
				return

	def _ask(self, name: str, text: str, variables: Json, repeatable: bool, optional: set[str]) -> Json:
		self._wait(name)
		answer = self._send({"query": text, "variables": variables}, repeatable)
		body = answer.json()
		if not isinstance(body, dict):
			raise Transient("store_error", status=f"{answer.status} with an unknown body")
		extensions = body.get("extensions")
		known = extensions if isinstance(extensions, dict) else {}
		self._bucket.learn(name, known)
		self._check(body.get("errors"), known, optional)
		data = body.get("data")
		return data if isinstance(data, dict) else {}

	def _wait(self, name: str) -> None:
		"""Let the bucket fill before a request that it cannot pay."""
		seconds = self._bucket.wait(name)
		if seconds > self._transport.policy.patience:
			raise Transient("throttled", retry_after=seconds)
		if seconds:
			self._transport.sleep(seconds)

	def _send(self, body: Json, repeatable: bool) -> Response:
		"""Post; a token that the store refuses is replaced once."""
		token = self._authentication.token()
		answer = self._post(body, token, repeatable, accept=(401,))
		if answer.status == 401 and self._authentication.renew(token):
			answer = self._post(body, self._authentication.token(), repeatable, accept=(401,))
		if answer.status == 401:
			detail = self._transport.mask(_words(answer))
			raise Fixable(
				"credentials_refused", cause=f"credentials:{self.host}", detail=detail, store=self.host
			)
		self.served_version = answer.headers.get("X-Shopify-API-Version")
		self.served_at = answer.headers.get("Date")
		return answer

	def _post(self, body: Json, token: str, repeatable: bool, accept: tuple[int, ...]) -> Response:
		headers = {"X-Shopify-Access-Token": token, "Accept": "application/json"}
		return self._transport.request(
			"POST", self._endpoint, json=body, headers=headers, accept=accept, repeatable=repeatable
		)

	def _check(self, errors: Any, extensions: Mapping[str, Any], optional: set[str]) -> None:
		if not errors:
			return
		if not isinstance(errors, list):
			self.refuse(str(errors))
		for error in errors:
			self._check_one(
				error if isinstance(error, dict) else {"message": str(error)}, extensions, optional
			)

	def _check_one(self, error: Json, extensions: Mapping[str, Any], optional: set[str]) -> None:
		details = error.get("extensions") or {}
		code, message = details.get("code"), str(error.get("message", ""))
		if code == "THROTTLED":
			raise Again("throttled", retry_after=throttled_wait(extensions))
		if code in _AGAIN or message.startswith("Internal error"):
			raise Again("store_error", status=f"{code or 'an internal error'}")
		if code == "MAX_COST_EXCEEDED":
			raise TooCostly("store_refused", cause=f"store:{self.host}", detail=f"{code}: {message}"[:500])
		if code != "ACCESS_DENIED":
			self.refuse(f"{code}: {message}" if code else message)
		scopes = _SCOPE.findall(f"{details.get('requiredAccess', '')} {message}")
		if not _PROTECTED.search(message) and not optional.intersection(scopes):
			words = " or ".join(dict.fromkeys(scopes)) or message
			raise Fixable("scope_missing", cause=f"scopes:{self.host}", scopes=words, store=self.host)

	def refuse(self, detail: str) -> NoReturn:
		"""Tell a person what the store said."""
		raise Fixable("store_refused", cause=f"store:{self.host}", detail=self._transport.mask(detail)[:500])


def idempotency_key(operation: str, reference: str, attempt: int = 0) -> str:
	"""The key for `@idempotent`: the same for the same logical operation however often it is sent.

	After IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED the store wants a new one: the next `attempt`.
	"""
	return str(uuid5(NAMESPACE_URL, f"ecommerce-sync:{operation}:{reference}:{attempt}"))


def _user_error(error: Any) -> str:
	fields = error if isinstance(error, dict) else {"message": str(error)}
	path = ".".join(str(step) for step in fields.get("field") or ())
	return f"{path}: {fields.get('message')}" if path else str(fields.get("message"))


def _words(answer: Response) -> str:
	try:
		body = answer.json()
	except Transient:
		return answer.text[:300]
	return str(body.get("errors", body) if isinstance(body, dict) else body)[:300]
