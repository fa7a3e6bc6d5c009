"""What every ERP must do for prices, as a mixin; see `contract_goods`."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from ..core.prices import PricedListing, Reduced, plan_prices
from ..core.products import Price
from .contract_goods_support import ALL, GoodsContract, sample_product, sample_variant

TODAY = date.today()


def day(distance: int) -> date:
	"""So many days from today."""
	return TODAY + timedelta(days=distance)


class PricesContract(GoodsContract):
	"""Prices of the store's lists, and what the store is known to ask."""

	def _one(self, price: Price | None = None) -> tuple[str, str]:
		"""An Item and its Store Listing, nothing due."""
		item = self.new_item()
		(name,) = self.sold(item, price=price)
		return item, name

	def _asked(self, name: str) -> PricedListing:
		self.erp.mark_due(self.store, "prices", [name])
		found = self.erp.price_due(self.goods, ALL)[1]
		return next(listing for listing in found if listing.name == name)

	def test_without_an_item_price_there_is_no_rate(self) -> None:
		item, name = self._one()
		seen = self._asked(name)
		assert (seen.item_code, seen.store, seen.rate, seen.reduced) == (item, self.store, None, None)

	def test_the_stores_list_gives_the_rate(self) -> None:
		item, name = self._one()
		self.set_price(self.price_lists[0], item, Decimal("20.50"))
		assert self.prices_due() == {name}
		seen = self._asked(name)
		assert (seen.rate, seen.currency) == (Decimal("20.50"), self.goods.company_currency)
		assert seen.reduced is None

	def test_a_changed_rate_is_heard(self) -> None:
		item, name = self._one()
		self.set_price(self.price_lists[0], item, Decimal("20.50"))
		self.calm()
		self.set_price(self.price_lists[0], item, Decimal("18"))
		assert self.prices_due() == {name}
		assert self._asked(name).rate == Decimal("18")
		assert self.stock_due() == {}

	def test_the_rate_is_for_one_piece_sold(self) -> None:
		item, name = self._one()
		self.set_price(self.price_lists[0], item, Decimal("2"))
		self.sell_as(name, Decimal(6))
		assert self._asked(name).rate == Decimal("12")

	def test_the_rate_of_today_counts(self) -> None:
		item, name = self._one()
		base = self.price_lists[0]
		self.set_price(base, item, Decimal("10"), day(-30), day(-1))
		self.set_price(base, item, Decimal("11"), TODAY, day(7))
		self.set_price(base, item, Decimal("12"), day(8))
		assert self._asked(name).rate == Decimal("11")

	def test_a_reduced_price_with_its_days(self) -> None:
		item, name = self._one()
		self.set_price(self.price_lists[0], item, Decimal("20"))
		self.set_price(self.price_lists[1], item, Decimal("15"), day(-2), day(5))
		assert self._asked(name).reduced == Reduced(rate=Decimal("15"), valid_from=day(-2), valid_upto=day(5))

	def test_the_reduction_that_holds_now_goes_before_the_next_one(self) -> None:
		item, name = self._one()
		base, sale = self.price_lists
		self.set_price(base, item, Decimal("20"))
		self.set_price(sale, item, Decimal("9"), day(-9), day(-5))
		assert self._asked(name).reduced is None
		self.set_price(sale, item, Decimal("16"), day(9), day(12))
		self.set_price(sale, item, Decimal("17"), day(20), day(22))
		found = self._asked(name).reduced
		assert found and (found.rate, found.valid_from) == (Decimal("16"), day(9))
		self.set_price(sale, item, Decimal("15"), day(-1), day(1))
		found = self._asked(name).reduced
		assert found and found.rate == Decimal("15")

	def test_without_a_second_list_nothing_is_reduced(self) -> None:
		item, name = self._one()
		self.set_price(self.price_lists[0], item, Decimal("20"))
		self.set_price(self.price_lists[1], item, Decimal("15"), day(-2))
		self.erp.take_changes()
		settings = self.goods.model_copy(update={"sale_price_list": None})
		(seen,) = self.erp.price_due(settings, ALL)[1]
		assert (seen.name, seen.rate, seen.reduced) == (name, Decimal("20"), None)

	def test_what_the_store_asks_is_known(self) -> None:
		item, name = self._one()
		self.set_price(self.price_lists[0], item, Decimal("20"))
		self.set_price(self.price_lists[1], item, Decimal("15"), day(-2), day(5))
		seen = self._asked(name)
		(difference,) = plan_prices([seen], self.goods, True, TODAY, 2)
		self.erp.confirm_prices(self.store, {name: difference.price})
		seen = self._asked(name)
		assert seen.known == difference.price
		assert plan_prices([seen], self.goods, True, TODAY, 2) == []

	def test_a_price_without_a_period_is_known_as_such(self) -> None:
		_, name = self._one()
		for price in (Price(price=Decimal("15"), compare_at=Decimal("20")), Price(price=Decimal("0"))):
			self.erp.confirm_prices(self.store, {name: price})
			assert self._asked(name).known == price

	def test_the_catalogue_tells_what_the_store_asks(self) -> None:
		moment = datetime(2026, 3, 1, tzinfo=timezone.utc)
		price = Price(price=Decimal("15.95"), compare_at=Decimal("20"), sale_from=moment)
		_, name = self._one(price)
		assert self._asked(name).known == price

	def test_a_price_changed_in_the_store_is_due(self) -> None:
		item = self.new_item()
		product = sample_product(sample_variant(item))
		(name,) = self.bind(product, item)
		self.calm()
		assert self.erp.list_products(self.store, [product]) == 0
		assert self.prices_due() == set()
		variant = product.variants[0].model_copy(update={"price": Price(price=Decimal("1"))})
		changed = product.model_copy(update={"variants": (variant,)})
		assert self.erp.list_products(self.store, [changed]) == 1
		assert self.prices_due() == {name}
		assert self._asked(name).known == Price(price=Decimal("1"))

	def test_settled_prices_are_done_unless_they_changed_meanwhile(self) -> None:
		items = [self.new_item(), self.new_item()]
		names = self.sold(*items)
		for item in items:
			self.set_price(self.price_lists[0], item, Decimal("20"))
		self.erp.take_changes()
		read_at, listings = self.erp.price_due(self.goods, 10)
		assert {listing.name for listing in listings} == set(names)
		self.set_price(self.price_lists[0], items[1], Decimal("21"))
		self.erp.take_changes()
		self.erp.settle_prices(self.store, names, read_at)
		assert self.prices_due() == {names[1]}

	def test_only_so_many_prices_are_handed_out(self) -> None:
		self.sold(*(self.new_item() for _ in range(3)))
		self.erp.mark_due(self.store, "prices")
		assert len(self.erp.price_due(self.goods, 2)[1]) == 2
