"""Previews every order payload in a folder, on the embedded ERP and, on a bench, on ERPNext.

	python checks/payloads.py FOLDER                                     # the embedded ERP alone
	cd BENCH/sites && SITE=name ../env/bin/python …/checks/payloads.py FOLDER   # ERPNext as well

An order whose own figures balance must come out with the store's total; one whose figures do not must be
Held with that very difference. Test and cancelled orders are previewed a second time as live ones. What
is no order is listed as such. Nothing stays in the ERP.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from babel.numbers import get_currency_precision
from balance import Found, as_live, order_in, what
from printed import table, verdict

from ecommerce_sync.sandbox.__main__ import preview_payload
from ecommerce_sync.storefronts.base import names
from ecommerce_sync.sync.preview import MATCH, NOT_WANTED, STOPPED, Preview

Erp = Callable[[str, dict[str, Any]], Preview]
_COUNTED = {"Sales Order": "ecommerce_store", "Store Link": "store", "Sync Log": "store"}


class Read(NamedTuple):
	"""One file with the order in it."""

	name: str
	found: Found


class Seen(NamedTuple):
	"""One preview, judged."""

	cells: tuple[object, ...]
	wrong: str | None


def main(folder: Path) -> int:
	files = sorted(folder.rglob("*.json"))
	if not files:
		sys.exit(f"no JSON file below {folder}")
	documents = {str(file.relative_to(folder)): _load(file) for file in files}
	orders = [Read(name, found) for name, doc in documents.items() if (found := order_in(doc))]
	table("No orders", ("file", "holds"), _others(documents, {read.name for read in orders}))
	seen = _on("the embedded ERP", orders, _embedded)
	with _site() as erpnext:
		seen += _on("ERPNext", orders, erpnext) if erpnext else []
	wrong = [one.wrong for one in seen if one.wrong]
	return verdict(wrong, f"{len(orders)} orders in {len(files)} files, {len(seen)} previews")


def _load(file: Path) -> Any:
	try:
		return json.loads(file.read_bytes())
	except ValueError as error:
		return f"no JSON: {error}"


def _others(documents: dict[str, Any], orders: set[str]) -> Iterator[tuple[str, str]]:
	return ((name, what(doc)) for name, doc in documents.items() if name not in orders)


def _on(erp: str, orders: list[Read], preview: Erp) -> list[Seen]:
	seen = [one for read in orders for one in _previews(read, preview)]
	head = ("file", "previewed", "status", "currency", "store total", "ERP total", "outcome")
	table(f"Orders on {erp}", head, (one.cells for one in seen))
	return seen


def _previews(read: Read, preview: Erp) -> Iterator[Seen]:
	"""As sent; when such an order is not wanted, also as a live one, whose money must be right."""
	first = preview(read.found.platform, read.found.payload)
	yield _judged(read, "as sent", first, wanted=first.status != NOT_WANTED)
	if first.status == NOT_WANTED:
		yield _judged(read, "as live", preview(read.found.platform, as_live(read.found)), wanted=True)


def _judged(read: Read, how: str, seen: Preview, wanted: bool) -> Seen:
	found, result = read.found, seen.result
	total = result["sales_order"]["grand_total"] if "sales_order" in result else None
	ours = "-" if total is None else f"{Decimal(total):.{get_currency_precision(found.currency)}f}"
	outcome = f"{result.get('state', '')} {result.get('reason') or ''}".strip() or "matches"
	words = result.get("message") or ""
	cells = (
		read.name,
		how,
		seen.status,
		found.currency,
		found.total,
		ours,
		f"{outcome}. {words}".rstrip(". "),
	)
	wrong = _wrong(found, seen) if wanted else None
	return Seen(cells, wrong and f"{read.name} {how}: {wrong}")


def _wrong(found: Found, seen: Preview) -> str | None:
	"""Why the preview of an order that is wanted is not what its figures ask for."""
	if not found.difference:
		total = seen.result.get("sales_order", {}).get("grand_total")
		if seen.status == MATCH and total is not None and Decimal(total) == _left(found):
			return None
		return f"balances, but: status {seen.status}, {seen.result.get('message')}"
	if seen.status != STOPPED or seen.result.get("reason") != "total_mismatch":
		return f"is off by {found.difference}, but: status {seen.status}, {seen.result.get('message')}"
	said = Decimal(str(seen.result["params"]["difference"]))
	return None if abs(said) == abs(found.difference) else f"is off by {found.difference}, told as {said}"


def _left(found: Found) -> Decimal:
	"""The total less what the payload's own refunds took off it: the Sales Order comes without that."""
	current = found.payload.get("current_total_price")
	if found.payload.get("refunds") and current is not None:
		return Decimal(str(current))
	return found.total


def _embedded(platform: str, payload: dict[str, Any]) -> Preview:
	return preview_payload(platform, json.dumps(payload).encode())


@contextmanager
def _site() -> Iterator[Erp | None]:
	"""ERPNext of the site SITE; None away from a bench."""
	if not os.environ.get("SITE"):
		print("\nSITE names no site: not previewed on ERPNext")
		yield None
		return
	from bench_site import connected, site_name

	with connected(site_name()):
		erp, count = _erpnext()
		before = count()
		yield erp
		if (after := count()) != before:
			raise SystemExit(f"FAILED: the previews left documents behind: {before} became {after}")
		print(
			f"\nNothing stays behind: {', '.join(f'{n} {name}' for name, n in after.items())} before and after"
		)


def _erpnext() -> tuple[Erp, Callable[[], dict[str, int]]]:
	import frappe
	from bench_site import fresh, prepare
	from shops import next_prefix, open_shop

	from ecommerce_sync.bootstrap import connection, machine
	from ecommerce_sync.ecommerce_sync.doctype.store_connection.defaults import for_preview
	from ecommerce_sync.sync.preview import preview

	company = prepare(("USD", "EUR", "GBP", "CAD", "DKK"))
	prefix = next_prefix("Check Payloads")
	with ExitStack() as stack:  # a preview asks no store
		stores = {name: open_shop(stack, prefix, name, "any", company).store for name in names()}
	frappe.db.commit()

	def on_erpnext(platform: str, payload: dict[str, Any]) -> Preview:
		known = connection(stores[platform])
		settings = for_preview(known.settings)
		return preview(machine().erp, replace(known, settings=settings), payload)

	def count() -> dict[str, int]:
		fresh()
		mine = ["in", list(stores.values())]
		kept = {doctype: frappe.db.count(doctype, {field: mine}) for doctype, field in _COUNTED.items()}
		return kept | {doctype: frappe.db.count(doctype) for doctype in ("Item", "Item Price")}

	return on_erpnext, count


if __name__ == "__main__":
	if len(sys.argv) != 2:
		sys.exit(__doc__)
	sys.exit(main(Path(sys.argv[1])))
