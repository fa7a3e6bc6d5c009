"""A credit note, return or Payment Entry that a person made is what the store tells of: it gets the store's id."""

from __future__ import annotations

import frappe

from ...core.followups import Adopt
from ...core.models import Order
from ...core.settings import StoreSettings
from .fields import fit
from .unit import Unit

_FIELDS = {"refund": "store_refund_id", "payment": "store_payment_id"}


def adopt_money(command: Adopt, order: Order, settings: StoreSettings, unit: Unit) -> tuple[str, str]:
	"""Set the id, and the order on a document that does not say which it is of; `modified` stays."""
	whose = {"ecommerce_store": settings.store, "store_order_id": order.id}
	known = frappe.db.get_value(command.doctype, command.document, list(whose), as_dict=True)
	values = {_FIELDS[command.what]: command.external_id}
	if not (known and known.store_order_id):
		values |= {**whose, "store_order_number": fit(order.name)}
	frappe.db.set_value(command.doctype, command.document, values, update_modified=False)
	return command.doctype, command.document
