"""The guided import of a store's catalogue: read, propose, and (when a person says so) bind and create.

Each step can be stopped and taken up again: what was read stands in the listings, what was proposed too,
and a product that was brought about is not touched a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any
from uuid import uuid4

from ..core.catalogue import propose
from ..core.errors import PayloadRefused, Transient
from ..core.products import Product
from ..erps.base import NewEvent, Subject
from .machine import Connection, Machine
from .product_pass import bring_about, product_link
from .work import failure

PORTION = 100
Progress = Callable[[int, int], bool]  # done and expected (0: unknown); False stops


def going_on(done: int, expected: int) -> bool:
	"""The progress that nobody watches and nobody stops."""
	return True


def read_catalogue(machine: Machine, store: str, progress: Progress = going_on) -> Counter[str]:
	"""Write to the listings what the store sells; how many products were `read`, `refused` and rows `changed`.

	Ends with `propose_items` unless `progress` stops it.
	"""
	connection = machine.connect(store)
	payloads = connection.storefront().products()
	done: Counter[str] = Counter()
	while portion := list(islice(payloads, PORTION)):
		products = [product for product in map(_parser(connection, done), portion) if product]
		done.update(read=len(products), changed=machine.erp.list_products(store, products))
		if not progress(done["read"], 0):
			return done
	return done + propose_items(machine, store)


def propose_items(machine: Machine, store: str) -> Counter[str]:
	"""Match listings with Items; how many of each `Match`, and how many rows `changed`."""
	connection = machine.connect(store)
	found = propose(machine.erp.listed(store), machine.erp.item_facts(), connection.settings.sku_rule)
	changed = machine.erp.record_proposals(store, found)
	return Counter(each.match for each in found) + Counter(changed=changed)


def import_products(machine: Machine, store: str, progress: Progress = going_on) -> Counter[str]:
	"""Bind and create what was decided; how many products are `done` and `failed`.

	A product that cannot be imported waits in the failed queue for what it lacks.
	"""
	connection = machine.connect(store)
	waiting = set(machine.erp.to_import(store, "", 10**9))
	expected, done = len(waiting), Counter[str]()
	if not waiting:
		return done
	for payload in connection.storefront().products():
		product = _parser(connection, done)(payload)
		if product is None or product.id not in waiting:
			continue
		done[_import(machine, connection, product)] += 1
		if not progress(done["done"] + done["failed"], expected):
			break
	return done


def _parser(connection: Connection, done: Counter[str]) -> Callable[[dict[str, Any]], Product | None]:
	"""A parser that counts what is no product instead of stopping at it."""

	def parse(payload: dict[str, Any]) -> Product | None:
		try:
			return connection.parse_product(payload)
		except PayloadRefused:
			done["refused"] += 1
			return None

	return parse


def _import(machine: Machine, connection: Connection, product: Product) -> str:
	link = product_link(connection.store, product.id)
	machine.erp.ensure_links([link])
	try:
		bring_about(machine, connection, link, product)
	except Transient:
		raise
	except Exception as error:  # one product's defect is no reason to leave out those behind it
		_queue_failed(machine, connection, product, error)
		return "failed"
	return "done"


def _queue_failed(machine: Machine, connection: Connection, product: Product, error: Exception) -> None:
	"""The product waits as an event: what removes the cause brings it about."""
	subject = Subject(store=connection.store, kind="product", external_id=product.id)
	machine.journal.receive(
		NewEvent(
			store=connection.store,
			topic="import",
			kind=subject.kind,
			external_id=product.id,
			event_key=f"import:{product.id}:{uuid4().hex}",
			whole=False,
		)
	)
	events = machine.journal.pending(subject)
	machine.journal.settle_apart(events, failure(error, events))
