"""The emulated store's addresses: Admin GraphQL, the token endpoint and files of bulk operations."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler
from werkzeug.wrappers import Request, Response

from ecommerce_sync.sandbox.shopify.schema import API_VERSION

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.server import EmulatedShopify

Json = dict[str, Any]
_GRAPHQL_PATH = re.compile(r"/admin/api/(?P<version>\d{4}-\d{2}|unstable)/graphql\.json")
_BULK_PATH = re.compile(r"/bulk/(?P<number>\d+)\.jsonl")
_UNAUTHORIZED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def respond(store: EmulatedShopify, request: Request) -> Response:
	"""The answer to any request."""
	if request.method == "POST" and request.path == "/admin/oauth/access_token":
		form = request.get_json(silent=True) or request.form.to_dict()
		status, body = store.tokens.grant(form if isinstance(form, dict) else {})
		return _json(body, status)
	file = _BULK_PATH.fullmatch(request.path)
	if request.method == "GET" and file is not None:
		return _file(store, int(file["number"]))
	path = _GRAPHQL_PATH.fullmatch(request.path)
	if request.method != "POST" or path is None or not _is_served(path["version"]):
		return _json({"errors": "Not Found"}, 404)
	if not store.tokens.is_valid(request.headers.get("X-Shopify-Access-Token")):
		return _json({"errors": _UNAUTHORIZED}, 401)
	return _query(store, request)


def _file(store: EmulatedShopify, number: int) -> Response:
	"""A bulk operation's result; its address alone opens it."""
	lines = store.bulk_result(number)
	return Response("Not Found", 404) if lines is None else Response(lines, content_type="application/jsonl")


def _query(store: EmulatedShopify, request: Request) -> Response:
	body = request.get_json(silent=True)
	if not isinstance(body, dict) or not isinstance(body.get("query"), str):
		return _json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
	return _json(store.graphql(body["query"], body.get("variables") or {}, body.get("operationName")))


def _is_served(version: str) -> bool:
	"""Older versions fall forward to the one that is emulated; later ones do not exist yet."""
	return version == "unstable" or version <= "2026-10"


def _json(body: Json, status: int = 200) -> Response:
	response = Response(json.dumps(body), status, content_type="application/json; charset=utf-8")
	response.headers["X-Shopify-API-Version"] = API_VERSION
	return response


class Quiet(WSGIRequestHandler):
	"""No line on stderr for every request."""

	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		"""Nothing to say."""
