"""Whatever happens to the stock: what is free is what a plain recomputation finds, and nobody who must hear does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.models import Line, Order
from ecommerce_sync.core.settings import LocationRule, StoreSettings
from ecommerce_sync.core.stock import plan_stock
from ecommerce_sync.erps.contract_goods_support import GoodsContract, sample_product, sample_variant
from ecommerce_sync.erps.contract_support import sample_order, unique
from ecommerce_sync.erps.goods import Confirmed

from .on_sqlite import OnSqlite

WAREHOUSES = ("North", "South")
PARTS = {"A": {"A": 1}, "B": {"B": 1}, "SET": {"A": 2, "B": 1}, "BOX": {"A": 6}}  # what one piece takes
ITEMS = {"A": "A", "B": "B", "SET": "SET", "BOX": "A"}  # the Item of each listing
ACTS = ("receive", "issue", "order", "draft", "cancel", "deliver", "change")

acts = st.lists(
	st.tuples(
		st.sampled_from(ACTS), st.sampled_from(tuple(PARTS)), st.sampled_from((0, 1)), st.integers(1, 9)
	),
	max_size=14,
)


class Sold(NamedTuple):
	"""An order as the test knows it."""

	order: Order
	key: str
	place: int
	quantity: int
	submitted: bool


class Books(OnSqlite, GoodsContract):  # type: ignore[misc]
	"""The ERP, and beside it a plain list of everything that was done."""

	def __init__(self) -> None:
		self.moves: list[tuple[str, int, int]] = []
		self.sold: list[Sold] = []
		self.buyer = unique()
		self.setup_method()
		for item in ("A", "B"):
			self.erp.add_item(item)
		self.erp.add_bundle("SET", {"A": Decimal(2), "B": Decimal(1)})
		self.product = sample_product(*(sample_variant(key) for key in ITEMS))
		names = self.bind(self.product, *ITEMS.values())
		self.erp.sell_as(names[list(ITEMS).index("BOX")], Decimal(6))
		for item in ("A", "B"):
			self._move("receive", item, 0, 30)

	@property
	def goods(self) -> StoreSettings:  # type: ignore[override]
		places = tuple(LocationRule(location_id=name, warehouses=(name,)) for name in WAREHOUSES)
		return self.settings.model_copy(update={"locations": places, "warehouse": None})

	def act(self, act: str, key: str, place: int, quantity: int) -> None:
		"""One thing that happens; what cannot happen now does not."""
		if act in ("receive", "issue"):
			self._move(act, key, place, quantity)
		elif act in ("order", "draft"):
			self._order(key, place, quantity, act == "order")
		elif act == "change":
			self._change(quantity)
		elif found := next((sold for sold in self.sold if sold.submitted), None):
			self._finish(act, found)

	def _move(self, act: str, key: str, place: int, quantity: int) -> None:
		item = key if key in ("A", "B") else "A"
		getattr(self.erp, act)(item, WAREHOUSES[place], Decimal(quantity))
		self.moves.append((item, place, quantity if act == "receive" else -quantity))

	def _order(self, key: str, place: int, quantity: int, submit: bool) -> None:
		variant = self.product.variants[list(ITEMS).index(key)]
		line = Line(
			id="1",
			title="Thing",
			quantity=Decimal(quantity),
			subtotal=Decimal(quantity),
			product_id=self.product.id,
			variant_id=variant.id,
		)
		known = {"lines": (line,), "shipping": (), "total": Decimal(quantity)}
		order = sample_order(unique(), self.buyer, location_id=WAREHOUSES[place], **known)
		self._bring(Sold(order, key, place, quantity, submit))

	def _bring(self, sold: Sold) -> None:
		self.bring_about(sold.order, self.goods.model_copy(update={"submit": sold.submitted}))
		self.sold.append(sold)

	def _change(self, quantity: int) -> None:
		"""The store changes an order whose document is a draft."""
		found = next((sold for sold in self.sold if not sold.submitted), None)
		if found is None:
			return
		self.sold.remove(found)
		line = found.order.lines[0].model_copy(
			update={"quantity": Decimal(quantity), "subtotal": Decimal(quantity)}
		)
		changed = found.order.model_copy(update={"lines": (line,), "total": Decimal(quantity)})
		self._bring(found._replace(order=changed, quantity=quantity))

	def _finish(self, act: str, sold: Sold) -> None:
		self.sold.remove(sold)
		document = self.document_of(sold.order)
		if act == "cancel":
			self.erp.cancel(document)
			return
		self.erp.deliver(document)
		self.moves += [(i, sold.place, -n * sold.quantity) for i, n in PARTS[sold.key].items()]

	def expected(self) -> dict[tuple[str, str], Decimal]:
		"""What is free by the list alone."""
		taken = [(i, s.place, -n * s.quantity) for s in self.sold for i, n in PARTS[s.key].items()]
		found = {(item, name): Decimal(0) for item in ("A", "B") for name in WAREHOUSES}
		for item, place, quantity in (*self.moves, *taken):
			found[item, WAREHOUSES[place]] += quantity
		return found

	def push(self) -> None:
		"""What the pusher does with what is due."""
		self.erp.take_changes()
		read_at, due = self.erp.stock_due(self.store, 100)
		for change in plan_stock(due, self.erp.free_stock(("A", "B"), WAREHOUSES), self.goods):
			level = Confirmed(
				listing=change.listing.name, location_id=change.location_id, quantity=change.quantity
			)
			self.erp.confirm(self.store, [level])
		self.erp.settle_stock(self.store, [listing.name for listing in due], read_at)


@contextmanager
def books() -> Iterator[Books]:
	"""Books that are thrown away."""
	found = Books()
	try:
		yield found
	finally:
		found.teardown_method()


@settings(deadline=None, max_examples=40)
@given(acts)
def test_what_is_free_is_what_was_done(done: list[tuple[str, str, int, int]]) -> None:
	with books() as erp:
		for act in done:
			erp.act(*act)
		free = erp.erp.free_stock(("A", "B"), WAREHOUSES)
		assert {key: free.get(key, Decimal(0)) for key in erp.expected()} == erp.expected()


@settings(deadline=None, max_examples=40)
@given(acts)
def test_pushing_only_what_is_due_leaves_no_difference(done: list[tuple[str, str, int, int]]) -> None:
	with books() as erp:
		erp.push()
		for act in done:
			erp.act(*act)
			erp.push()
			(every,) = erp.erp.bound_listings(erp.store)
			assert len(every) == len(PARTS)
			assert plan_stock(every, erp.expected(), erp.goods) == []
