"""Benchmarks on a real bench, as ratios measured in one run.

	cd BENCH/sites && ../env/bin/python CHECKOUT/checks/speed.py --site SITE order|worker|door|grow

order   one imported order against ERPNext's own insert-then-submit of the same bare Sales Order
worker  a backlog through one real `bench worker` against the same orders drained in this process
door    accepting a webhook against `frappe.ping` on the same server, 1 and 8 clients
grow    fills the site with Sales Orders and Customers, so that `order` can be run again on a big site
Exit status 1 when a bound of the table is broken.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import click
import frappe
from web_load import per_request, server

from ecommerce_sync.bootstrap import SYNC_USER, machine
from ecommerce_sync.demo_site import connect_shop, create_items
from ecommerce_sync.erps.base import NewEvent, Subject
from ecommerce_sync.sandbox.story import Bought, Delivery, Person, Place, Rate, Story
from ecommerce_sync.sandbox.woocommerce.store import Store
from ecommerce_sync.sandbox.world import Shop
from ecommerce_sync.storefronts.base import Credentials
from ecommerce_sync.sync.work import drain, process

STORE = "Speed"
VAT = (Rate("VAT", Decimal("0.2")),)
Timing = tuple[float, int]  # seconds, statements


@click.group()
@click.option("--site", required=True, envvar="SITE")
@click.pass_context
def speed(context: click.Context, site: str) -> None:
	"""Ratios against ERPNext's own pace."""
	frappe.init(site=site)
	frappe.connect()
	context.obj = site
	context.call_on_close(frappe.destroy)
	_set_up()


@speed.command()
@click.option("--rounds", default=40, show_default=True)
def order(rounds: int) -> None:
	"""Existing customer, and a new one beside it."""
	frappe.set_user(SYNC_USER)
	ours, bare, fresh = [], [], []
	for number in range(rounds + 5):
		ours.append(_measured(lambda number=number: _import(_payload(number))))
		bare.append(_measured(_insert_then_submit))
		fresh.append(_measured(lambda number=number: _import(_payload(number, new_customer=True))))
	kept = [series[5:] for series in (bare, ours, fresh)]
	_table("bare insert-then-submit", "imported, known customer", "imported, new customer", series=kept)
	_bound("statements", _middle(kept[1], 1) / _middle(kept[0], 1), 1.0)
	_bound("time", _paired(kept[1], kept[0]), 1.0)


@speed.command()
@click.option("--orders", default=500, show_default=True)
@click.pass_obj
def worker(site: str, orders: int) -> None:
	"""Through one real `bench worker`, and drained here."""
	frappe.db.delete("Sync Log", {"store": STORE})  # what `door` left is no part of this backlog
	frappe.db.commit()
	here = _rate_here(orders)
	there = _rate_of_worker(site, orders)
	click.echo(f"in process {here:.1f}/min, one bench worker {there:.1f}/min")
	_bound("worker / in process, at least", there / here, 0.85, at_least=True)


@speed.command()
@click.option("--requests", "count", default=600, show_default=True)
@click.pass_obj
def door(site: str, count: int) -> None:
	"""One server, both addresses in turn."""
	with server(site) as port:
		for clients in (1, 8):
			ratios = []
			for turn in range(3):
				messages = [_message(turn * 100_000 + clients * 10_000 + n) for n in range(count)]
				ping = per_request(site, port, clients, [("GET", "/api/method/frappe.ping", {}, b"")] * count)
				ours = per_request(site, port, clients, messages)
				ratios.append(ours / ping)
				click.echo(f"{clients} clients: ping {ping * 1000:.2f} ms, webhook {ours * 1000:.2f} ms")
			_bound(f"webhook / ping, {clients} clients", statistics.median(ratios), 3.0)


