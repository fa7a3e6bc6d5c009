"""Both emulated stores, served over HTTP, with the embedded ERP behind them: stock and prices for real."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecommerce_sync.core.settings import LocationRule, StoreSettings
from ecommerce_sync.erps.embedded import Database, EmbeddedErp, EmbeddedJournal
from ecommerce_sync.sandbox.catalogue import PRODUCTS, Product
from ecommerce_sync.sandbox.sellers import DemoSeller, ShopifySeller, WooCommerceSeller
from ecommerce_sync.sandbox.shopify.server import EmulatedShopify
from ecommerce_sync.sandbox.shopify.shop import Shop
from ecommerce_sync.sandbox.woocommerce.server import EmulatedWooCommerce
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings as WooSettings
from ecommerce_sync.sandbox.world import connection, settings_for
from ecommerce_sync.storefronts.base import platform
from ecommerce_sync.sync.catalogue import import_products, read_catalogue
from ecommerce_sync.sync.machine import Connection, Machine
from ecommerce_sync.sync.prices import push_prices
from ecommerce_sync.sync.receive import Inbox, receive
from ecommerce_sync.sync.stock import push_stock
from ecommerce_sync.sync.work import drain

WAREHOUSE = "Stores - DC"
# A few of each kind: in one form, in several, without a SKU, a set.
_CHOSEN = {
	"Organic T-Shirt",
	"Canvas Tote Bag",
	"Stoneware Mug",
	"Dinner Plate Ø 27 cm",
	"Cereal Bowl",
	"Desk Lamp",
	"ヨガマット 6mm",
	"Discontinued Vase",
	"Coffee Beans",
	"Coffee Lover’s Set",
}
FEW = tuple(product for product in PRODUCTS if product.title in _CHOSEN)
PRICES, SALE = "Standard Selling", "Sale"


@dataclass
class GoodsWorld:
	"""The stores by name ("Demo Shopify", "Demo WooCommerce") and the ERP; `settings` may be changed at any time."""

	erp: EmbeddedErp
	journal: EmbeddedJournal
	sellers: dict[str, DemoSeller]
	settings: dict[str, StoreSettings] = field(default_factory=dict)

	@property
	def machine(self) -> Machine:
		return Machine(self.erp, self.journal, self.connect, lambda: datetime.now(timezone.utc))

	def connect(self, store: str) -> Connection:
		return connection(self.sellers[store].shop(), self.settings[store])

	def choose(self, store: str, **changes: Any) -> None:
		"""Change a store's settings."""
		self.settings[store] = self.settings[store].model_copy(update=changes)

	def open_catalogue(self, stores: Sequence[str] | None = None) -> None:
		"""Read, propose and import everything."""
		for store in stores or self.sellers:
			read_catalogue(self.machine, store)
			import_products(self.machine, store)

	def listen(self) -> None:
		for seller in self.sellers.values():
			seller.listen()

	def hear(self) -> int:
		"""Take the stores' messages through the door and work them off; how many there were."""
		heard = 0
		for store, seller in self.sellers.items():
			spoken, shop = platform(seller.platform), seller.shop()
			inbox = Inbox(store, spoken, shop.domain, [shop.secret])
			for message in seller.pending():
				answer = receive(self.journal, inbox, message.headers, message.body)
				assert answer.status == 200, answer
				heard += 1
		drain(self.machine, budget=60)
		return heard

	def push(self) -> dict[str, dict[str, int]]:
		"""One push of stock and prices for every store."""
		done = {}
		for store in self.sellers:
			counts = push_stock(self.machine, store)
			prices = push_prices(self.machine, store)
			assert counts is not None and prices is not None
			done[store] = dict(counts + prices)
		return done

	def settle(self) -> None:
		"""Hear and push until nobody has anything to say."""
		for _ in range(20):
			heard = self.hear()
			if not any(self.push().values()) and not heard and not self.hear():
				return
		raise AssertionError("the stores and the ERP keep talking")

	def shows(self, sku: str) -> list[int | None]:
		return [seller.shows(sku) for seller in self.sellers.values()]

	def receive(self, sku: str, quantity: int, warehouse: str = WAREHOUSE) -> None:
		self.erp.receive(sku, warehouse, Decimal(quantity))


@contextmanager
def goods_world(
	path: Path,
	catalogue: Sequence[Product] = FEW,
	items: bool = True,
	stock: int = 0,
	**settings: Any,
) -> Iterator[GoodsWorld]:
	"""Both stores with `stock` pieces of everything; `items`: the ERP has an Item for every SKU already."""
	with ExitStack() as stack:
		shopify = stack.enter_context(
			EmulatedShopify(shop=Shop(currency="USD"), catalogue=catalogue, stock=stock, points=1e9)
		)
		woocommerce = stack.enter_context(
			EmulatedWooCommerce(settings=WooSettings(currency="USD"), catalogue=catalogue, stock=stock)
		)
		sellers: list[DemoSeller] = [ShopifySeller(shopify), WooCommerceSeller(woocommerce)]
		database = Database(path / "erp.sqlite")
		world = GoodsWorld(
			EmbeddedErp(database), EmbeddedJournal(database), {seller.store: seller for seller in sellers}
		)
		for seller in sellers:
			world.settings[seller.store] = _settings(seller, world).model_copy(update=settings)
		if items:
			with database.transaction():
				for sku in sorted({v.sku for product in catalogue for v in product.variants if v.sku}):
					world.erp.add_item(sku)
		yield world


def _settings(seller: DemoSeller, world: GoodsWorld) -> StoreSettings:
	"""Shopify sells from its first place, WooCommerce from the same warehouse without a place."""
	places: tuple[LocationRule, ...] = ()
	if isinstance(seller, ShopifySeller):
		first = seller.emulator.stock.default
		places = (LocationRule(location_id=str(first), warehouses=(WAREHOUSE,)),)
	return settings_for(seller.store).model_copy(
		update={
			"push_stock": True,
			"push_prices": True,
			"store_price_list": PRICES,
			"sale_price_list": SALE,
			"warehouse": WAREHOUSE,
			"locations": places,
		}
	)
