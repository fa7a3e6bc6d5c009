"""A story after somebody edited its order: pieces, lines, addresses, the shipping price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ecommerce_sync.sandbox.story import Bought, Delivery, Person, Place, Rate, Story


def edited(
	story: Story,
	note: str | None,
	billing: Place | None,
	shipping: Place | None,
	email: str | None,
	quantities: Mapping[int, int],
) -> Story:
	lines = list(story.lines)
	for position, quantity in quantities.items():
		lines[position] = replace(lines[position], quantity=quantity)
	person = story.person
	if email is not None:
		person = replace(person or Person(None, None, None, None), email=email)
	return replace(
		story,
		lines=tuple(lines),
		person=person,
		note=story.note if note is None else note,
		billing=billing or story.billing,
		shipping=shipping or story.shipping,
	)


def edited_by_staff(
	story: Story, quantities: Mapping[int, int], added: tuple[Bought, ...], delivery: Decimal | None
) -> Story:
	"""Lines after staff typed other pieces into the order's form, which takes a discount along in proportion;
	`added` follow. `delivery` is the price of shipping, on the story's basis. Raises IndexError."""
	lines = list(story.lines)
	for position, quantity in quantities.items():
		line = lines[position]
		part = line.discount * quantity / line.quantity if line.quantity else line.discount
		lines[position] = replace(line, quantity=quantity, discount=part)
	deliveries = story.deliveries
	if delivery is not None:
		first = (
			deliveries[0]
			if deliveries
			else Delivery("Flat rate", delivery, "flat_rate", taxes=usual_taxes(story))
		)
		deliveries = (replace(first, price=delivery, discount=Decimal(0)), *deliveries[1:])
	return replace(story, lines=(*lines, *added), deliveries=deliveries)


def usual_taxes(story: Story) -> tuple[Rate, ...]:
	"""The taxes of what is added to an order: those of its first taxed line."""
	return next((line.taxes for line in story.lines if line.taxes), ())
