"""What the app asked of the emulated store, so that tests count calls and step in before a write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graphql import FieldNode, OperationDefinitionNode, OperationType


@dataclass(frozen=True)
class Call:
	"""One document that the store executed. `name` is its operation's, or its fields' where it has none."""

	name: str
	kind: Literal["read", "write"]
	fields: tuple[str, ...]  # of the root, by their names in the schema
	variables: Mapping[str, Any]


@dataclass
class Calls:
	"""Every call that was executed, in order, and how many were sent away."""

	made: list[Call] = field(default_factory=list)
	throttled: int = 0

	@property
	def reads(self) -> int:
		"""Queries, and results of bulk operations fetched."""
		return sum(call.kind == "read" for call in self.made)

	@property
	def writes(self) -> int:
		"""Mutations; several fields of one document are one call."""
		return sum(call.kind == "write" for call in self.made)

	@property
	def by_name(self) -> Counter[str]:
		"""How often each operation was called."""
		return Counter(call.name for call in self.made)

	@property
	def by_field(self) -> Counter[str]:
		"""How often each field of the root was asked for."""
		return Counter(name for call in self.made for name in call.fields)

	def clear(self) -> None:
		"""Begin to count again."""
		self.made.clear()
		self.throttled = 0


def call_of(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Call:
	"""The call that executing the operation is."""
	selected = operation.selection_set.selections
	fields = tuple(node.name.value for node in selected if isinstance(node, FieldNode))
	name = operation.name.value if operation.name else ", ".join(fields)
	is_write = operation.operation is OperationType.MUTATION
	return Call(name, "write" if is_write else "read", fields, variables)
