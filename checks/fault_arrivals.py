"""Messages that arrive many at once and in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations
from random import Random
from typing import Any
from uuid import uuid4

import frappe
from bench_site import fresh
from fault_ground import Finding, Ground
from shops import CheckedShop, deliver
from workers import wait_until_done, workers

from ecommerce_sync.sandbox.story import Person, Place
from ecommerce_sync.sandbox.traffic import Message

TIMES = 20
_CONTENT = ("currency", "customer", "grand_total", "total_qty", "po_no", "store_note", "store_order_status")


def same_event_at_once(ground: Ground) -> Iterator[Finding]:
	"""The same event 20 times at once, several workers: one Sales Order."""
	with workers(ground.workers) as team:
		for shop in ground.shops:
			order = ground.place(shop)
			message = shop.created(order)
			yield _answers(ground, shop, [message] * TIMES, "the same message")
			wait_until_done(ground.stores, team)
			yield Finding(
				"a", f"{shop.platform}: events stored", 1, sum(ground.states(shop, [order]).values())
			)
			yield from _one_order(ground, shop, order, "the same message")
			order = ground.place(shop)
			yield _answers(ground, shop, [shop.created(order) for _ in range(TIMES)], "messages of one order")
			wait_until_done(ground.stores, team)
			yield from _one_order(ground, shop, order, "messages of one order")


def _answers(ground: Ground, shop: CheckedShop, messages: list[Message], what: str) -> Finding:
	answers = Counter(ground.send(messages, TIMES))
	return Finding("a", f"{shop.platform}: answers to {TIMES} × {what}", {200: TIMES}, dict(answers))


def _one_order(ground: Ground, shop: CheckedShop, order: str, what: str) -> Iterator[Finding]:
	totals = [str(row.total) for row in ground.live(shop, [order])]
	expected = [f"{shop.totals()[order]:.9f}"]
	yield Finding("a", f"{shop.platform}: Sales Orders of {TIMES} × {what}", expected, totals)


def twenty_orders_of_one_customer(ground: Ground) -> Iterator[Finding]:
	"""Twenty different orders of one new customer at once: 20 Sales Orders, 1 Customer, nothing doubled."""
	for shop in ground.shops:
		for kind, person in _newcomers().items():
			home = _home(person)
			orders = [
				ground.place(shop, person=person, business=None, billing=home, shipping=home)
				for _ in range(TIMES)
			]
			ground.send([shop.created(order) for order in orders], TIMES)
			with workers(ground.workers) as team:
				wait_until_done(ground.stores, team)
			yield from ground.exactly_once("b", shop, orders)
			yield from _parties(ground, shop, orders, kind)


def _newcomers() -> dict[str, Person]:
	"""Nobody of them was ever seen on the site."""
	word, number = uuid4().hex[:10], uuid4().int % 10**7
	return {
		"account": Person(10**6 + number, "Nora", f"New {word}", f"nora.{word}@example.com"),
		"guest with e-mail": Person(None, "Gus", f"Guest {word}", f"gus.{word}@example.com"),
		"guest with phone": Person(None, "Phil", f"Phone {word}", None, f"+1917{number:07d}"),
	}


def _home(person: Person) -> Place:
	return Place(
		first_name=person.first_name,
		last_name=person.last_name,
		address1="7 Elm St",
		city="Springfield",
		zip="01101",
		country="United States",
		country_code="US",
		province="Massachusetts",
		province_code="MA",
		phone=person.phone,
	)


def _parties(ground: Ground, shop: CheckedShop, orders: Sequence[str], kind: str) -> Iterator[Finding]:
	customers = {row.customer for row in ground.live(shop, orders)}
	name = f"{shop.platform}, {kind}"
	yield Finding("b", f"{name}: Customers of {TIMES} orders", 1, len(customers))
	for doctype in ("Contact", "Address"):
		yield Finding("b", f"{name}: {doctype} rows", 1, _linked(doctype, customers))


def _linked(doctype: str, customers: set[str]) -> int:
	fresh()
	links = frappe.get_all(
		"Dynamic Link",
		{"link_doctype": "Customer", "link_name": ["in", list(customers)], "parenttype": doctype},
		pluck="parent",
	)
	return len(set(links))


def same_orders_in_any_order(ground: Ground) -> Iterator[Finding]:
	"""Creation, update and cancellation in all six orders of arrival: the same live documents."""
	for shop in ground.shops:
		for story in ("created, noted, cancelled", "created, noted, noted again"):
			yield from _in_any_order(ground, shop, story)


def _in_any_order(ground: Ground, shop: CheckedShop, story: str) -> Iterator[Finding]:
	told = ground.story(shop)
	arrivals: dict[str, list[Message]] = {}
	for order in permutations(range(3)):
		messages = _told(shop, shop.place(ground.story(shop, lines=told.lines, **_same(told))), story)
		arrivals[_id(messages)] = [messages[1][place] for place in order]
	with workers(ground.workers) as team:
		for step in range(3):
			for messages in arrivals.values():
				deliver(messages[step])
			wait_until_done(ground.stores, team)
		shuffled = _shuffled(ground, shop, story, told)
		wait_until_done(ground.stores, team)
	ids = [*arrivals, *shuffled]
	yield from _same_documents(ground, shop, ids, story)


def _same(told: Any) -> dict[str, Any]:
	"""What makes another story's order the same but for its number."""
	names = (
		"deliveries",
		"fees",
		"taxes_included",
		"person",
		"business",
		"billing",
		"shipping",
		"gateway",
		"note",
	)
	more = ("attributes", "tags", "location_id", "source", "po_number", "payment_terms_days")
	shown = ("presentment_currency", "presentment_rate")
	return {name: getattr(told, name) for name in (*names, *more, *shown)}


