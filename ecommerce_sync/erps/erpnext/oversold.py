"""An order that took more than was left: said on the Sales Order and in the managers' notifications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from ...core.commands import Oversold, SalesOrderDraft
from . import bulk
from .fields import fit

ROLE = "Ecommerce Sync Manager"
_INSTEAD = "System Manager"  # where nobody has the role yet
_NAMED = 5  # Items in a notification's subject


def told(missing: Sequence[Oversold]) -> str | None:
	"""One line for each Item: "3 × SKU in WH"; None for none."""
	lines = [
		f"{each.quantity.normalize():f} × {each.item_code}"
		+ (f" in {each.warehouse}" if each.warehouse else "")
		for each in missing
	]
	return "\n".join(lines) or None


def notify(doc: Any, draft: SalesOrderDraft) -> None:
	"""In the order's transaction, without e-mail: whoever manages the stores sees it in the Desk."""
	if not draft.oversold:
		return
	users = _managers()
	subject = _("Store order {0} took more than there is: {1}").format(
		draft.order_name, _named(draft.oversold)
	)
	bulk.insert("Notification Log", [_notice(doc, user, subject) for user in users])
	for user in users:
		frappe.publish_realtime("notification", after_commit=True, user=user)


def _named(missing: Sequence[Oversold]) -> str:
	codes = list(dict.fromkeys(each.item_code for each in missing))
	return ", ".join(codes[:_NAMED]) + (", …" if len(codes) > _NAMED else "")


def _notice(doc: Any, user: str, subject: str) -> dict[str, Any]:
	return {
		"for_user": user,
		"from_user": frappe.session.user,
		"type": "Alert",
		"subject": subject,
		"email_content": frappe.utils.escape_html(fit(doc.store_oversold, 2000)).replace("\n", "<br>"),
		"document_type": doc.doctype,
		"document_name": doc.name,
	}


def _managers() -> list[str]:
	return _having(ROLE) or _having(_INSTEAD)


def _having(role: str) -> list[str]:
	"""Persons who have the role; not whoever writes the order."""
	rows = frappe.db.sql(
		"""SELECT DISTINCT u.name FROM `tabHas Role` r JOIN `tabUser` u ON u.name = r.parent
		WHERE r.role = %s AND r.parenttype = 'User' AND u.enabled = 1 AND u.name != %s ORDER BY u.name""",
		(role, frappe.session.user),
	)
	return [user for (user,) in rows]
