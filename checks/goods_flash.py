"""The last ten pieces, sold by two stores at the same time: what is oversold is flagged and told, all of it.

Orders come from threads, their messages through the door at once; several processes import orders and
push stock. How many pieces two stores sell too many depends on how fast the orders come and on the buffer;
that every one of them is flagged does not.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import frappe
from bench_site import fresh
from fault_ground import Finding
from goods_ground import (
	GoodsShop,
	import_all,
	in_ledger,
	make_warehouse,
	named_catalogue,
	open_goods_shop,
	put_stock,
)
from goods_pushers import push, settle
from printed import say, table
from workers import workers

from ecommerce_sync.sandbox.woocommerce.sales import OutOfStock

_CHECK = "flash"
_PIECES, _ORDERS = 10, 100
_WARM = 5  # seconds until the processes wait for work, as a bench's do
_LINE = re.compile(r"^([\d.]+) × ")
_FLAGGED = """select o.name, ifnull(o.store_oversold, ''), (select count(*) from `tabNotification Log` n
	where n.document_type = 'Sales Order' and n.document_name = o.name)
	from `tabSales Order` o where o.ecommerce_store in %s and o.docstatus = 1"""


class Sale(NamedTuple):
	"""`seconds` is over how long the orders come; `refuses`: the shops sell nothing that they do not show."""

	title: str
	buffer: int
	seconds: float
	refuses: bool = True


SALES = (
	Sale("all at once", 0, 0),
	Sale("all at once", 3, 0),
	Sale("over 40 seconds", 0, 40),
	Sale("over 40 seconds", 3, 40),
	Sale("shops take backorders", 0, 0, refuses=False),
)


class Result(NamedTuple):
	"""What came of a sale. `missing` is what was sold beyond the pieces that there were."""

	sale: Sale
	accepted: int
	refused: int
	imported: int
	missing: int
	flagged: Decimal
	orders_flagged: int
	unnoticed: int
	shown: list[int | None]
	free: Decimal


def flash_sales(stack: ExitStack, prefix: str, company: str) -> Iterator[Finding]:
	"""Each kind of sale with 100 orders in each store."""
	results = []
	for number, sale in enumerate(SALES, 1):
		say(f"{sale.title}, buffer {sale.buffer}")
		with ExitStack() as shops:
			results.append(_run(shops, f"{prefix} flash {number}", company, sale))
	_tell(results)
	for result in results:
		yield from _findings(result)


def _run(stack: ExitStack, prefix: str, company: str, sale: Sale) -> Result:
	[product] = catalogue = named_catalogue("FLASH", 1, 1)
	sku = product.variants[0].sku or ""
	warehouse = make_warehouse(prefix, company)
	shops = [
		open_goods_shop(
			stack, prefix, name, company, catalogue, [warehouse], stock_buffer=sale.buffer, push_prices=0
		)
		for name in ("shopify", "woocommerce")
	]
	frappe.db.commit()
	for shop in shops:
		import_all(shop)
		shop.seller.listen()
	put_stock(sku, warehouse, _PIECES)
	frappe.db.commit()
	settle(shops)
	stores = [shop.store for shop in shops]
	with workers(3), workers(2, push, stores):
		time.sleep(_WARM)
		accepted, refused = _sell(shops, sku, sale)
		_hear_for(shops, 3)
	settle(shops)
	return _result(sale, shops, sku, warehouse, accepted, refused)


def _sell(shops: Sequence[GoodsShop], sku: str, sale: Sale) -> tuple[int, int]:
	"""All shoppers in threads, the messages meanwhile; how many got their piece and how many did not."""
	buyers = [_buyer(shop, sku, sale.refuses) for shop in shops]
	rng = Random(17)
	with ThreadPoolExecutor(2 * _ORDERS) as pool:
		waiting = [
			pool.submit(_after, rng.uniform(0, sale.seconds), buy) for buy in buyers for _ in range(_ORDERS)
		]
		while not all(future.done() for future in waiting):
			_hear_for(shops, 0.05)
	got = [future.result() for future in waiting]
	return sum(got), len(got) - sum(got)


def _after(seconds: float, buy: Callable[[], bool]) -> bool:
	time.sleep(seconds)
	return buy()


def _buyer(shop: GoodsShop, sku: str, refuses: bool) -> Callable[[], bool]:
	"""One piece for one shopper, unless the shop refuses."""
	if shop.name == "woocommerce":
		if not refuses:
			shop.emulator.edit_product(shop.emulator.id_of(sku), backorders="yes")
		return lambda: _bought(shop, sku)
	checkout = threading.Lock()

	def buy() -> bool:
		"""Shopify's default inventory policy is to deny; the emulated checkout leaves that to the caller."""
		with checkout:
			return _bought(shop, sku) if not refuses or (shop.seller.shows(sku) or 0) > 0 else False

	return buy


def _bought(shop: GoodsShop, sku: str) -> bool:
	try:
		shop.seller.sell(sku, 1)
	except OutOfStock:
		return False
	return True


def _hear_for(shops: Sequence[GoodsShop], seconds: float) -> None:
	end = time.monotonic() + seconds
	while True:
		for shop in shops:
			shop.hear()
		if time.monotonic() > end:
			return
		time.sleep(0.02)


def _result(
	sale: Sale, shops: Sequence[GoodsShop], sku: str, warehouse: str, accepted: int, refused: int
) -> Result:
	fresh()
	rows: Any = frappe.db.sql(_FLAGGED, (tuple(shop.store for shop in shops),))
	flagged = [(name, _pieces(text), notices) for name, text, notices in rows if text]
	return Result(
		sale=sale,
		accepted=accepted,
		refused=refused,
		imported=len(rows),
		missing=max(0, accepted - _PIECES),
		flagged=sum((pieces for _, pieces, _ in flagged), Decimal(0)),
		orders_flagged=len(flagged),
		unnoticed=sum(1 for _, _, notices in flagged if not notices),
		shown=[shop.seller.shows(sku) for shop in shops],
		free=in_ledger(sku, [warehouse]),
	)


def _pieces(text: str) -> Decimal:
	found = (_LINE.match(line) for line in text.splitlines())
	return sum((Decimal(match[1]) for match in found if match), Decimal(0))


def _tell(results: Sequence[Result]) -> None:
	head = (
		"orders come",
		"buffer",
		"wanted",
		"sold",
		"refused",
		"oversold",
		"flagged",
		"notices",
		"shown at last",
	)
	rows = [
		(
			f"{each.sale.title}",
			each.sale.buffer,
			each.accepted + each.refused,
			each.accepted,
			each.refused,
			each.missing,
			f"{each.flagged.normalize():f}",
			each.orders_flagged - each.unnoticed,
			" ".join(map(str, each.shown)),
		)
		for each in results
	]
	table(f"Two stores sell the last {_PIECES} pieces, {_ORDERS} orders in each", head, rows)


def _findings(result: Result) -> Iterator[Finding]:
	name = f"{result.sale.title}, buffer {result.sale.buffer}"
	yield Finding(_CHECK, f"{name}: orders imported", result.accepted, result.imported)
	yield Finding(_CHECK, f"{name}: pieces flagged as oversold", result.missing, int(result.flagged))
	yield Finding(_CHECK, f"{name}: flagged without a notice", 0, result.unnoticed)
	yield Finding(_CHECK, f"{name}: left by the ledger", _PIECES - result.accepted, int(result.free))
	right = max(0, _PIECES - result.accepted - result.sale.buffer)
	yield Finding(_CHECK, f"{name}: both stores show", [right, right], result.shown)
