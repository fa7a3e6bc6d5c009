"""How long the lists of an input are; Shopify takes at most 250 entries in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, ListValueNode, Visitor, visit

MAX_INPUT = 250


def longest_list(document: DocumentNode, values: Any) -> int:
	"""How many entries the longest list of the input has."""
	lists = _Lists()
	visit(document, lists)
	return max(lists.longest, _longest(values))


class _Lists(Visitor):
	longest = 0

	def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
		self.longest = max(self.longest, len(node.values))


def _longest(value: Any) -> int:
	if isinstance(value, Mapping):
		return max(map(_longest, value.values()), default=0)
	return max(len(value), *map(_longest, value), 0) if isinstance(value, list) else 0
