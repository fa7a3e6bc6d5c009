"""Processes that tell the stores what changed, as a bench's push jobs do, and how a check waits for them."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import frappe
from bench_site import as_sync_user, fresh, scalar, site_name
from goods_ground import GoodsShop
from printed import say
from workers import open_events

from ecommerce_sync.bootstrap import machine
from ecommerce_sync.core.errors import SyncError
from ecommerce_sync.sync.machine import Machine
from ecommerce_sync.sync.stock import push_stock
from ecommerce_sync.sync.work import drain

_PAUSE = 0.2  # seconds after a failure; a bench tries again within a minute
_DUE = "select count(*) from `tabStore Listing` where store in %s and stock_due is not null and gone = 0"


def push(stores: Sequence[str]) -> None:
	"""What a push process does; a polite stop comes between two runs."""
	asked, parent = list[int](), os.getppid()
	signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
	with as_sync_user(site_name()):
		engine = machine()
		while not asked and os.getppid() == parent:
			if not push_once(engine, stores):
				frappe.db.rollback()
				time.sleep(_PAUSE)


def push_once(engine: Machine, stores: Sequence[str]) -> Counter[str]:
	"""Take the notes and push every store that has something due; what was done. A store that fails waits."""
	done: Counter[str] = Counter()
	try:
		engine.erp.take_changes()
		due = [store for store in engine.erp.stores_due() if store in stores]
		random.shuffle(due)
		for store in due:
			done += push_stock(engine, store) or Counter()
	except SyncError:
		done["failed"] = 0
	return +done


def settle(shops: Sequence[GoodsShop], limit: float = 600) -> Counter[str]:
	"""Hear the stores, work everything off and push until nobody has anything to say; what was pushed."""
	engine, stores = machine(), [shop.store for shop in shops]
	done: Counter[str] = Counter()
	end = time.monotonic() + limit
	while time.monotonic() < end:
		heard = sum(shop.hear() for shop in shops)
		_retry_at_once(stores)
		drain(engine, budget=60)
		pushed = push_once(engine, stores)
		done += pushed
		if not heard and not pushed and not open_events(stores) and not still_due(stores):
			return done
	say(f"still {open_events(stores)} events and {still_due(stores)} listings are open after {limit:.0f} s")
	return done


def still_due(stores: Sequence[str]) -> int:
	"""Listings whose number is to be pushed."""
	return int(scalar(_DUE, (tuple(stores),)))


def _retry_at_once(stores: Sequence[str]) -> None:
	"""What waits for its next attempt need not: the misfortune is over."""
	fresh()
	frappe.db.sql(
		"update `tabSync Log` set next_attempt = null, state = 'Queued' where store in %s and state = 'Waiting to retry'",
		(tuple(stores),),
	)
	frappe.db.commit()


def known_levels(shop: GoodsShop) -> list[Any]:
	"""What the app takes for confirmed: rows of `sku`, `item_code`, `quantity`, `stocked`."""
	fresh()
	return list(
		frappe.db.sql(
			"""select v.name, l.sku, l.item_code, v.quantity, v.stocked from `tabStore Stock Level` v
			join `tabStore Listing` l on l.name = v.listing
			where l.store = %s and v.known = 1 and ifnull(l.item_code, '') != ''""",
			shop.store,
			as_dict=True,
		)
	)
