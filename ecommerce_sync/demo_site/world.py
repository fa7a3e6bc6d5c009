"""The demo's world on a Frappe site: real workers' code, real ERPNext."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import frappe

from ..bootstrap import SYNC_USER, machine
from ..sandbox.world import Event, Imported
from ..sync.machine import Machine
from ..sync.receive import Receipt, receive
from .person import Ground, SitePerson
from .shops import create_item
from .site import allowed_for_the_demo, on_site


class SiteWorld(SitePerson):
	"""What `sandbox.scenario` needs, on the site of the calling thread."""

	def __init__(self, stores: Sequence[str], ground: Ground) -> None:
		super().__init__(stores, ground)
		self.site: str = frappe.local.site

	def receive(self, store: str, headers: Mapping[str, str], body: bytes) -> Receipt:
		"""Like the web door, without HTTP."""
		from ..bootstrap import inbox, journal

		with on_site(self.site):
			found = inbox(store)
			return receive(journal(), found, headers, body) if found else Receipt(404, "unknown store")

	@contextmanager
	def worker(self) -> Iterator[Machine]:
		with on_site(self.site), allowed_for_the_demo():
			frappe.set_user(SYNC_USER)
			yield machine()

	def add_item(self, item_code: str) -> None:
		create_item(item_code, item_code)
		frappe.db.commit()

	def events(self) -> list[Event]:
		frappe.db.rollback()  # see what the workers have committed since
		rows = frappe.get_all(
			"Sync Log",
			filters={"store": ["in", self.stores]},
			fields=["store", "external_id", "topic", "state", "reason", "params", "kind"],
			order_by="creation asc",
			limit_page_length=0,
		)
		return [
			Event(
				r.store, r.external_id, r.topic, r.state, r.reason, frappe.parse_json(r.params) or {}, r.kind
			)
			for r in rows
		]

	def sales_orders(self) -> list[Imported]:
		frappe.db.rollback()
		rows = frappe.db.sql(
			"""select l.store, l.external_id, d.name, d.grand_total, d.currency, d.status from `tabStore Link` l
			join `tabSales Order` d on d.name = l.document where l.kind = 'Order' and d.docstatus < 2
			and l.store in %(stores)s order by d.creation""",
			{"stores": self.stores},
		)
		digits = frappe.get_precision("Sales Order", "grand_total") or 2
		return [
			Imported(store, oid, name, f"{total:.{digits}f}", cur, status == "Closed")
			for store, oid, name, total, cur, status in rows
		]

	def form_url(self, doctype: str, name: str) -> str:
		return str(frappe.utils.get_url_to_form(doctype, name))
