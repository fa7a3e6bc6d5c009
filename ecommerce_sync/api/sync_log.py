"""The Sync Log form: the reason in the reader's language, and the ways to go on."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from ..bootstrap import SYNC_USER, machine
from ..core import reasons
from ..core.errors import SyncError
from ..jobs.wake import wake_after_commit
from ..sync import choices
from .rights import MANAGERS

_CLERKS = (*MANAGERS, "Ecommerce Sync User")
_FINISHED = ("Done", "Skipped")


@frappe.whitelist(methods=["POST"])
def describe(name: str) -> dict[str, str]:
	"""Message and remedy of one event."""
	doc = frappe.get_doc("Sync Log", name)
	doc.check_permission("read")
	if not doc.reason:
		return {"message": _(doc.state), "remedy": ""}
	return reasons.describe(doc.reason, frappe.parse_json(doc.params or "{}"), _)._asdict()


@frappe.whitelist(methods=["POST"])
def retry(name: str, ask_store: bool | int | str = False) -> None:
	"""Queue an open event anew; `ask_store` takes what the store says now instead of the message."""
	doc = _open_event(name)
	anew = {"state": "Queued", "attempts": 0, "next_attempt": None, "finished": None}
	doc.db_set({**anew, "refetch": cint(ask_store) or doc.refetch})
	wake_after_commit()


@frappe.whitelist(methods=["POST"])
def dismiss(name: str) -> None:
	"""A person settled the matter otherwise: nothing more is done for the event."""
	_open_event(name).db_set({"state": "Skipped", "finished": now_datetime(), "cause": None})


CHOICES = {"cancel_in_store": choices.cancel_in_store, "import_again": choices.import_again}


@frappe.whitelist(methods=["POST"])
def choose(name: str, choice: str) -> str:
	"""Do one of `CHOICES` for an order whose Sales Order was cancelled here; the state it ended in."""
	frappe.only_for(MANAGERS)
	doc = _open_event(name)
	if doc.kind != "order" or doc.reason != "cancelled_in_erpnext" or choice not in CHOICES:
		frappe.throw(_("There is no such choice for this event."))
	frappe.db.commit()  # the event's row is not to be locked while the store is asked
	user = frappe.session.user
	frappe.set_user(SYNC_USER)
	try:
		return CHOICES[choice](machine(), doc.store, doc.external_id)
	except SyncError as error:
		raise frappe.ValidationError(str(error)) from error
	finally:
		frappe.set_user(user)


def _open_event(name: str) -> Document:
	frappe.only_for(_CLERKS)
	doc = frappe.get_doc("Sync Log", name, for_update=True)
	doc.check_permission("read")
	if doc.state in _FINISHED:
		frappe.throw(_("This event is {0}; there is nothing left to do.").format(_(doc.state)))
	return doc
