"""Ways to spoil an order's payload until it can be no order, each with the field that a refusal must name.

They work on what a store sends (Shopify's REST-shaped webhook, WooCommerce's REST v3 record), not on stories:
no shopper can do this, a plugin or a proxy can.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .baskets import Platform

Payload = dict[str, Any]


@dataclass(frozen=True)
class Spoiling:
	"""One thing wrong. `field` is the path in the platform's own names, as `line_items[0].price`."""

	wrong: str
	platform: Platform
	field: str
	spoil: Callable[[Payload], Payload]


def _with(path: tuple[str | int, ...], value: object) -> Callable[[Payload], Payload]:
	def spoil(payload: Payload) -> Payload:
		spoiled = copy.deepcopy(payload)
		_parent(spoiled, path)[path[-1]] = value
		return spoiled

	return spoil


def _without(path: tuple[str | int, ...]) -> Callable[[Payload], Payload]:
	def spoil(payload: Payload) -> Payload:
		spoiled = copy.deepcopy(payload)
		del _parent(spoiled, path)[path[-1]]
		return spoiled

	return spoil


def _parent(payload: Any, path: tuple[str | int, ...]) -> Any:
	for step in path[:-1]:
		payload = payload[step]
	return payload


def _for(platform: Platform, total: str, created: str, line_money: str) -> tuple[Spoiling, ...]:
	first = "line_items", 0
	return (
		Spoiling("no id", platform, "id", _without(("id",))),
		Spoiling("the id is a list", platform, "id", _with(("id",), [1])),
		Spoiling("no currency", platform, "currency", _without(("currency",))),
		Spoiling("no total", platform, total, _without((total,))),
		Spoiling("the total is text", platform, total, _with((total,), "twelve")),
		Spoiling("the total is no number", platform, total, _with((total,), "NaN")),
		Spoiling("created at no date", platform, created, _with((created,), "yesterday")),
		Spoiling("the lines are text", platform, "line_items", _with(("line_items",), "none")),
		Spoiling("a line is a number", platform, "line_items[0]", _with(first, 7)),
		Spoiling(
			"a quantity in words", platform, "line_items[0].quantity", _with((*first, "quantity"), "two")
		),
		Spoiling(
			"an infinite amount",
			platform,
			f"line_items[0].{line_money}",
			_with((*first, line_money), "Infinity"),
		),
		Spoiling(
			"a comma in an amount",
			platform,
			f"line_items[0].{line_money}",
			_with((*first, line_money), "12,50"),
		),
	)


SPOILINGS: tuple[Spoiling, ...] = (
	*_for("shopify", total="total_price", created="created_at", line_money="price"),
	*_for("woocommerce", total="total", created="date_created_gmt", line_money="total"),
)
