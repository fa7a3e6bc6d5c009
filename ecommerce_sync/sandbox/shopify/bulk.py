"""Bulk operations: a query run over everything, its result as JSON lines behind an address of its own
(https://shopify.dev/docs/api/usage/bulk-operations/queries).

An operation is done when the shop's clock is `seconds` on and somebody looks: at it, or at the webhooks due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from graphql import (
	DocumentNode,
	FieldNode,
	GraphQLError,
	TypeInfo,
	TypeInfoVisitor,
	Visitor,
	get_named_type,
	parse,
	visit,
)

from ecommerce_sync.sandbox.shopify.bulk_lines import BulkQuery
from ecommerce_sync.sandbox.shopify.execution import validation_errors
from ecommerce_sync.sandbox.shopify.facts import timestamp
from ecommerce_sync.sandbox.shopify.goods import Tell
from ecommerce_sync.sandbox.shopify.paging import keyed
from ecommerce_sync.sandbox.shopify.schema import schema
from ecommerce_sync.sandbox.shopify.search import Searchable, predicate

Json = dict[str, Any]
AT_ONCE, MOST_CONNECTIONS, DEEPEST = 5, 5, 3
_RUNNING = ("CREATED", "RUNNING")
_SEARCHABLE = Searchable(
	{"created_at": lambda op: op.created_at, "completed_at": lambda op: op.completed_at or op.created_at},
	{"status": lambda op: [op.status], "operation_type": lambda op: ["QUERY"]},
	{"id": lambda op: op.id},
)


@dataclass
class Operation:
	"""One bulk operation; `lines` is its result once it is done."""

	id: int
	query: str
	created_at: datetime
	status: str = "CREATED"
	completed_at: datetime | None = None
	error: str | None = None
	lines: bytes = b""
	objects: int = 0
	roots: int = 0

	@property
	def gid(self) -> str:
		"""Its id in GraphQL."""
		return f"gid://shopify/BulkOperation/{self.id}"


class BulkOperations:
	"""All bulk operations of the app. `roots` are the resolvers of queries, `base` is the shop's address."""

	def __init__(
		self,
		roots: Callable[[], Mapping[str, Any]],
		scopes: Callable[[], frozenset[str]],
		clock: Callable[[], datetime],
		tell: Tell,
		base: Callable[[], str],
		seconds: float = 0.2,
	) -> None:
		self._roots, self._scopes = roots, scopes
		self._clock, self._tell, self._base = clock, tell, base
		self._wait = timedelta(seconds=seconds)
		self._all: dict[int, Operation] = {}
		self._ids = count(720_918_000_001)

	def queries(self) -> dict[str, Callable[..., Any]]:
		"""By field of QueryRoot."""
		return {"bulkOperation": lambda id: self.by_gid(id), "bulkOperations": self._listed}

	def mutations(self) -> dict[str, Callable[..., Any]]:
		"""By field of Mutation."""
		return {"bulkOperationRunQuery": self._run, "bulkOperationCancel": self._cancel}

	def by_gid(self, gid: str) -> Json | None:
		"""`bulkOperation(id)`."""
		self.settle()
		found = (operation for operation in self._all.values() if operation.gid == gid)
		operation = next(found, None)
		return None if operation is None else self._data(operation)

	def result(self, number: int) -> bytes | None:
		"""The file behind an operation's url; None where there is none."""
		operation = self._all.get(number)
		return operation.lines if operation is not None and operation.status == "COMPLETED" else None

	def settle(self) -> None:
		"""Finish what has run long enough."""
		now = self._clock()
		for operation in list(self._all.values()):
			if operation.status in _RUNNING and now >= operation.created_at + self._wait:
				self._finish(operation, now)
			elif operation.status in _RUNNING:
				operation.status = "RUNNING"

	def _run(self, query: str, groupObjects: bool = False) -> Json:
		self.settle()
		wrong = _refusal(query)
		running = [operation for operation in self._all.values() if operation.status in _RUNNING]
		if groupObjects:
			wrong = "The emulated store does not group objects."
		if wrong or len(running) >= AT_ONCE:
			code = "INVALID" if wrong else "LIMIT_REACHED"
			words = wrong or "Bulk operations limit reached. Please try again later."
			return {
				"bulkOperation": None,
				"userErrors": [{"field": ["query"], "code": code, "message": words}],
			}
		operation = Operation(next(self._ids), query, self._clock())
		self._all[operation.id] = operation
		return {"bulkOperation": self._data(operation), "userErrors": []}

	def _cancel(self, id: str) -> Json:
		operation = next((o for o in self._all.values() if o.gid == id), None)
		if operation is None:
			return {
				"bulkOperation": None,
				"userErrors": [{"field": ["id"], "message": "Bulk operation does not exist"}],
			}
		if operation.status in _RUNNING:
			operation.status, operation.completed_at = "CANCELED", self._clock()
			self._announce(operation)
		return {"bulkOperation": self._data(operation), "userErrors": []}

	def _finish(self, operation: Operation, now: datetime) -> None:
		operation.completed_at = now
		try:
			lines = list(BulkQuery(parse(operation.query), self._scopes()).lines(self._roots()))
		except GraphQLError as error:
			operation.status, operation.error = "FAILED", _error_code(error)
		else:
			operation.status = "COMPLETED"
			operation.objects, operation.roots = len(lines), sum(is_root for is_root, _ in lines)
			operation.lines = "".join(f"{line}\n" for _, line in lines).encode()
		self._announce(operation)

	def _announce(self, operation: Operation) -> None:
		payload = {
			"admin_graphql_api_id": operation.gid,
			"completed_at": timestamp(operation.completed_at),
			"created_at": timestamp(operation.created_at),
			"error_code": None if operation.error is None else operation.error.lower(),
			"status": operation.status.lower(),
			"type": "query",
		}
		self._tell("bulk_operations/finish", lambda: payload)

	def _listed(self, query: str | None = None, sortKey: str = "CREATED_AT", **arguments: Any) -> Json:
		self.settle()
		wanted = predicate(query, timezone.utc, _SEARCHABLE)
		found = [operation for operation in self._all.values() if wanted(operation)]
		# Newest first is this list's own order.
		arguments["reverse"] = not arguments.get("reverse")
		return keyed([([operation.id], operation) for operation in found], arguments, self._data)

	def _data(self, operation: Operation) -> Json:
		is_done = operation.status == "COMPLETED"
		return {
			"__typename": "BulkOperation",
			"id": operation.gid,
			"status": operation.status,
			"type": "QUERY",
			"query": operation.query,
			"errorCode": operation.error,
			"createdAt": timestamp(operation.created_at),
			"completedAt": timestamp(operation.completed_at),
			"objectCount": str(operation.objects),
			"rootObjectCount": str(operation.roots),
			"fileSize": str(len(operation.lines)) if is_done else None,
			"url": f"{self._base()}/bulk/{operation.id}.jsonl" if is_done and operation.objects else None,
			"partialDataUrl": None,
		}


