"""What both forms of an order say in the same words: ids of the catalogue, names, texts of discounts."""

from __future__ import annotations

import zlib
from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

from ecommerce_sync.sandbox.shopify.money import Money, total
from ecommerce_sync.sandbox.shopify.pricing import Application
from ecommerce_sync.sandbox.story import Bought, Person, Place

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.shopify.orders import ShopifyOrder

FROM_CATALOGUE = ("product", "gift_card")
GRAMS = 500  # every piece that is shipped
# Kinds for ShopifyOrder.other_id.
SHIPPING, TRANSACTION, REFUND, REFUND_LINE, REFUND_SHIPPING, TERMS, SCHEDULE, GROUP, ADDRESS = range(9)
# Kinds for life_id.
FULFILMENT, FULFILMENT_LINE, TO_SHIP, TO_SHIP_LINE, HOLD, RETURN, RETURN_LINE, ADJUSTMENT, EDIT = range(9)
_LIFE_IDS, _OTHER_IDS = 6_000_000_000_000, 700_000_000_000_000


def other_id(order: ShopifyOrder, kind: int, number: int = 0) -> int:
	"""An id for one of the order's smaller parts; `kind` keeps the kinds apart."""
	return _OTHER_IDS + order.story.number * 10_000 + kind * 1000 + number


def product_id(bought: Bought) -> int | None:
	"""The product behind a line: the same for the same title; None for custom lines and tips."""
	return 800_000_000_000 + zlib.crc32(bought.title.encode()) if is_listed(bought) else None


def variant_id(bought: Bought) -> int | None:
	"""The variant behind a line: the same for the same title, variant and SKU."""
	key = "\0".join((bought.title, bought.variant_title or "", bought.sku or ""))
	return 4_000_000_000_000 + zlib.crc32(key.encode()) if is_listed(bought) else None


def is_listed(bought: Bought) -> bool:
	"""Whether the line's product is in the store's catalogue."""
	return bought.kind in FROM_CATALOGUE


def is_shipped(bought: Bought) -> bool:
	"""Gift cards and tips travel without a parcel."""
	return bought.kind in ("product", "custom")


def is_taxable(bought: Bought) -> bool:
	"""Whether the store would tax the line if the address were taxed."""
	return bought.kind in ("product", "custom")


def title(bought: Bought) -> str:
	"""The line's title; a tip is always called so."""
	return "Tip" if bought.kind == "tip" else bought.title


def line_name(bought: Bought) -> str:
	"""Title and variant as one name."""
	return f"{title(bought)} - {bought.variant_title}" if bought.variant_title else title(bought)


def groups(order: ShopifyOrder) -> dict[str, int]:
	"""The ids of the order's line item groups by the story's names for them."""
	names = dict.fromkeys(bought.group for bought in order.story.lines if bought.group is not None)
	return {name: order.other_id(GROUP, number) for number, name in enumerate(names)}


def is_percentage(order: ShopifyOrder, application: Application) -> bool:
	"""Shipping made free is a discount of 100 %; the others are amounts."""
	return application.target == "shipping_line" and not order.original.shipping_discounted


def discount_value(order: ShopifyOrder, application: Application) -> Decimal:
	"""A percentage or an amount in the shop's currency."""
	return Decimal(100) if is_percentage(order, application) else application.amount.shop


def gateways(order: ShopifyOrder) -> list[str]:
	"""The gateways used, in order; none for what costs nothing or waits for its terms."""
	return list(dict.fromkeys(transaction.gateway for transaction in order.transactions))


def life_id(order: ShopifyOrder, kind: int, number: int, line: int = 0) -> int:
	"""An id for a part of the order's life; `kind` keeps the kinds apart."""
	return _LIFE_IDS + order.story.number * 10_000_000 + kind * 1_000_000 + number * 1000 + line


def of_life(kind: int, number: int) -> tuple[int, int, int] | None:
	"""(story's number, part's number, line) of an id of `kind`; None for any other."""
	story, rest = divmod(number - _LIFE_IDS, 10_000_000)
	found, rest = divmod(rest, 1_000_000)
	return (story, *divmod(rest, 1000)) if story >= 0 and found == kind else None


def story_of(kind: str, number: int) -> int | None:
	"""The number of the story that a part of an order belongs to, by the part's type and id."""
	if kind in ("Refund", "OrderTransaction"):
		return (number - _OTHER_IDS) // 10_000
	return (number - _LIFE_IDS) // 10_000_000


def settled_at(order: ShopifyOrder) -> datetime | None:
	"""When the last payment came of an order that owes nothing; None as long as it does."""
	times = [each.at for each in order.transactions if each.received]
	return max(times) if times and order.outstanding.shop <= 0 else None


def still_charged(order: ShopifyOrder, delivery: int) -> Money:
	"""What is left of a shipping line after edits and refunds."""
	return total(each.discounted for each in order.current.deliveries if each.number == delivery)


def full_name(who: Person | Place) -> str:
	"""First and last name as one."""
	return " ".join(part for part in (who.first_name, who.last_name) if part)


def terms_name(days: int) -> str:
	"""How Shopify calls its standard payment terms."""
	return f"Net {days}" if days else "Due on receipt"


def status_url(order: ShopifyOrder) -> str:
	"""The buyer's page of the order."""
	return f"https://{order.shop}/548380009/orders/{token(order)}/authenticate?key=emulated"


def token(order: ShopifyOrder) -> str:
	"""The order's opaque token."""
	return f"{order.id:032x}"


def confirmation_number(order: ShopifyOrder) -> str:
	"""The number that the buyer is shown."""
	return f"EMU{order.story.number:06d}"


def timestamp(moment: datetime | None) -> str | None:
	"""A DateTime as GraphQL shows it, in UTC."""
	return None if moment is None else moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
