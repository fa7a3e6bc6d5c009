"""The webhooks that a store keeps for us: list, register, remove.

https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.errors import Fixable
from ..base import Subscription
from .api import Api, object_of

_NAME = "Ecommerce Sync"


def listed(api: Api) -> list[Subscription]:
	"""All webhooks of the store; those that WooCommerce disabled or a person paused are not `enabled`."""
	return [_subscription(row) for row in api.rows("webhooks", {"status": "all"})]


def register(api: Api, address: str, topics: Sequence[str], secret: str) -> list[Subscription]:
	"""One enabled webhook per topic that sends to `address`, signed with `secret`.

	A store never shows a secret again, so existing ones are given it anew. One that bears our name but
	sends elsewhere is turned to `address`; a second one of the same topic is removed.
	"""
	if not secret:
		raise Fixable(
			"credentials_refused",
			f"credentials:{api.host}",
			detail="no webhook secret is set",
			store=api.host,
		)
	rows = list(api.rows("webhooks", {"status": "all"}))
	return [_settled(api, rows, address, topic, secret) for topic in dict.fromkeys(topics)]


def remove(api: Api, address: str) -> int:
	"""Delete the webhooks that send to `address`; returns how many."""
	found = [row for row in api.rows("webhooks", {"status": "all"}) if row.get("delivery_url") == address]
	for row in found:
		_delete(api, row)
	return len(found)


def _settled(api: Api, rows: list[dict[str, Any]], address: str, topic: str, secret: str) -> Subscription:
	"""Create, or enable and repair, the webhook of one topic."""
	wanted = {
		"name": f"{_NAME} {topic}",
		"topic": topic,
		"delivery_url": address,
		"secret": secret,
		"status": "active",
	}
	ours = sorted(
		(row for row in rows if _is_ours(row, address, topic)), key=lambda row: row["delivery_url"] != address
	)
	for double in ours[1:]:
		_delete(api, double)
	answer = api.put(f"webhooks/{ours[0]['id']}", wanted) if ours else api.post("webhooks", wanted)
	return _subscription(object_of(answer))


def _is_ours(row: dict[str, Any], address: str, topic: str) -> bool:
	named = str(row.get("name") or "").startswith(_NAME)
	return row.get("topic") == topic and (named or row.get("delivery_url") == address)


def _delete(api: Api, row: dict[str, Any]) -> None:
	api.delete(f"webhooks/{row['id']}", params={"force": "true"})


def _subscription(row: dict[str, Any]) -> Subscription:
	return Subscription(
		id=str(row.get("id") or ""),
		topic=str(row.get("topic") or ""),
		address=str(row.get("delivery_url") or ""),
		enabled=row.get("status") == "active",
	)