class _Connections(Visitor):
	"""How many connections a query has, how deep they nest, and whether parents name their ids."""

	def __init__(self, types: TypeInfo) -> None:
		super().__init__()
		self._types, self._depth = types, 0
		self.count = self.deepest = 0

	def enter_field(self, node: FieldNode, *_: Any) -> None:
		if self._is_connection():
			self.count, self._depth = self.count + 1, self._depth + 1
			self.deepest = max(self.deepest, self._depth)

	def leave_field(self, node: FieldNode, *_: Any) -> None:
		self._depth -= self._is_connection()

	def _is_connection(self) -> bool:
		returned = self._types.get_type()
		return returned is not None and get_named_type(returned).name.endswith("Connection")


def _refusal(query: str) -> str | None:
	"""Why a query cannot run in bulk, in a sentence."""
	try:
		document = parse(query)
	except GraphQLError as error:
		return f"Invalid bulk query: {error.message}"
	errors = validation_errors(document)
	return f"Invalid bulk query: {errors[0]['message']}" if errors else _shape_refusal(document)


def _shape_refusal(document: DocumentNode) -> str | None:
	types = TypeInfo(schema())
	counted = _Connections(types)
	visit(document, TypeInfoVisitor(types, counted))
	if not counted.count:
		return "Bulk queries must contain at least one connection."
	if counted.count > MOST_CONNECTIONS:
		return "Bulk queries cannot contain more than 5 connections."
	return (
		"Bulk queries cannot contain connections with a nesting depth greater than 2."
		if counted.deepest > DEEPEST
		else None
	)


def _error_code(error: GraphQLError) -> str:
	is_refused = (error.extensions or {}).get("code") == "ACCESS_DENIED"
	return "ACCESS_DENIED" if is_refused else "INTERNAL_SERVER_ERROR"
