"""Pushing prices: the store's price list goes out, differences only; nothing ever comes back into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from time import monotonic
from zoneinfo import ZoneInfo

from ..core.errors import Fixable
from ..core.money import minor_digits
from ..core.prices import PriceDifference, PricedListing, plan_prices
from ..storefronts.goods import PriceChange
from .machine import Connection, Machine

CHUNK = 1000


def push_prices(machine: Machine, store: str, budget: float = 600.0) -> Counter[str] | None:
	"""Bring the store's prices to its price list; how many were `pushed` and `refused`.

	None while another worker is at it. Raises `Fixable("price_currency")` when list and store differ.
	"""
	connection, end = machine.connect(store), monotonic() + budget
	done: Counter[str] = Counter()
	with machine.erp.alone(store, "prices") as alone:
		if not alone:
			return None
		machine.erp.take_changes()
		while monotonic() < end and connection.settings.push_prices:
			read_at, listings = machine.erp.price_due(connection.settings, CHUNK)
			if not listings:
				break
			done += _push(machine, connection, listings)
			machine.erp.settle_prices(store, [listing.name for listing in listings], read_at)
	return done


def _push(machine: Machine, connection: Connection, listings: Sequence[PricedListing]) -> Counter[str]:
	settings, done = connection.settings, Counter[str]()
	today = machine.now().astimezone(ZoneInfo(settings.timezone)).date()
	currency = next((each.currency for each in listings if each.currency), None)
	digits = minor_digits(currency) if currency else 2
	dates = connection.platform.capabilities.sale_dates
	wanted = {each.listing.name: each for each in plan_prices(listings, settings, dates, today, digits)}
	if not wanted:
		return done
	_same_currency(connection, wanted.values())
	for answer in connection.storefront().set_prices([_change(each) for each in wanted.values()]):
		machine.erp.confirm_prices(settings.store, {name: wanted[name].price for name in answer.done})
		if answer.refused:
			machine.erp.refuse(settings.store, {each.listing: each.detail for each in answer.refused})
		done.update(pushed=len(answer.done), refused=len(answer.refused))
	return done


def _same_currency(connection: Connection, wanted: Iterable[PriceDifference]) -> None:
	settings = connection.settings
	theirs = settings.shop_currency or connection.storefront().profile().currency
	other = next((each.listing.currency for each in wanted if each.listing.currency != theirs), None)
	if other:
		raise Fixable(
			"price_currency",
			cause=f"setting:{settings.store}:store_price_list",
			price_list=settings.store_price_list,
			currency=other,
			store_currency=theirs,
			store=settings.store,
		)


def _change(wanted: PriceDifference) -> PriceChange:
	listing = wanted.listing
	return PriceChange(
		listing=listing.name,
		product_id=listing.product_id,
		variant_id=listing.variant_id,
		price=wanted.price,
	)
