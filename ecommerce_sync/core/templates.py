"""Jinja texts of Field Mapping: sandboxed, and ended after a bounded amount of work. Pure.

They are written by people who may configure a store, and run inside a worker: a slip of the pen must fail
its own mapping, not stop the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from contextvars import ContextVar
from functools import lru_cache
from itertools import count
from typing import Any

from jinja2 import Template, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_STEPS = 100_000  # of all loops together
MAX_SIZE = 1_000_000  # characters or elements that a multiplication may make
_MAX_BITS = 4_096
_steps: ContextVar[Iterator[int]] = ContextVar("steps")


class _Environment(ImmutableSandboxedEnvironment):
	"""Refuses the two operators that make anything huge of something short."""

	intercepted_binops = frozenset(("*", "**"))

	def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
		if _size(operator, left, right) > MAX_SIZE:
			raise OverflowError(f"the result of '{operator}' is too large")
		return super().call_binop(context, operator, left, right)


def render(text: str, **names: Any) -> str:
	"""The text with the names filled in, stripped. Raises whatever Jinja or its expressions raise."""
	token = _steps.set(count())
	try:
		return _compiled(text).render(**names).strip()
	finally:
		_steps.reset(token)


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
	tree = _ENVIRONMENT.parse(text)
	for loop in tree.find_all(nodes.For):
		loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
	code = _ENVIRONMENT.compile(tree)
	return Template.from_code(_ENVIRONMENT, code, _ENVIRONMENT.make_globals(None))


def _counted(items: Iterable[Any]) -> Iterator[Any]:
	for item in items:
		if next(_steps.get()) >= MAX_STEPS:
			raise OverflowError(f"more than {MAX_STEPS} steps in loops")
		yield item


def _size(operator: str, left: Any, right: Any) -> int:
	"""How large a product or power gets: elements of a sequence, or a number's bits scaled to the same limit."""
	if operator == "*" and (isinstance(left, Sized) or isinstance(right, Sized)):
		sequence, times = (left, right) if isinstance(left, Sized) else (right, left)
		return len(sequence) * times if isinstance(times, int) else 0
	bits = _bits(left) * right if operator == "**" and isinstance(right, int) else _bits(left) + _bits(right)
	return MAX_SIZE + 1 if bits > _MAX_BITS else 0


def _bits(number: Any) -> int:
	return number.bit_length() if isinstance(number, int) else 0


_ENVIRONMENT = _Environment(autoescape=False)
_ENVIRONMENT.filters["counted"] = _counted
