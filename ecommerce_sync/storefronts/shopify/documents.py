"""The GraphQL documents of `queries/`, with the fragments they import. The only place that reads them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_IMPORT = re.compile(r"^# import (\w+)$", re.MULTILINE)


@cache
def document(name: str) -> str:
	"""The text of a query or mutation, with only those of the imported fragments that it uses."""
	text = _read(name)
	imported = "\n".join(_read(other) for other in _IMPORT.findall(text))
	fragments = {_name_of(part): part for part in re.split(r"(?m)^(?=fragment )", imported) if part.strip()}
	return text + "".join(fragments[used] for used in _used(text, fragments))


def names() -> list[str]:
	"""All documents that can be sent."""
	paths = (files(__package__) / "queries").iterdir()
	return sorted(path.name.removesuffix(".graphql") for path in paths if _is_document(path.name))


def _is_document(name: str) -> bool:
	return name.endswith(".graphql") and not name.endswith("_fields.graphql")


def _used(text: str, fragments: dict[str, str]) -> list[str]:
	"""Names of the fragments that a text spreads, directly or through others."""
	found: list[str] = []
	waiting = re.findall(r"\.\.\.(\w+)", text)
	while waiting:
		name = waiting.pop()
		if name in fragments and name not in found:
			found.append(name)
			waiting += re.findall(r"\.\.\.(\w+)", fragments[name])
	return sorted(found)


def _name_of(fragment: str) -> str:
	return fragment.split()[1]


@cache
def _read(name: str) -> str:
	return (files(__package__) / "queries" / f"{name}.graphql").read_text(encoding="utf-8")
