"""Product categories by name: found, or created at the top level. Whose children they are is not guessed."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from .api import Api, Refused, object_of
from .fields import Fields
from .walks import id_of

_ENDPOINT = "products/categories"


def ids(api: Api, names: Iterable[str], product: dict[str, Any]) -> list[dict[str, int]]:
	"""The categories as a product's body names them; those that the product has already are preferred."""
	has = {row.text("name"): id_of(row.data) for row in Fields(product).rows("categories")}
	wanted = dict.fromkeys(name.strip() for name in names if name.strip())
	return [{"id": has.get(name) or _found(api, name) or _made(api, name)} for name in wanted]


def _found(api: Api, name: str) -> int | None:
	"""WordPress looks for the words anywhere, and keeps "&" as an entity. Top-level ones are preferred."""
	rows = api.rows(_ENDPOINT, {"search": escape(name, quote=False)})
	same = [row for row in rows if (Fields(row).text("name") or "").casefold() == name.casefold()]
	first = min(same, key=lambda row: (id_of({"id": row.get("parent")}) > 0, id_of(row)), default=None)
	return id_of(first) if first else None


def _made(api: Api, name: str) -> int:
	try:
		return id_of(object_of(api.post(_ENDPOINT, {"name": name})))
	except Refused as error:
		there = id_of({"id": error.data.get("resource_id")})
		if error.code == "term_exists" and there:
			return there
		raise