@speed.command()
@click.option("--to", "count", default=100_000, show_default=True)
def grow(count: int) -> None:
	"""Copies of one Sales Order and of one Customer, by SQL: their number is what matters."""
	_import(_payload(999_999))
	for doctype in ("Customer", "Sales Order", "Sales Order Item"):
		_multiply(doctype, count)
	# to each copy its own customer: what one customer owes is asked at every order
	frappe.db.sql(
		"""UPDATE `tabSales Order` SET customer = REPLACE(name, 'SPEED-SO-', 'SPEED-C-'),
		customer_name = customer WHERE name LIKE 'SPEED-SO-%%'"""
	)
	# and not every one the same Items: what is reserved of an Item is summed at every order
	frappe.db.sql(
		"""UPDATE `tabSales Order Item` SET item_code = CONCAT('SPEED-ITEM-', MOD(SUBSTRING(name, 9), 5000))
		WHERE name LIKE 'SPEED-I-%%'"""
	)
	frappe.db.commit()
	frappe.db.sql("ANALYZE TABLE `tabSales Order`, `tabSales Order Item`, `tabCustomer`")
	click.echo({d: frappe.db.count(d) for d in ("Customer", "Sales Order", "Sales Order Item")})


def _set_up() -> None:
	"""A store whose orders need nothing from the network."""
	if not frappe.db.exists("Store Connection", STORE):
		frappe.conf.update({"ecommerce_sync_allow_http": 1, "ecommerce_sync_allow_private_hosts": 1})
		secret = Store(seed=5)
		credentials = Credentials(url="https://speed.example", client_id="ck", client_secret="cs")
		shop = Shop(STORE, "woocommerce", credentials, "https://speed.example", secret.webhook_secret)
		connect_shop(shop, frappe.defaults.get_global_default("company"))
		create_items()
		frappe.db.commit()


def _story(number: int, new_customer: bool) -> Story:
	person = Person(
		number if new_customer else 1, "Ada", "Lovelace", f"ada{number if new_customer else ''}@example.com"
	)
	place = Place(
		"Ada", "Lovelace", None, "1 Rue de la Paix", None, "Paris", None, None, "75002", "France", "FR"
	)
	lines = (
		Bought("Stoneware Mug", Decimal("11.00"), 3, sku="MUG-WHITE", variant_title="White", taxes=VAT),
		Bought("Canvas Tote Bag", Decimal("14.95"), 1, sku="BAG", discount=Decimal("1.50"), taxes=VAT),
	)
	return Story(
		number=number,
		created_at=frappe.utils.datetime.datetime(2026, 9, 1, 12, tzinfo=frappe.utils.datetime.timezone.utc),
		currency=frappe.get_cached_value(
			"Company", frappe.defaults.get_global_default("company"), "default_currency"
		),
		lines=lines,
		deliveries=(Delivery("Flat rate", Decimal("5.00"), "flat_rate", taxes=VAT),),
		person=person,
		billing=place,
		shipping=place,
	)


_SALT = int(time.time()) % 1_000_000 * 1000


def _payload(number: int, new_customer: bool = False) -> tuple[str, bytes]:
	"""A new order with an id that no run before had."""
	store = Store(seed=5)
	placed = store.place(
		replace(_story(_SALT + number, new_customer), number=_SALT * 10 + number * 2 + new_customer)
	)
	_, body = store.message(placed, "order.created")
	return str(placed.id), body


def _message(number: int) -> tuple[str, str, dict[str, str], bytes]:
	store = Store(seed=5)
	store.url = "https://speed.example"
	placed = store.place(replace(_story(1, False), number=_SALT * 20 + number))
	headers, body = store.message(placed, "order.created")
	return "POST", f"/api/method/ecommerce_sync.api.webhook.receive?store={STORE}", headers, body


def _event(order_id: str, body: bytes) -> NewEvent:
	key = f"speed:{order_id}:{time.time_ns()}"
	return NewEvent(
		store=STORE, topic="order.created", kind="order", external_id=order_id, event_key=key, payload=body
	)


def _import(made: tuple[str, bytes]) -> None:
	"""What happens to one message after it was stored."""
	engine = machine()
	order_id, body = made
	engine.journal.receive(_event(order_id, body))
	state = process(engine, Subject(store=STORE, kind="order", external_id=order_id))
	if state != "Done":
		raise click.ClickException(f"order {order_id} ended {state}")


def _insert_then_submit() -> None:
	"""The order imported last, once more by ERPNext alone: no custom field, no link, no event."""
	newest = frappe.get_last_doc("Sales Order", {"ecommerce_store": STORE})
	started = _Clock()
	copy = frappe.copy_doc(newest)
	for field in [f for f in copy.as_dict() if f.startswith(("store_", "ecommerce_"))]:
		copy.set(field, None)
	copy.insert()
	copy.submit()
	frappe.db.commit()
	_insert_then_submit.cost = started.read()  # type: ignore[attr-defined]


