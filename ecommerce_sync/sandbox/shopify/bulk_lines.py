"""Runs the query of a bulk operation over everything and writes one line for each node of each connection.

Not by graphql-core, which takes a minute for 100,000 variants: the query is compiled to steps once, since a
bulk query has neither variables nor pages. A child's `__parentId` is the id of the line that it is below.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from graphql import (
	DocumentNode,
	FieldNode,
	FragmentDefinitionNode,
	FragmentSpreadNode,
	GraphQLError,
	GraphQLList,
	OperationDefinitionNode,
	SelectionSetNode,
	get_argument_values,
	get_named_type,
	get_nullable_type,
	is_abstract_type,
	is_leaf_type,
)

from ecommerce_sync.sandbox.shopify.execution import access_error
from ecommerce_sync.sandbox.shopify.paging import EVERYTHING
from ecommerce_sync.sandbox.shopify.schema import schema

Json = dict[str, Any]
Kind = Literal["leaf", "object", "list", "connection"]


@dataclass(frozen=True)
class Step:
	"""One field of a selection; `on` are the types that it is asked of, None for any."""

	key: str
	name: str
	kind: Kind
	arguments: Json
	below: tuple[Step, ...]
	on: frozenset[str] | None


class BulkQuery:
	"""A document, valid under the schema, for an app with `scopes`. Raises GraphQLError where one is missing."""

	def __init__(self, document: DocumentNode, scopes: frozenset[str]) -> None:
		self._scopes = scopes
		definitions = document.definitions
		self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
		operation = next(d for d in definitions if isinstance(d, OperationDefinitionNode))
		self._steps = self._steps_of(schema().query_type, operation.selection_set)

	def lines(self, roots: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
		"""(whether it is of the root, JSON without line break) for each node, parents first."""
		_, children = _row(roots, self._steps)
		for step, nodes in children:
			for node in nodes:
				yield from _lines(node, step, None)

	def _steps_of(
		self, parent: Any, selected: SelectionSetNode, on: frozenset[str] | None = None
	) -> tuple[Step, ...]:
		return tuple(step for node in selected.selections for step in self._of_one(parent, node, on))

	def _of_one(self, parent: Any, node: Any, on: frozenset[str] | None) -> Iterator[Step]:
		if isinstance(node, FieldNode):
			yield self._field(parent, node, on)
			return
		definition = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
		condition = definition.type_condition
		of: Any = schema().type_map[condition.name.value] if condition else parent
		possible = schema().get_possible_types(of) if is_abstract_type(of) else [of]
		names = frozenset(possible_type.name for possible_type in possible)
		yield from self._steps_of(of, definition.selection_set, on if of is parent else names)

	def _field(self, parent: Any, node: FieldNode, on: frozenset[str] | None) -> Step:
		name = node.name.value
		key = node.alias.value if node.alias else name
		if name == "__typename":
			return Step(key, name, "leaf", {}, (), on)
		missing = access_error(self._scopes, parent.name, name)
		if missing is not None:
			raise missing
		definition = parent.fields[name]
		returned, kind = get_named_type(definition.type), _kind(definition.type)
		arguments = get_argument_values(definition, node, {})
		if kind == "connection":
			return Step(
				key, name, kind, {**arguments, "first": EVERYTHING}, self._entries(returned, node), on
			)
		below = self._steps_of(returned, node.selection_set) if node.selection_set else ()
		return Step(key, name, kind, arguments, below, on)

	def _entries(self, connection: Any, node: FieldNode) -> tuple[Step, ...]:
		"""What is asked of a connection's nodes, through `nodes` or `edges { node }`."""
		steps: list[Step] = []
		for entry in _named(node, "nodes"):
			steps += self._steps_of(get_named_type(connection.fields["nodes"].type), _selected(entry))
		for edge in _named(node, "edges"):
			edge_type: Any = get_named_type(connection.fields["edges"].type)
			for entry in _named(edge, "node"):
				steps += self._steps_of(get_named_type(edge_type.fields["node"].type), _selected(entry))
		return tuple(steps)


def _kind(of: Any) -> Kind:
	named = get_named_type(of)
	if is_leaf_type(named):
		return "leaf"
	if named.name.endswith("Connection"):
		return "connection"
	return "list" if isinstance(get_nullable_type(of), GraphQLList) else "object"


def _lines(node: Any, steps: tuple[Step, ...], parent: str | None) -> Iterator[tuple[bool, str]]:
	row, children = _row(node, steps)
	if parent is not None:
		row["__parentId"] = parent
	yield parent is None, json.dumps(row, ensure_ascii=False, separators=(",", ":"))
	for below, nodes in children:
		for child in nodes:
			yield from _lines(child, below, str(row.get("id")))


def _row(source: Any, steps: tuple[Step, ...]) -> tuple[Json, list[tuple[tuple[Step, ...], list[Any]]]]:
	"""A node's own data, and the nodes of its connections with what is asked of them."""
	row: Json = {}
	children: list[tuple[tuple[Step, ...], list[Any]]] = []
	for step in steps:
		if step.on is None or source["__typename"] in step.on:
			_add(row, children, step, _value(source, step))
	return row, children


def _value(source: Any, step: Step) -> Any:
	if step.name not in source:
		raise GraphQLError(f"The emulated store has no data for {step.name}.")
	value = source[step.name]
	return value(**step.arguments) if callable(value) else value


def _add(row: Json, children: list[Any], step: Step, value: Any) -> None:
	if step.kind == "connection":
		children.append((step.below, value if isinstance(value, list) else value["nodes"]))
	elif step.kind == "leaf" or value is None:
		row[step.key] = value
	elif step.kind == "list":
		row[step.key] = [_inner(item, step, children) for item in value]
	else:
		row[step.key] = _inner(value, step, children)


def _inner(value: Any, step: Step, children: list[Any]) -> Json:
	row, below = _row(value, step.below)
	children += below
	return row


def _named(node: FieldNode, name: str) -> Iterator[FieldNode]:
	selected = node.selection_set.selections if node.selection_set else ()
	return (field for field in selected if isinstance(field, FieldNode) and field.name.value == name)


def _selected(node: FieldNode) -> SelectionSetNode:
	assert node.selection_set is not None, "validated before"
	return node.selection_set
