"""What was recorded from a real WooCommerce, and the stories behind two of the recorded orders."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecommerce_sync.sandbox.story import Bought, Delivery, Fee, Person, Place, Rate, Story

RECORDED = Path(__file__).resolve().parent.parent / "fixtures" / "woocommerce"
VAT = (Rate("VAT", Decimal("0.2")),)
DUPONT = Place(
	first_name="Jean",
	last_name="Dupont",
	company="ACME SARL",
	address1="2 Avenue Foch",
	address2="Bat B",
	city="Lyon",
	zip="69001",
	country_code="FR",
)


def recorded(name: str) -> Any:
	return json.loads((RECORDED / name).read_bytes())


def story(number: int = 7, **changes: Any) -> Story:
	"""A paid order of one mug, with whatever else a test is about."""
	values: dict[str, Any] = {
		"created_at": datetime(2026, 11, 22, 2, 14, 25, tzinfo=timezone.utc),
		"currency": "EUR",
		"lines": (Bought("Enamel mug", Decimal("12.50"), 2, sku="WOO-MUG", taxes=VAT),),
		"person": Person(None, "Jean", "Dupont", "jean@example.com"),
		"gateway": "stripe",
		**changes,
	}
	return Story(number, **values)


def rest_order() -> Story:
	"""store.rest.order.coupon_fee_tax_shipping: a fixed coupon over two lines, a fee, shipping."""
	mug = Bought(
		"Enamel mug", Decimal("12.5"), 3, sku="WOO-MUG", discount=Decimal("2.51"), code="FIX5", taxes=VAT
	)
	notebook = Bought(
		"Notebook A5", Decimal("7.95"), 3, sku="WOO-BOOK", discount=Decimal("2.49"), code="FIX5", taxes=VAT
	)
	return story(
		31,
		lines=(mug, notebook),
		deliveries=(Delivery("Flat rate", Decimal(5), "flat_rate", taxes=VAT),),
		fees=(Fee("Handling", Decimal("2.5"), VAT),),
		billing=DUPONT,
		shipping=DUPONT,
		gateway="cod",
		paid=False,
	)


def checkout_order() -> Story:
	"""store.webhook.order.updated.refund without its refund: ten per cent off everything, a variation."""
	mug = Bought(
		"Enamel mug", Decimal("12.5"), 3, sku="WOO-MUG", discount=Decimal("3.75"), code="save10", taxes=VAT
	)
	shirt = Bought(
		"T-shirt",
		Decimal(17),
		sku="WOO-TEE-RED-L",
		variant_title="Red / L",
		discount=Decimal("1.7"),
		code="save10",
		taxes=VAT,
	)
	wrap = Bought(
		"Gift wrap service", Decimal(3), sku="WOO-SVC", discount=Decimal("0.3"), code="save10", taxes=VAT
	)
	return story(
		30,
		lines=(mug, shirt, wrap),
		deliveries=(Delivery("Flat rate", Decimal(5), "flat_rate", taxes=VAT),),
		person=Person(None, None, None, "shopper@example.com", "+33400000000"),
		billing=DUPONT,
		shipping=DUPONT,
		gateway="cod",
		paid=False,
		note="Ring twice",
	)


def differences(real: Any, made: Any, path: str = "order") -> list[str]:
	"""Where two JSON values differ in keys, their order, or types. What is a list is compared by its first
	member; what may be null or is an empty list on either side by its kind only."""
	if isinstance(real, dict) and isinstance(made, dict):
		found = [] if list(real) == list(made) else [f"{path}: keys {list(real)} != {list(made)}"]
		return found + [
			d for key in real if key in made for d in differences(real[key], made[key], f"{path}.{key}")
		]
	if isinstance(real, list) and isinstance(made, list):
		return differences(real[0], made[0], f"{path}[0]") if real and made else []
	if real is None or made is None:
		return []
	return [] if kind(real) == kind(made) or path.endswith("image.id") else [f"{path}: {real!r} but {made!r}"]


def kind(value: Any) -> str:
	"""JSON knows one kind of number."""
	number = isinstance(value, (int, float)) and not isinstance(value, bool)
	return "number" if number else type(value).__name__


def shirt_body() -> dict[str, Any]:
	"""What store.rest.product.variable was made of; its attributes 1 and 2 are global ones."""
	return {
		"name": "T-shirt",
		"type": "variable",
		"sku": "WOO-TEE",
		"attributes": [
			{"id": 1, "visible": True, "variation": True, "options": ["Blue", "Red"]},
			{"id": 2, "visible": True, "variation": True, "options": ["L", "S"]},
			{"name": "Fabric", "visible": True, "options": ["Cotton"]},
		],
		"default_attributes": [{"id": 1, "option": "red"}, {"id": 2, "option": "s"}],
	}


def shirt_variations() -> list[dict[str, Any]]:
	"""Its four variations."""
	return [
		{
			"sku": f"WOO-TEE-{colour.upper()}-{size}",
			"regular_price": "15.00" if size == "S" else "17.00",
			"manage_stock": True,
			"stock_quantity": 9,
			"attributes": [{"id": 1, "option": colour}, {"id": 2, "option": size}],
		}
		for colour in ("Red", "Blue")
		for size in ("S", "L")
	]
