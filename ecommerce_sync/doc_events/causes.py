"""Which waiting events a change in ERPNext sets free.

Events that failed for something a person can fix wait under a cause key; saving the document that fixes
it queues them again, inside the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import frappe
from pypika.terms import Criterion

from ..bootstrap import journal
from ..jobs.wake import wake_after_commit

Keys = Callable[[Any], list[str]]


def _item(doc: Any) -> list[str]:
	return [
		f"item:{doc.name}",
		f"sku:{doc.name}",
		*(f"sku:{row.barcode}" for row in doc.get("barcodes") or []),
	]


def _attribute(doc: Any) -> list[str]:
	return [f"attribute:{doc.name}"]


def _customer(doc: Any) -> list[str]:
	return [f"credit:{doc.name}"]


def _party(doc: Any) -> list[str]:
	return [f"credit:{doc.party}"] if doc.party_type == "Customer" else []


def _sold_to(doc: Any) -> list[str]:
	return [f"credit:{doc.customer}"]


def _parties(doc: Any) -> list[str]:
	return sorted({f"credit:{row.party}" for row in doc.accounts if row.party_type == "Customer"})


def _exchange(doc: Any) -> list[str]:
	return [f"exchange:{doc.from_currency}", f"exchange:{doc.to_currency}"]


def _listing(doc: Any) -> list[str]:
	keys = [f"listing:{doc.store}:{doc.variant_id or doc.product_id}"]
	return [*keys, f"sku:{doc.sku}"] if doc.sku else keys


def _mapping(doc: Any) -> list[str]:
	return [f"mapping:{doc.name}"]


def _store(doc: Any) -> list[str]:
	host = urlsplit(doc.url or "").hostname or ""
	own = [f"{kind}:{doc.name}:*" for kind in ("tax", "setting", "listing")]
	return own + [f"{kind}:{host}" for kind in ("credentials", "address", "store")]


def _refused(doc: Any) -> list[str]:
	"""What ERPNext refused may pass now: accounts, years, periods and settings decide about that."""
	return ["erp:refused"]


CAUSES: dict[tuple[str, str], Keys] = {
	("Item", "on_update"): _item,
	("Item", "after_rename"): _item,
	("Item Attribute", "on_update"): _attribute,
	("Customer", "on_update"): _customer,
	("Payment Entry", "on_submit"): _party,
	("Journal Entry", "on_submit"): _parties,
	("Sales Order", "on_cancel"): _sold_to,
	("Sales Invoice", "on_submit"): _sold_to,
	("Sales Invoice", "on_cancel"): _sold_to,
	("Currency Exchange", "on_update"): _exchange,
	("Account", "on_update"): _refused,
	("Fiscal Year", "on_update"): _refused,
	("Accounting Period", "on_update"): _refused,
	("Accounting Period", "on_trash"): _refused,
	("Accounts Settings", "on_update"): _refused,
	("Selling Settings", "on_update"): _refused,
	("Stock Settings", "on_update"): _refused,
	("Store Listing", "on_update"): _listing,
	("Store Connection", "on_update"): _store,
	("Field Mapping", "on_update"): _mapping,
	("Field Mapping", "on_trash"): _mapping,
}


def release(doc: Any, method: str, *args: Any) -> None:
	"""Frappe's doc event: queue what waited for this document."""
	keys = CAUSES[doc.doctype, method](doc)
	if _waited_for(keys) and journal().release(keys):
		wake_after_commit()


def _waited_for(keys: list[str]) -> bool:
	"""Looked up without locks: an update that finds nothing would lock a gap that messages are stored in."""
	table = frappe.qb.DocType("Sync Log")
	tests = [table.cause.like(f"{key[:-1]}%") if key.endswith("*") else table.cause == key for key in keys]
	query = frappe.qb.from_(table).select(table.name).where(table.state == "Failed")
	return bool(query.where(Criterion.any(tests)).limit(1).run()) if tests else False
