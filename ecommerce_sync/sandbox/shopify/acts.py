"""What buyers and staff do to an order: money, edits and announced returns, each a later state of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ecommerce_sync.sandbox.shopify.fees import fee_of
from ecommerce_sync.sandbox.shopify.fulfilling import routed
from ecommerce_sync.sandbox.shopify.life import Return, Transaction
from ecommerce_sync.sandbox.shopify.money import ZERO, Money
from ecommerce_sync.sandbox.shopify.orders import Listed, ShopifyOrder
from ecommerce_sync.sandbox.story import Bought, Delivery, Place


@dataclass(frozen=True)
class Edit:
	"""One order edit. `quantities` by place in the story; `delivery` a new price for the shipping."""

	quantities: Mapping[int, int]
	added: tuple[Bought, ...] = ()
	shipping: Place | None = None
	delivery: Decimal | None = None


def paid(order: ShopifyOrder, amount: Decimal | None, gateway: str | None, at: datetime) -> ShopifyOrder:
	"""Money comes in: what is owed, or a part. What was authorised is captured, what is pending settled.

	Raises ValueError where nothing is owed, or less.
	"""
	owed = order.outstanding
	money = owed if amount is None else order.currencies.money(amount)
	if money.shop <= 0 or money.shop > owed.shop:
		raise ValueError(f"amount: {money.shop}, {owed.shop} is owed.")
	parent = _waiting(order) if gateway in (None, order.story.gateway) else None
	kind = "capture" if parent and parent.kind == "authorization" else "sale"
	used = gateway or order.story.gateway
	made = Transaction(
		1 + len(order.life.transactions),
		kind,
		"success",
		used,
		owed if money.shop == owed.shop else money,
		at,
		parent.number if parent else None,
		fee_of(used, money, order.currencies),
	)
	return _with_transaction(order, made)


def authorized(order: ShopifyOrder, at: datetime) -> ShopifyOrder:
	"""The checkout reserved the money instead of waiting for it."""
	return replace(order, life=replace(order.life, is_authorized=True), updated_at=at)


def voided(order: ShopifyOrder, at: datetime) -> ShopifyOrder:
	"""The reservation is given up. Raises ValueError where there is none."""
	parent = _waiting(order)
	if parent is None or order.received:
		raise ValueError("transactions: there is nothing to void.")
	number = 1 + len(order.life.transactions)
	made = Transaction(number, "void", "success", parent.gateway, parent.amount, at, parent.number)
	return _with_transaction(order, made)


def failed(order: ShopifyOrder, at: datetime) -> ShopifyOrder:
	"""A card is refused: a transaction that moves nothing."""
	number = 1 + len(order.life.transactions)
	amount: Money = order.outstanding if order.outstanding.shop > 0 else ZERO
	made = Transaction(number, "sale", "failure", order.story.gateway, amount, at)
	return _with_transaction(order, made)


def edited(
	order: ShopifyOrder,
	edit: Edit,
	at: datetime,
	place: Callable[[int], int] | None = None,
	goods: tuple[Listed | None, ...] = (),
) -> ShopifyOrder:
	"""With the edit; `goods` are what the store lists of the added lines, `place` where lines ship from.

	Raises ValueError for fewer pieces than were shipped or refunded.
	"""
	if order.cancelled_at is not None:
		raise ValueError(f"{order.name}: is cancelled.")
	for line, pieces in edit.quantities.items():
		least = max(order.life.shipped(line) + order.life.removed(line), order.life.refunded(line))
		if pieces < least:
			raise ValueError(f"quantities[{line}]: {pieces}, {least} were shipped or refunded.")
	story = order.story
	later = replace(
		order,
		checkout=order.checkout or story,
		story=replace(story, lines=(*story.lines, *edit.added)),
		goods=(*order.goods, *goods),
	)
	later = _delivered(later, edit).updated(at, quantities=edit.quantities)
	later = replace(later, life=replace(later.life, edits=later.life.edits + 1))
	return routed(later, place, at) if place else later


def announced(order: ShopifyOrder, lines: Mapping[int, int], status: str, at: datetime) -> ShopifyOrder:
	"""A return of shipped pieces. Raises ValueError for pieces that were not shipped or are back already."""
	waiting = [each for each in order.life.returns if each.status in ("requested", "open")]
	for line, pieces in lines.items():
		back = order.life.refunded(line) - order.life.removed(line)
		back += sum(dict(each.lines).get(line, 0) for each in waiting)
		if not 0 < pieces <= order.life.shipped(line) - back:
			raise ValueError(f"lines[{line}]: {pieces} pieces cannot be returned.")
	if not lines:
		raise ValueError("lines: there is nothing to return.")
	made = Return(len(order.life.returns), tuple(lines.items()), at, status)
	return replace(order, life=replace(order.life, returns=(*order.life.returns, made)), updated_at=at)


def decided(order: ShopifyOrder, number: int, status: str, at: datetime) -> ShopifyOrder:
	"""A return approved ("open"), declined, cancelled or closed."""
	changed = replace(order.life.returns[number], status=status)
	return replace(order, life=order.life.with_return(changed), updated_at=at)


def processed(order: ShopifyOrder, number: int) -> ShopifyOrder:
	"""A return is closed when all its pieces were refunded."""
	announced_lines = order.life.returns[number].lines
	refunds = [refund for refund in order.life.refunds if refund.return_number == number]
	back = {
		line: sum(part.quantity for refund in refunds for part in refund.lines if part.line == line)
		for line, _ in announced_lines
	}
	is_done = all(back[line] >= pieces for line, pieces in announced_lines)
	return decided(order, number, "closed", order.updated_at) if is_done else order


def _delivered(order: ShopifyOrder, edit: Edit) -> ShopifyOrder:
	"""A new shipping price is a new shipping line in place of the old ones."""
	if edit.shipping is not None:
		order = replace(order, story=replace(order.story, shipping=edit.shipping))
	if edit.delivery is None:
		return order
	known = order.story.deliveries
	if any(order.life.delivery_credits(number) for number in range(len(known))):
		raise ValueError("delivery: shipping was refunded already.")
	model = known[-1] if known else Delivery("Shipping", Decimal(0))
	new = (replace(model, price=edit.delivery, discount=Decimal(0)),) if edit.delivery else ()
	story = replace(order.story, deliveries=(*known, *new))
	return replace(order, story=story, gone=tuple(range(len(known))))


def _waiting(order: ShopifyOrder) -> Transaction | None:
	"""The checkout's transaction, as long as its money did not come."""
	first = next((each for each in order.transactions if each.number == 0), None)
	return None if first is None or first.received else first


def _with_transaction(order: ShopifyOrder, made: Transaction) -> ShopifyOrder:
	life = replace(order.life, transactions=(*order.life.transactions, made))
	return replace(order, life=life, updated_at=made.at)
