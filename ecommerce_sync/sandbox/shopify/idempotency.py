"""The `@idempotent(key:)` directive: a mutation done once, however often the same request comes
(https://shopify.dev/docs/api/usage/idempotent-requests).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, get_directive_values

from ecommerce_sync.sandbox.shopify.schema import schema

Json = dict[str, Any]
_MISMATCH = "The same idempotency key cannot be used with different operation parameters."
_FAILED = "A previous request with this idempotency key failed. Retry with a new idempotency key."


class Idempotent:
	"""A mutation that demands the directive and answers a repeated key with its first answer.

	An attempt that ended in userErrors is not repeated under its key. `refuse` makes the payload of an error.
	"""

	def __init__(self, do: Callable[..., Json], refuse: Callable[[str, str], Json]) -> None:
		self._do, self._refuse = do, refuse
		self._answers: dict[str, tuple[str, Json]] = {}

	def answer(self, info: GraphQLResolveInfo, arguments: Json) -> Json:
		"""Do it, or say again what came of it."""
		key, asked = self._key(info), json.dumps(arguments, sort_keys=True, default=str)
		if key not in self._answers:
			self._answers[key] = (asked, self._do(**arguments))
			return self._answers[key][1]
		before, payload = self._answers[key]
		if before != asked:
			return self._refuse("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", _MISMATCH)
		if payload["userErrors"]:
			return self._refuse("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", _FAILED)
		return payload

	def _key(self, info: GraphQLResolveInfo) -> str:
		directive = schema().get_directive("idempotent")
		assert directive is not None, "in the trimmed schema"
		given = get_directive_values(directive, info.field_nodes[0], info.variable_values)
		if not given or not given["key"]:
			message = "The @idempotent directive is required for this mutation but was not provided."
			raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})
		return str(given["key"])
