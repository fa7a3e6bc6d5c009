"""The guided import of a store's catalogue: what its page asks and what its buttons do."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from ..jobs import catalogue
from ..jobs.wake import once
from .rights import store_to_manage

Row = dict[str, Any]
PAGE = 50
_SHOWN = (
	"name, title, sku, barcode, item_code, proposed_item, chosen, ignored, candidates, match_score,"
	" product_id, variant_id"
)
# What would become of a listing: a person's decision goes before the proposal. Empty: not matched yet.
_BECOMES = """CASE WHEN gone = 1 THEN 'gone' WHEN IFNULL(item_code, '') != '' THEN 'bound'
	WHEN ignored = 1 THEN 'ignored' WHEN chosen = 1 AND IFNULL(proposed_item, '') != '' THEN 'chosen'
	ELSE IFNULL(`match`, '') END"""
_OPEN = ("ambiguous", "no_sku", "duplicate_sku", "name")


@frappe.whitelist(methods=["POST"])
def summary(store: str) -> Row:
	"""How many listings of each kind, how far the running step is, and how many products failed.

	What becomes of a listing is one of `Match`, or `chosen`, `gone`, or empty while it is not matched.
	"""
	store_to_manage(store)
	rows = frappe.db.sql(
		f"SELECT {_BECOMES} AS becomes, COUNT(*) FROM `tabStore Listing` WHERE store = %s GROUP BY becomes",
		store,
	)
	failed = frappe.db.count("Sync Log", {"store": store, "topic": "import", "state": "Failed"})
	return {"becomes": dict(rows), "progress": catalogue.progress(store), "failed": failed}


@frappe.whitelist(methods=["POST"])
def listings(store: str, becomes: str = "", search: str = "", start: int = 0) -> list[Row]:
	"""A page of listings: of one kind (`open`: all that wait for a choice), by a part of title or code.

	Each with `becomes`, `candidates` as a list, and `names`: Item code to name of all Items in the row.
	"""
	store_to_manage(store)
	return _with_items(_page(store, becomes, search.strip(), cint(start)))


def _page(store: str, becomes: str, search: str, start: int) -> list[Row]:
	where = ["store = %(store)s"]
	if becomes:
		where.append(f"{_BECOMES} IN %(kinds)s")
	if search:
		where.append("CONCAT_WS(' ', title, sku, barcode, item_code, proposed_item) LIKE %(like)s")
	return _rows(
		f"{' AND '.join(where)} ORDER BY title, name LIMIT {PAGE} OFFSET %(start)s",
		store=store,
		kinds=_OPEN if becomes == "open" else (becomes,),
		like=f"%{_literal(search)}%",
		start=max(0, start),
	)


def _rows(where: str, **values: Any) -> list[Row]:
	rows: list[Row] = frappe.db.sql(
		f"SELECT {_SHOWN}, {_BECOMES} AS becomes FROM `tabStore Listing` WHERE {where}", values, as_dict=True
	)
	return rows


def _literal(text: str) -> str:
	"""A text that LIKE takes by its letters."""
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _with_items(rows: list[Row]) -> list[Row]:
	for row in rows:
		row["candidates"] = (row["candidates"] or "").splitlines()
	codes = {code for row in rows for code in _items_of(row)}
	names = dict(
		frappe.get_all("Item", {"name": ["in", sorted(codes)]}, ["name", "item_name"], as_list=True)
		if codes
		else ()
	)
	for row in rows:
		row["names"] = {code: names[code] for code in _items_of(row) if code in names}
	return rows


def _items_of(row: Row) -> list[str]:
	return [code for code in (row["item_code"], row["proposed_item"], *row["candidates"]) if code]


@frappe.whitelist(methods=["POST"])
def read(store: str) -> None:
	"""Read the store's products and propose, in the background."""
	_start(store, "read")


@frappe.whitelist(methods=["POST"])
def match(store: str) -> None:
	"""Propose anew for what was read before (the SKU rules or Items changed), in the background."""
	_start(store, "match")


@frappe.whitelist(methods=["POST"])
def run(store: str) -> None:
	"""Bind and create what was decided, in the background."""
	_start(store, "run")


@frappe.whitelist(methods=["POST"])
def stop(store: str) -> None:
	"""Stop the running step after the product that is being done; it can be taken up again."""
	store_to_manage(store)
	catalogue.stop(store)


@frappe.whitelist(methods=["POST"])
def choose(listing: str, item_code: str = "", ignore: int = 0) -> Row:
	"""A person's decision on one listing that is not bound: an Item to bind, or to leave it out.

	With neither, the decision is taken back: the listing is matched anew in the background. Returns the
	listing as `listings` does. Nothing is written to any Item.
	"""
	doc = frappe.get_doc("Store Listing", listing)
	store_to_manage(doc.store)
	doc.check_permission("write")
	if doc.item_code:
		problem = _("{0} is bound already. Open the listing to bind it to another Item.")
		frappe.throw(problem.format(frappe.bold(frappe.utils.escape_html(doc.title or doc.name))))
	doc.ignored = cint(ignore)
	doc.proposed_item = None if doc.ignored else item_code or None
	undecided = not doc.ignored and not doc.proposed_item
	if undecided:
		doc.match, doc.candidates = "", None  # a match without its Item would be taken for a decision
	doc.save()
	if undecided and not _running(doc.store):
		_start(doc.store, "match")
	return _with_items(_rows("name = %(name)s", name=listing))[0]


def _running(store: str) -> bool:
	return catalogue.progress(store).get("state") == "Running"


def _start(store: str, step: str) -> None:
	store_to_manage(store)
	if _running(store):
		frappe.throw(_("A step of the import is running. Wait for it or stop it."))
	catalogue.begin(store, step)
	once(
		f"catalogue:{store}", f"ecommerce_sync.jobs.catalogue.{step}", queue="long", timeout=7200, store=store
	)
