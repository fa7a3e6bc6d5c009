"""POST …/batch: many creations, changes and deletions in one call, each with an answer of its own.

After WC_REST_Controller::batch_items: at most 100 items together; an item that is refused carries its error
inside an answer of 200; nothing is checked for types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.product_fields import whole

LIMIT = 100
ACTIONS = ("create", "update", "delete")
Act = Callable[[int, Mapping[str, Any]], dict[str, Any]]


def run_batch(
	body: Mapping[str, Any],
	create: Callable[[Mapping[str, Any]], dict[str, Any]],
	update: Act,
	delete: Callable[[int], dict[str, Any]],
) -> dict[str, Any]:
	"""The answer's body. Raises RestError 413 when there are too many items."""
	items = {action: body[action] for action in ACTIONS if isinstance(body.get(action), list)}
	if sum(map(len, items.values())) > LIMIT:
		message = f"Unable to accept more than {LIMIT} items for this request."
		raise RestError("woocommerce_rest_request_entity_too_large", message, 413)
	acts: dict[str, Callable[[Any], dict[str, Any]]] = {
		"create": lambda item: _done(0, partial(create, item)),
		"update": lambda item: _done(_id(item), partial(update, _id(item), item)),
		"delete": lambda id_: _done(whole(id_), partial(delete, whole(id_))),
	}
	return {action: [acts[action](item) for item in items[action]] for action in ACTIONS if items.get(action)}


def _id(item: Mapping[str, Any]) -> int:
	return whole(item.get("id", 0))


def _done(id_: int, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
	try:
		return act()
	except RestError as error:
		return {"id": id_, "error": error.as_json()}
