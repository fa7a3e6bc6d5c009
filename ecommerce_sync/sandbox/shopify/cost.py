"""What a query costs and the bucket that pays for it (https://shopify.dev/docs/api/usage/limits).

An object costs 1, a scalar and an amount (MoneyBag, MoneyV2) nothing, a mutation 10. A connection costs 2
and its page's object times a factor that grows slowly with the page's size: floor(2 * ln(size)), at least
1. Shopify does not publish that factor; this one meets answers of real stores (variants(first: 250) with
one object below: 24; order lines of 10 objects: 22 for first: 3 and 42 for first: 10; first: 10 with 3
objects: 14). The objects of `nodes(ids:)` are taken to cost as a page of them would.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
	DocumentNode,
	FieldNode,
	FragmentDefinitionNode,
	FragmentSpreadNode,
	GraphQLCompositeType,
	GraphQLField,
	GraphQLSchema,
	GraphQLUnionType,
	InlineFragmentNode,
	OperationDefinitionNode,
	OperationType,
	SelectionSetNode,
	get_argument_values,
	get_named_type,
	is_leaf_type,
)

MUTATION_COST = 10
FREE_TYPES = frozenset(("MoneyBag", "MoneyV2", "PageInfo", "CashRoundingAdjustment"))
MAX_QUERY_COST = 1000
_FREE_KEYS = frozenset(
	"shopMoney presentmentMoney amount currencyCode pageInfo nodes edges node cursor hasNextPage endCursor".split()
)


@dataclass
class Bucket:
	"""Points that leak back at `restore_rate` a second up to `maximum`; `clock` gives seconds."""

	clock: Callable[[], float]
	maximum: float = 2000.0
	restore_rate: float = 100.0
	_level: float = field(init=False)
	_at: float = field(init=False)
	_lock: threading.Lock = field(init=False, default_factory=threading.Lock)

	def __post_init__(self) -> None:
		self._level, self._at = self.maximum, self.clock()

	def take(self, cost: float) -> bool:
		"""Pay `cost` if there is enough."""
		with self._lock:
			self._restore()
			if cost > self._level:
				return False
			self._level -= cost
			return True

	def give_back(self, cost: float) -> None:
		"""Return what a query turned out not to need."""
		with self._lock:
			self._restore()
			self._level = min(self.maximum, self._level + cost)

	def status(self) -> dict[str, float]:
		"""`throttleStatus` of an answer."""
		with self._lock:
			self._restore()
			available = int(self._level)
		return {
			"maximumAvailable": self.maximum,
			"currentlyAvailable": available,
			"restoreRate": self.restore_rate,
		}

	def _restore(self) -> None:
		now = self.clock()
		self._level = min(self.maximum, self._level + max(0.0, now - self._at) * self.restore_rate)
		self._at = now


def page_factor(size: int) -> int:
	"""How many times a connection of `size` pays for its object."""
	return max(1, math.floor(2 * math.log(size))) if size > 0 else 0


@dataclass
class Costs:
	"""Counts one operation of a document that is valid under `schema`."""

	schema: GraphQLSchema
	document: DocumentNode
	variables: Mapping[str, Any]

	def __post_init__(self) -> None:
		definitions = self.document.definitions
		self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}

	def requested(self, operation: OperationDefinitionNode) -> int:
		"""`requestedQueryCost`: from the query alone, pages taken as full."""
		root = self.schema.get_root_type(operation.operation)
		assert root is not None, "validated before"
		if operation.operation is OperationType.MUTATION:
			return MUTATION_COST * sum(isinstance(s, FieldNode) for s in operation.selection_set.selections)
		return self._selections(root, operation.selection_set)

	def _selections(self, parent: GraphQLCompositeType, selection_set: SelectionSetNode) -> int:
		"""The fields' costs; of fragments on several types only the dearest can happen."""
		plain, by_type = 0, {"": 0}
		for selection in selection_set.selections:
			if isinstance(selection, FieldNode):
				plain += self._field(parent, selection)
			elif isinstance(selection, (InlineFragmentNode, FragmentSpreadNode)):
				on, inner = self._fragment(parent, selection)
				by_type[on.name] = by_type.get(on.name, 0) + self._selections(on, inner)
		own = by_type.pop(parent.name, 0)
		return plain + own + max(by_type.values())

	def _fragment(
		self, parent: GraphQLCompositeType, selection: InlineFragmentNode | FragmentSpreadNode
	) -> tuple[GraphQLCompositeType, SelectionSetNode]:
		definition: InlineFragmentNode | FragmentDefinitionNode
		if isinstance(selection, FragmentSpreadNode):
			definition = self._fragments[selection.name.value]
		else:
			definition = selection
		condition = definition.type_condition
		on = self.schema.get_type(condition.name.value) if condition else parent
		return cast(GraphQLCompositeType, on), definition.selection_set

	def _field(self, parent: GraphQLCompositeType, node: FieldNode) -> int:
		if isinstance(parent, GraphQLUnionType) or node.name.value.startswith("__"):
			return 0
		definition = parent.fields[node.name.value]
		returned = get_named_type(definition.type)
		if is_leaf_type(returned) or node.selection_set is None:
			return 0
		if returned.name.endswith("Connection"):
			return self._connection(definition, node)
		own = 0 if returned.name in FREE_TYPES else 1
		return self._times(definition, node) * (own + self._selections(returned, node.selection_set))

	def _times(self, definition: GraphQLField, node: FieldNode) -> int:
		"""`nodes(ids:)` pays as a page of that many."""
		if node.name.value != "nodes" or "ids" not in definition.args:
			return 1
		return page_factor(len(get_argument_values(definition, node, dict(self.variables))["ids"]))

	def _connection(self, definition: GraphQLField, node: FieldNode) -> int:
		arguments = get_argument_values(definition, node, dict(self.variables))
		size = arguments.get("first") or arguments.get("last") or 0
		connection = get_named_type(definition.type)
		entries = [s for s in _fields(node.selection_set) if s.name.value in ("nodes", "edges")]
		inner = max((self._entry(connection, entry) for entry in entries), default=0)
		return 2 + page_factor(size) * inner

	def _entry(self, connection: Any, node: FieldNode) -> int:
		"""One object of a page, by `nodes` or by `edges { node }`."""
		returned: Any = get_named_type(connection.fields[node.name.value].type)
		assert node.selection_set is not None, "validated before"
		if node.name.value == "nodes":
			return 1 + self._selections(returned, node.selection_set)
		nodes = [s for s in _fields(node.selection_set) if s.name.value == "node"]
		return max((self._field(returned, inner) for inner in nodes), default=0)


def actual(data: Any) -> int:
	"""`actualQueryCost` by the objects that came back, amounts free as above."""
	if isinstance(data, list):
		return sum(actual(item) for item in data)
	if not isinstance(data, dict):
		return 0
	is_free = set(data) <= _FREE_KEYS
	return (0 if is_free else 1) + sum(actual(value) for value in data.values())


def _fields(selection_set: SelectionSetNode | None) -> Iterable[FieldNode]:
	selections = selection_set.selections if selection_set else ()
	return (selection for selection in selections if isinstance(selection, FieldNode))
