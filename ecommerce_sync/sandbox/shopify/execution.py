"""Executes Admin GraphQL documents over the real schema and answers in Shopify's words.

What the schema does not have is refused as the real store refuses it, and so is what costs too much, what
the bucket cannot pay and what the granted scopes do not cover. A field that the schema has and the
emulated store has no data for is an error that says so, never an invented null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from graphql import (
	DocumentNode,
	ExecutionResult,
	GraphQLError,
	GraphQLResolveInfo,
	OperationDefinitionNode,
	OperationType,
	execute_sync,
	get_named_type,
	get_operation_ast,
	parse,
	specified_rules,
	validate,
)
from graphql.execution.values import get_variable_values

from ecommerce_sync.sandbox.shopify.calls import Call, Calls, call_of
from ecommerce_sync.sandbox.shopify.cost import MAX_QUERY_COST, Bucket, Costs, actual
from ecommerce_sync.sandbox.shopify.idempotency import Idempotent
from ecommerce_sync.sandbox.shopify.input_size import MAX_INPUT, longest_list
from ecommerce_sync.sandbox.shopify.paging import connection
from ecommerce_sync.sandbox.shopify.schema import requirements, schema

Json = dict[str, Any]
Roots = Mapping[str, Callable[..., Any]]
_DOCUMENTATION = "https://shopify.dev/api/usage"
_UNDEFINED_FIELD = re.compile(r"Cannot query field '(?P<field>\w+)' on type '(?P<type>\w+)'")
_RULE_CODES = {
	"FieldsOnCorrectTypeRule": "undefinedField",
	"KnownArgumentNamesRule": "argumentNotAccepted",
	"ProvidedRequiredArgumentsRule": "missingRequiredArguments",
	"ValuesOfCorrectTypeRule": "argumentLiteralsIncompatible",
	"VariablesInAllowedPositionRule": "variableMismatch",
	"NoUndefinedVariablesRule": "variableNotDefined",
	"NoUnusedVariablesRule": "variableNotUsed",
	"ScalarLeafsRule": "selectionMismatch",
	"KnownTypeNamesRule": "undefinedType",
	"KnownDirectivesRule": "undefinedDirective",
	"NoUnusedFragmentsRule": "useAndDefineFragment",
	"UniqueOperationNamesRule": "uniquelyNamedOperations",
}
_TOO_DEAR = """Query cost is {cost}, which exceeds the single query max cost limit ({limit}).

See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the
cost of a query is calculated.

To query larger amounts of data with fewer limits, bulk operations should be used instead.
See https://shopify.dev/api/usage/bulk-operations/queries for usage details.
"""


@dataclass(frozen=True)
class Executor:
	"""One store's GraphQL endpoint, without HTTP."""

	queries: Roots
	mutations: Roots
	bucket: Bucket
	calls: Calls = field(default_factory=Calls)
	before_write: Callable[[Call], None] = lambda call: None

	def answer(
		self, query: str, variables: Mapping[str, Any], name: str | None, scopes: frozenset[str]
	) -> Json:
		"""The JSON answer (always HTTP 200) for an app that was granted `scopes`."""
		try:
			document = parse(query)
		except GraphQLError as error:
			return {"errors": [error.formatted]}
		errors = validation_errors(document)
		operation = get_operation_ast(document, name)
		if errors or operation is None:
			return {"errors": errors or [{"message": f"No operation named {name!r}"}]}
		return self._paid(document, operation, variables, scopes)

	def _paid(
		self,
		document: DocumentNode,
		operation: OperationDefinitionNode,
		variables: Mapping[str, Any],
		scopes: frozenset[str],
	) -> Json:
		values = get_variable_values(schema(), operation.variable_definitions or [], dict(variables))
		if isinstance(values, list):
			return {"errors": [{**e.formatted, "extensions": {"code": "INVALID_VARIABLE"}} for e in values]}
		if longest_list(document, values) > MAX_INPUT:
			return _too_many(longest_list(document, values))
		cost = Costs(schema(), document, values).requested(operation)
		if cost > MAX_QUERY_COST:
			return _too_dear(cost)
		if not self.bucket.take(cost):
			self.calls.throttled += 1
			return self._throttled(cost)
		self._note(call_of(operation, values))
		result = self._execute(document, operation, variables, scopes)
		is_mutation = operation.operation is OperationType.MUTATION
		used = cost if is_mutation else min(cost, actual(result.data) - 1 if result.data else cost)
		self.bucket.give_back(cost - used)
		return {**_formatted(result), "extensions": {"cost": self._cost(cost, used)}}

	def _note(self, call: Call) -> None:
		self.calls.made.append(call)
		if call.kind == "write":
			self.before_write(call)

	def _execute(
		self,
		document: DocumentNode,
		operation: OperationDefinitionNode,
		variables: Mapping[str, Any],
		scopes: frozenset[str],
	) -> ExecutionResult:
		is_mutation = operation.operation is OperationType.MUTATION
		return execute_sync(
			schema(),
			document,
			root_value=self.mutations if is_mutation else self.queries,
			context_value=scopes,
			variable_values=dict(variables),
			operation_name=operation.name.value if operation.name else None,
			field_resolver=resolve,
		)

	def _throttled(self, cost: int) -> Json:
		extensions = {"code": "THROTTLED", "documentation": f"{_DOCUMENTATION}/rate-limits"}
		errors = [{"message": "Throttled", "extensions": extensions}]
		return {"errors": errors, "extensions": {"cost": self._cost(cost, None)}}

	def _cost(self, requested: int, used: int | None) -> Json:
		return {
			"requestedQueryCost": requested,
			"actualQueryCost": used,
			"throttleStatus": self.bucket.status(),
		}


