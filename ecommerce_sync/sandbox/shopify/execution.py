"""Executes Admin GraphQL documents over the real schema and answers in Shopify's words.

What the schema does not have is refused as the real store refuses it, and so is what costs too much, what
the bucket cannot pay and what the granted scopes do not cover. A field that the schema has and the
emulated store has no data for is an error that says so, never an invented null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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

from ecommerce_sync.sandbox.shopify.cost import MAX_QUERY_COST, Bucket, Costs, actual
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
		cost = Costs(schema(), document, values).requested(operation)
		if cost > MAX_QUERY_COST:
			return _too_dear(cost)
		if not self.bucket.take(cost):
			return self._throttled(cost)
		result = self._execute(document, operation, variables, scopes)
		is_mutation = operation.operation is OperationType.MUTATION
		used = cost if is_mutation else min(cost, actual(result.data) - 1 if result.data else cost)
		self.bucket.give_back(cost - used)
		return {**_formatted(result), "extensions": {"cost": self._cost(cost, used)}}

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
	_demand_access(info)
	if info.field_name not in source:
		where = f"{info.parent_type.name}.{info.field_name}"
		message = f"The emulated store has no data for {where}."
		raise GraphQLError(message, extensions={"code": "NOT_EMULATED"})
	value = source[info.field_name]
	if callable(value):
		value = value(**arguments)
	if isinstance(value, list):
		return _listed(value, info, arguments)
	return value


def _listed(value: list[Any], info: GraphQLResolveInfo, arguments: Mapping[str, Any]) -> Any:
	if get_named_type(info.return_type).name.endswith("Connection"):
		return connection(value, arguments)
	first = arguments.get("first")
	return value if first is None else value[:first]


def _demand_access(info: GraphQLResolveInfo) -> None:
	"""The field's own scopes and those of the type it returns (of a connection: its objects')."""
	scopes: frozenset[str] = info.context
	returned = get_named_type(info.return_type).name.removesuffix("Connection")
	for key in ((info.parent_type.name, info.field_name), (returned, None)):
		wanted, words = requirements().get(key, (frozenset(), ""))
		if wanted and not any(_covers(scopes, scope) for scope in wanted):
			raise _access_denied(info.field_name, words)


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


def _formatted(result: ExecutionResult) -> Json:
	answer: Json = {"data": result.data}
	if result.errors:
		for error in result.errors:
			if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
				raise error.original_error  # a bug of the emulated store, not an answer
		answer = {"errors": [error.formatted for error in result.errors], **answer}
	return answer