class _Clock:
	"""Seconds and this connection's statements since it was made."""

	def __init__(self) -> None:
		self.statements, self.seconds = _questions(), time.perf_counter()

	def read(self) -> Timing:
		seconds = time.perf_counter() - self.seconds
		return seconds, _questions() - self.statements - 1


def _questions() -> int:
	return int(frappe.db.sql("SHOW SESSION STATUS LIKE 'Questions'")[0][1])


def _measured(work: Callable[[], None]) -> Timing:
	"""The work's cost; a work that prepares first says its own."""
	clock = _Clock()
	work()
	return getattr(work, "cost", None) or clock.read()


def _rate_here(orders: int) -> float:
	_backlog(orders)
	frappe.set_user(SYNC_USER)
	started = time.perf_counter()
	done = drain(machine(), budget=3600)
	return 60 * done["Done"] / (time.perf_counter() - started)


def _rate_of_worker(site: str, orders: int) -> float:
	"""From the moment the worker has started its first order to the last one's commit."""
	_backlog(orders)
	from ecommerce_sync.jobs.wake import wake

	bench = Path(frappe.utils.get_bench_path())
	wake()
	started = time.perf_counter()
	process = subprocess.Popen(
		["bench", "worker", "--queue", "default"],
		cwd=bench,
		stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL,
		start_new_session=True,
	)
	try:
		while _left():
			time.sleep(0.25)
		return 60 * orders / (time.perf_counter() - started)
	finally:
		os.killpg(process.pid, 15)


def _backlog(orders: int) -> None:
	journal = machine().journal
	for number in range(orders):
		journal.receive(_event(*_payload(time.time_ns() % 1_000_000_000 + number)))


def _left() -> int:
	frappe.db.rollback()
	return frappe.db.count("Sync Log", {"store": STORE, "state": ["in", ["Queued", "Waiting to retry"]]})


def _multiply(doctype: str, count: int) -> None:
	"""The table's newest row so many times, under new names."""
	missing = count - frappe.db.count(doctype)
	if missing <= 0:
		return
	columns = [c for c in frappe.db.get_table_columns(doctype) if c not in ("name", "parent")]
	named = ", ".join(f"`{c}`" for c in columns)
	parent = "parent" in frappe.db.get_table_columns(doctype)
	extra = ", `parent`" if parent else ""
	copied = ", CONCAT('SPEED-SO-', seq)" if parent else ""
	label = {"Customer": "SPEED-C-", "Sales Order": "SPEED-SO-"}.get(doctype, "SPEED-I-")
	newest = frappe.db.sql(f"SELECT name FROM `tab{doctype}` ORDER BY creation DESC LIMIT 1")[0][0]
	frappe.db.sql(
		f"INSERT IGNORE INTO `tab{doctype}` (`name`{extra}, {named}) SELECT CONCAT('{label}', seq){copied}, {named}"
		f" FROM seq_1_to_{missing}, `tab{doctype}` WHERE name = %s",
		newest,
	)


def _table(*labels: str, series: list[list[Timing]]) -> None:
	for label, timings in zip(labels, series, strict=True):
		seconds, statements = _middle(timings, 0), _middle(timings, 1)
		spread = f"{min(t[0] for t in timings) * 1000:.0f}-{max(t[0] for t in timings) * 1000:.0f}"
		click.echo(f"{label:28} {seconds * 1000:7.1f} ms ({spread})  {statements:5.0f} statements")


def _middle(timings: list[Timing], part: int) -> float:
	return statistics.median(timing[part] for timing in timings)


def _paired(ours: list[Timing], bare: list[Timing]) -> float:
	return statistics.median(a[0] / b[0] for a, b in zip(ours, bare, strict=True))


def _bound(label: str, ratio: float, bound: float, at_least: bool = False) -> None:
	kept = ratio >= bound if at_least else ratio <= bound
	click.echo(f"{label}: ratio {ratio:.2f}, bound {bound} {'kept' if kept else 'BROKEN'}")
	if not kept:
		_bound.broken = True  # type: ignore[attr-defined]


if __name__ == "__main__":
	speed(standalone_mode=False)
	sys.exit(1 if getattr(_bound, "broken", False) else 0)