def _told(shop: CheckedShop, order: str, story: str) -> tuple[str, list[Message]]:
	"""The order's messages, each as the order was at that time."""
	messages = [shop.created(order)]
	for event in story.split(", ")[1:]:
		if event == "cancelled":
			shop.seller.cancel(order)
		else:
			shop.seller.touch(order, f"The customer is {event}")
		messages.append(shop.seller.messages(order)[-1])
	return order, messages


def _id(told: tuple[str, list[Message]]) -> str:
	return told[0]


def _shuffled(ground: Ground, shop: CheckedShop, story: str, told: Any) -> list[str]:
	"""Ten more, all their messages at once over HTTP."""
	orders, messages = [], []
	for _ in range(10):
		order, sent = _told(shop, shop.place(ground.story(shop, lines=told.lines, **_same(told))), story)
		orders.append(order)
		messages += sent
	Random(ground.seed).shuffle(messages)
	ground.send(messages, 10)
	return orders


def _same_documents(ground: Ground, shop: CheckedShop, ids: list[str], story: str) -> Iterator[Finding]:
	live = ground.live(shop, ids)
	name = f"{shop.platform}, {story}, {len(ids)} arrivals"
	yield Finding("c", f"{name}: live Sales Orders", 0 if "cancelled" in story else len(ids), len(live))
	contents = {_content(row.name) for row in live}
	yield Finding("c", f"{name}: different contents", 0 if "cancelled" in story else 1, len(contents))
	states = ground.states(shop, ids)
	bad = {state: n for state, n in states.items() if not state.startswith(("Done", "Skipped"))}
	yield Finding("c", f"{name}: events not done", {}, bad)


def _content(name: str) -> str:
	"""What the Sales Order says, without its own names and times."""
	doc = frappe.get_doc("Sales Order", name)
	head = [str(doc.get(field)) for field in _CONTENT]
	rows = [f"{row.item_code} {row.qty} {row.rate} {row.description}" for row in doc.items]
	taxes = [f"{tax.account_head} {tax.tax_amount}" for tax in doc.taxes]
	return "\n".join([*head, doc.address_display or "", *rows, *taxes])