def validation_errors(document: DocumentNode) -> list[Json]:
	"""What the real store would refuse, one error per finding, with Shopify's codes; empty for valid."""
	if not validate(schema(), document):
		return []
	return [
		_validation_error(error, rule.__name__)
		for rule in specified_rules
		for error in validate(schema(), document, [rule])
	]


def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
	"""The one field resolver: access, then data, then the page of a connection."""
	missing = access_error(info.context, info.parent_type.name, info.field_name)
	if missing is not None:
		raise missing
	if info.field_name not in source:
		where = f"{info.parent_type.name}.{info.field_name}"
		message = f"The emulated store has no data for {where}."
		raise GraphQLError(message, extensions={"code": "NOT_EMULATED"})
	value = source[info.field_name]
	if isinstance(value, Idempotent):
		value = value.answer(info, arguments)
	elif callable(value):
		value = value(**arguments)
	if isinstance(value, list):
		return _listed(value, info, arguments)
	return value


def _listed(value: list[Any], info: GraphQLResolveInfo, arguments: Mapping[str, Any]) -> Any:
	if _is_connection(info):
		return connection(value, arguments)
	first = arguments.get("first")
	return value if first is None else value[:first]


def _is_connection(info: GraphQLResolveInfo) -> bool:
	return _returned(info.parent_type.name, info.field_name).endswith("Connection")


@cache
def _returned(parent: str, field_name: str) -> str:
	"""The name of the type that a field leads to."""
	fields = schema().type_map[parent].fields  # type: ignore[attr-defined]
	return str(get_named_type(fields[field_name].type).name)


def access_error(scopes: frozenset[str], parent: str, field_name: str) -> GraphQLError | None:
	"""What an app without the field's own scopes, or those of the type that it returns, is told."""
	words = _missing(scopes, parent, field_name)
	return None if words is None else _access_denied(field_name, words)


@lru_cache(maxsize=10_000)
def _missing(scopes: frozenset[str], parent: str, field_name: str) -> str | None:
	"""Shopify's words for the scope that is not granted; None when all is."""
	returned = _returned(parent, field_name).removesuffix("Connection")
	for key in ((parent, field_name), (returned, None)):
		wanted, words = requirements().get(key, (frozenset(), ""))
		if wanted and not any(_covers(scopes, scope) for scope in wanted):
			return words
	return None


def _covers(scopes: frozenset[str], wanted: str) -> bool:
	"""Writing includes reading."""
	return wanted in scopes or wanted.replace("read_", "write_", 1) in scopes


def _access_denied(field: str, words: str) -> GraphQLError:
	extensions = {
		"code": "ACCESS_DENIED",
		"documentation": f"{_DOCUMENTATION}/access-scopes",
		"requiredAccess": words,
	}
	message = f"Access denied for {field} field. Required access: {words}"
	return GraphQLError(message, extensions=extensions)


def _validation_error(error: GraphQLError, rule: str) -> Json:
	formatted: Json = dict(error.formatted)
	formatted["extensions"] = {"code": _RULE_CODES.get(rule, "invalidDocument")}
	found = _UNDEFINED_FIELD.match(error.message)
	if found:
		formatted["message"] = f"Field '{found['field']}' doesn't exist on type '{found['type']}'"
		formatted["extensions"].update(typeName=found["type"], fieldName=found["field"])
	return formatted


def _too_dear(cost: int) -> Json:
	extensions = {
		"code": "MAX_COST_EXCEEDED",
		"cost": cost,
		"maxCost": MAX_QUERY_COST,
		"documentation": f"{_DOCUMENTATION}/rate-limits",
	}
	message = _TOO_DEAR.format(cost=cost, limit=MAX_QUERY_COST)
	return {"errors": [{"message": message, "extensions": extensions}]}


def _too_many(size: int) -> Json:
	message = f"The input array size of {size} is greater than the maximum allowed of {MAX_INPUT}."
	return {"errors": [{"message": message, "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"}}]}


def _formatted(result: ExecutionResult) -> Json:
	answer: Json = {"data": result.data}
	if result.errors:
		for error in result.errors:
			if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
				raise error.original_error  # a bug of the emulated store, not an answer
		answer = {"errors": [error.formatted for error in result.errors], **answer}
	return answer
