"""Short prints of an order, to see what changed in the store since it was applied."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256

from .models import Model, Order
from .parties import fingerprint

NAMES = {"m": "lines or amounts", "a": "addresses", "s": "notes or status"}


def digest(order: Order, total: Decimal | None = None, life: bool = True) -> str:
	"""`m:` money before refunds, `a:` addresses, `s:` soft fields, `l:` what happened since, `t:` a total in clear.

	`total` is what the Sales Order was given, which refunds may have lowered. Without `life` it says that the
	Sales Order alone was brought about, not yet what follows it.
	"""
	lines = [_money_of(line) for line in (*order.lines, *order.shipping, *order.charges)]
	money = [order.currency, str(order.total.normalize()), *lines]
	places = [
		fingerprint(place) if place else "" for place in (order.billing_address, order.shipping_address)
	]
	soft = [order.po_number, order.note, order.status, str(order.live)]
	parts = {"m": money, "a": places, "s": soft} | ({"l": _happened(order)} if life else {})
	prints = [f"{key}:{_print(value)}" for key, value in parts.items()]
	return " ".join([*prints, f"t:{(order.total if total is None else total).normalize():f}"])


def changes(before: str | None, after: str) -> list[str]:
	"""The keys of `NAMES` whose prints differ."""
	old, new = _parts(before), _parts(after)
	return [key for key in NAMES if old.get(key) != new[key]]


def happened_since(before: str | None, after: str) -> bool:
	"""Whether payments, shipments, refunds or returns may be others than when all was last brought to agree."""
	return _parts(before).get("l") != _parts(after)["l"]


def applied_total(before: str | None) -> Decimal | None:
	"""The total that the document was given; None when nothing was applied."""
	found = _parts(before).get("t")
	return Decimal(found) if found else None


def _parts(text: str | None) -> dict[str, str]:
	return dict(part.split(":", 1) for part in (text or "").split())


def _happened(order: Order) -> list[object]:
	"""Payments are left out: not every message carries them, and the payment status moves with them."""
	after = (*order.fulfilments, *order.refunds, *order.returns)
	told = sorted(each.model_dump_json(exclude={"payment_ids", "note", "created_at"}) for each in after)
	return [order.payment_status, str(order.live), *told]


def _money_of(part: Model) -> list[str]:
	keys = ("id", "title", "sku", "quantity", "subtotal", "price", "amount", "total")
	values = [getattr(part, key, None) for key in keys]
	taxes = [f"{tax.title}={tax.amount.normalize()}" for tax in getattr(part, "taxes", ())]
	return [str(v.normalize()) if isinstance(v, Decimal) else str(v) for v in values] + sorted(taxes)


def _print(value: object) -> str:
	return sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]
