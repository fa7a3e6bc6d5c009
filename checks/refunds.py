"""Every refund, return, cancellation and edit in a folder of payloads, as documents whose amounts are compared.

	python checks/refunds.py FOLDER                                     # the embedded ERP alone
	cd BENCH/sites && SITE=name ../env/bin/python …/checks/refunds.py FOLDER   # ERPNext as well

Each order is taken through the whole order pass twice: as it was before, and as it is after. With invoices on
payment, on shipment and never; as the payload was shipped, and shipped in whole. Compared with the payload's
own figures: what credit notes and a lowered Sales Order take off, their taxes, the money paid out, the pieces
that come back.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from printed import say, table, verdict
from refund_case import Case
from refund_cases import cases
from refund_figures import Seen, compared

from ecommerce_sync.core.erp import ErpOrder
from ecommerce_sync.erps.base import LinkKey, NewEvent, Subject
from ecommerce_sync.storefronts.base import platform
from ecommerce_sync.sync.events import settle_apart
from ecommerce_sync.sync.machine import Connection, Machine
from ecommerce_sync.sync.order_pass import take
from ecommerce_sync.sync.work import failure

ZERO = Decimal(0)
POLICIES = ("on_payment", "on_shipment", "never")
ORDERED = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=5)


@dataclass
class Store:
	"""Answers with the one order that is looked at."""

	payload: dict[str, Any]

	def fetch_order(self, order_id: str) -> dict[str, Any]:
		return self.payload


class Ground(NamedTuple):
	"""Where the orders are booked. `connection` gives the store of a platform under an invoice policy."""

	name: str
	machine: Machine
	connection: Callable[[str, str], Connection]
	stock: Callable[[list[str]], None]  # enough of these Items


Opened = AbstractContextManager[Ground | None]
_numbers = itertools.count(int(datetime.now().timestamp()) * 1000)


def main(folder: Path) -> int:
	files = sorted(folder.rglob("*.json"))
	if not files:
		sys.exit(f"no JSON file below {folder}")
	found = list(cases({str(f.relative_to(folder)): _load(f) for f in files}))
	wrong: list[str] = []
	runs = 0
	grounds: list[Callable[[], Opened]] = [_embedded, _erpnext]
	for opened in grounds:
		with opened() as ground:
			seen = list(_all(ground, found)) if ground else []
			runs += len(seen)
			wrong += [f"on {ground.name}: {each}" for one in seen for each in one.wrong] if ground else []
	return verdict(wrong, f"{len(found)} orders of {len(files)} files, {runs} lives, every amount compared")


def _load(file: Path) -> Any:
	try:
		return json.loads(file.read_bytes())
	except ValueError:
		return None


def _all(ground: Ground, found: list[Case]) -> Iterator[Seen]:
	seen = []
	for case in found:
		for policy, shipped in itertools.product(POLICIES, (False, True)):
			seen.append(_life(ground, case, policy, shipped))
		say(f"{ground.name}: {case.name}")
	head = (
		"file",
		"invoices",
		"shipped",
		"outcome",
		"credited",
		"taken off",
		"due",
		"tax",
		"of",
		"out",
		"of",
	)
	table(f"Refunds on {ground.name}", (*head, "back", "of"), (one.cells for one in seen))
	return iter(seen)


def _life(ground: Ground, case: Case, policy: str, shipped: bool) -> Seen:
	"""Before, then after; what stands there at the end."""
	number, store = next(_numbers), Store({})
	base = ground.connection(case.platform, policy)
	known = replace(base, storefront=lambda: store)
	machine = replace(ground.machine, connect=lambda _: known)
	ground.stock([line["sku"] for line in (*case.before["line_items"], *case.after["line_items"])])
	outcomes = []
	for step, payload in enumerate((case.before, case.after)):
		store.payload = _sent(case, payload, number, step, shipped)
		outcomes.append(_processed(machine, known, str(number), store.payload, step))
		if not step:
			first = _look(machine, known, store.payload)
	return compared(case, policy, shipped, outcomes, first, _look(machine, known, store.payload))


def _processed(
	machine: Machine, known: Connection, order_id: str, payload: dict[str, Any], step: int
) -> tuple[str, str | None]:
	event = {"store": known.store, "kind": "order", "external_id": order_id, "topic": "orders/updated"}
	key, body = f"refund-check-{order_id}-{step}", json.dumps(payload).encode()
	machine.journal.receive(NewEvent(**event, event_key=key, payload=body))
	subject = Subject(store=known.store, kind="order", external_id=order_id)
	events = machine.journal.pending(subject)
	try:
		outcome = take(machine, subject, events)
	except Exception as error:
		outcome = failure(error, events)
		settle_apart(machine, events, outcome)
	return outcome.state, f"{outcome.reason} {outcome.params}" if outcome.reason else None


def _look(machine: Machine, known: Connection, payload: dict[str, Any]) -> ErpOrder:
	order = known.parse(payload)
	with machine.erp.transaction([LinkKey(store=known.store, kind="Order", external_id=order.id)]):
		return machine.erp.observe(order, known.settings)


def _sent(case: Case, payload: dict[str, Any], number: int, step: int, shipped: bool) -> dict[str, Any]:
	"""Under a number of its own, of the last days, and shipped in whole if asked for."""
	found: dict[str, Any] = _dated(json.loads(json.dumps(payload)), ORDERED)
	found["id"] = number
	for refund in found.get("refunds") or ():
		_dated(refund, ORDERED + timedelta(days=2))
	now = ORDERED + timedelta(days=3 * step, hours=1)
	if case.platform == "woocommerce":
		found.update({"number": str(number), "date_modified_gmt": f"{now:%Y-%m-%dT%H:%M:%S}"})
		done = f"{ORDERED:%Y-%m-%dT%H:%M:%S}"
		return found | ({"status": "completed", "date_completed_gmt": done} if shipped else {})
	found.update({"admin_graphql_api_id": f"gid://shopify/Order/{number}", "updated_at": now.isoformat()})
	found.update({"name": f"#{number}", "created_at": ORDERED.isoformat()})
	if shipped:
		found["fulfillments"] = [_fulfilment(case)]
	return found


def _fulfilment(case: Case) -> dict[str, Any]:
	"""All but what refunds say will never be shipped."""
	off: Counter[str] = Counter()
	for refund in case.after.get("refunds") or ():
		for entry in refund.get("refund_line_items") or ():
			gone = entry["quantity"] if entry["restock_type"] == "cancel" else 0
			off[str(entry["line_item_id"])] += gone
	lines = [
		{"id": line["id"], "admin_graphql_api_id": line.get("admin_graphql_api_id"), "quantity": int(n)}
		for line in case.before["line_items"]
		if (n := line["quantity"] - off[str(line["id"])]) > 0
	]
	day = (ORDERED + timedelta(days=1)).isoformat()
	return {"id": 4711, "status": "success", "created_at": day, "line_items": lines}


def _dated(node: Any, moment: datetime) -> Any:
	if isinstance(node, list):
		for each in node:
			_dated(each, moment)
	elif isinstance(node, dict):
		for key, value in node.items():
			if isinstance(value, str) and (key.endswith("_at") or key.startswith("date_")):
				local = f"{moment:%Y-%m-%dT%H:%M:%S}"
				node[key] = local if key.startswith("date_") else moment.isoformat()
			else:
				_dated(value, moment)
	return node


# where


@contextmanager
def _embedded() -> Iterator[Ground]:
	from ecommerce_sync.erps.embedded import Database, EmbeddedErp, EmbeddedJournal
	from ecommerce_sync.sandbox.person import WAREHOUSE
	from ecommerce_sync.sandbox.world import HELPERS, settings_for

	with tempfile.TemporaryDirectory() as folder:
		database = Database(Path(folder) / "erp.sqlite")
		erp, known = EmbeddedErp(database), set(HELPERS)
		machine = Machine(erp, EmbeddedJournal(database), _nobody, lambda: datetime.now(timezone.utc))
		with database.transaction():
			for item in HELPERS:
				erp.add_item(item, stock=False)

		def stock(items: list[str]) -> None:
			with database.transaction():
				for item in set(items) - known:
					erp.add_item(item)
					erp.receive(item, WAREHOUSE, Decimal(100_000))
			known.update(items)

		def connection(name: str, policy: str) -> Connection:
			changes = {"payment_account": "Bank - DC", **_after_the_order(policy)}
			settings = settings_for(f"{name} shop").model_copy(update=changes)
			return Connection(settings.store, platform(name), settings, _nobody)  # type: ignore[arg-type]

		yield Ground("the embedded ERP", machine, connection, stock)


def _after_the_order(policy: str) -> dict[str, Any]:
	changes = {"invoice": policy, "payment_methods": (), "record_payments": True, "pick_list": False}
	return {**changes, "deliveries_in": "submit", "returns_in": "submit", "fulfil": False, "statuses": ()}


def _nobody(*_: Any) -> Any:
	raise AssertionError("nobody is asked")


@contextmanager
def _erpnext() -> Iterator[Ground | None]:
	"""ERPNext of the site SITE; None away from a bench."""
	if not os.environ.get("SITE"):
		print("\nSITE names no site: not booked on ERPNext")
		yield None
		return
	from bench_site import connected, site_name
	from refund_site import ground

	with connected(site_name()), ground(_after_the_order) as found:
		yield Ground("ERPNext", *found)


if __name__ == "__main__":
	if len(sys.argv) != 2:
		sys.exit(__doc__)
	sys.exit(main(Path(sys.argv[1])))
