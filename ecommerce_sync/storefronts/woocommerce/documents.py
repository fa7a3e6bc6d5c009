"""What reading any payload of a store has in common: it is an object and no error, or it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from ...core.errors import PayloadRefused
from .fields import Fields

T = TypeVar("T")


def read(payload: Any, what: str, build: Callable[[Fields], T]) -> T:
	"""What `build` makes of the payload. Raises `PayloadRefused` with the offending path, nothing else."""
	try:
		return build(_document(payload, what))
	except ValidationError as error:
		where = ".".join(str(part) for part in error.errors()[0]["loc"])
		raise PayloadRefused(where or "$", error.errors()[0]["msg"]) from None
	except RecursionError:
		raise PayloadRefused("$", "is nested too deeply") from None


def _document(payload: Any, what: str) -> Fields:
	if not isinstance(payload, Mapping) or not all(isinstance(key, str) for key in payload):
		raise PayloadRefused("$", "is not an object")
	if "id" not in payload and isinstance(payload.get("code"), str):
		said = f"{payload['code']}: {payload.get('message') or ''}"[:200]
		raise PayloadRefused("code", f"the store sent an error instead of {what} ({said})")
	return Fields(payload)
