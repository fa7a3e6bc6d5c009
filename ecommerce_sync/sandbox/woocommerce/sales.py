"""A shopper who buys some pieces of one thing right now: the story behind `Store.sell`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ecommerce_sync.sandbox.story import Bought, Person, Place, Story
from ecommerce_sync.sandbox.woocommerce.goods import Goods
from ecommerce_sync.sandbox.woocommerce.products import Product, decimal
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings
from ecommerce_sync.sandbox.woocommerce.totals import ZERO

FIRST_NUMBER = 5_000_001  # beyond the numbers that generators tell stories with


class OutOfStock(Exception):
	"""The checkout refuses: fewer pieces are left, and the shop takes no backorders."""


def purchase(
	goods: Goods, settings: StoreSettings, number: int, product: Product, quantity: int, at: datetime
) -> Story:
	"""A paid order of `quantity` pieces. Raises ValueError for what cannot be bought by itself, OutOfStock."""
	lines = tuple(_lines(goods, product, quantity, at))
	buyer = number % 50
	place = Place(
		"Flash", f"Shopper {buyer}", None, "1 High Street", None, "Paris", zip="75001", country_code="FR"
	)
	return Story(
		number=number,
		created_at=at,
		currency=settings.currency,
		lines=lines,
		taxes_included=settings.prices_include_tax,
		person=Person(None, "Flash", f"Shopper {buyer}", f"shopper{buyer}@example.com"),
		billing=place,
		shipping=place,
		gateway="stripe",
	)


def _lines(goods: Goods, product: Product, quantity: int, at: datetime) -> Iterator[Bought]:
	if product.type in ("variable", "grouped"):
		raise ValueError(f"{product.sku or product.id}: a {product.type} product is not bought itself.")
	_check_left(goods, product, quantity)
	group = f"set {product.id}" if product.bundled else None
	yield _line(goods, product, quantity, at, group)
	for item in product.bundled:
		part = goods.get(item.variation_id or item.product_id)
		_check_left(goods, part, item.quantity * quantity)
		yield _line(goods, part, item.quantity * quantity, None, group)


def _line(goods: Goods, product: Product, quantity: int, at: datetime | None, group: str | None) -> Bought:
	"""Components of a set cost nothing: their container has the price."""
	parent = goods.shelves.parent_of(product)
	return Bought(
		title=parent.name if parent else product.name,
		price=(decimal(product.price(at)) if at else None) or ZERO,
		quantity=quantity,
		sku=product.sku or None,
		variant_title=" / ".join(option for _, option in product.options) or None,
		kind="gift_card" if product.virtual else "product",
		group=group,
	)


def _check_left(goods: Goods, product: Product, quantity: int) -> None:
	holder = goods.holder(product.id)
	if (
		holder
		and holder.manage_stock
		and holder.backorders == "no"
		and (holder.stock_quantity or 0) < quantity
	):
		raise OutOfStock(f"{product.sku or product.id}: {holder.stock_quantity} left, {quantity} wanted.")
