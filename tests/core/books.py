"""A ledger of one order for the planner's tests: what plans are observed on, and what commands do to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ecommerce_sync.core.commands import (
	CancelSalesOrder,
	CreateItems,
	CreateSalesOrder,
	EnsureCustomer,
	ReplaceSalesOrder,
	TakeOver,
	UpdateSalesOrder,
)
from ecommerce_sync.core.digests import digest
from ecommerce_sync.core.erp import ErpOrder, ItemRef, SalesOrderState
from ecommerce_sync.core.models import Order
from ecommerce_sync.core.orders import plan_order
from ecommerce_sync.core.plan import Command, Plan
from ecommerce_sync.core.settings import StoreSettings


@dataclass
class Document:
	"""One Sales Order: what a person can see of it."""

	docstatus: int
	total: Decimal
	rows: tuple[Any, ...]
	charges: tuple[Any, ...]
	billing_key: str | None
	po_number: str | None
	note: str | None
	status: str
	amended_to: str | None = None


@dataclass
class Books:
	"""Keeps the rules of the worker: older versions are left out, preparing commands are planned after."""

	settings: StoreSettings
	documents: dict[str, Document] = field(default_factory=dict)
	items: set[str] = field(default_factory=set)
	customer: str | None = None
	addresses: frozenset[str] = frozenset()
	contacts: set[str] = field(default_factory=set)
	linked: str | None = None
	cancelled_by_sync: bool = False
	version: datetime | None = None
	digest: str | None = None

	@property
	def live(self) -> list[Document]:
		return [document for document in self.documents.values() if document.docstatus < 2]

	def observe(self, order: Order) -> ErpOrder:
		found = self.documents.get(self.linked or "")
		state = (
			SalesOrderState(
				name=self.linked or "",
				docstatus=found.docstatus,
				total=found.total,
				amended_to=found.amended_to,
			)
			if found
			else None
		)
		return ErpOrder(
			version=self.version,
			digest=self.digest,
			linked=self.linked,
			cancelled_by_sync=self.cancelled_by_sync,
			document=state,
			customer=self.customer,
			addresses=self.addresses,
			contact_known=bool(self.contacts),
			items={line.id: ItemRef(item_code=line.sku) for line in order.lines if line.sku in self.items},
		)

	def plan(self, order: Order) -> Plan:
		if self.version and order.updated_at < self.version:
			return Plan(skip="stale")
		return plan_order(order, self.observe(order), self.settings)

	def receive(self, order: Order) -> str:
		"""Plan and apply until nothing is left to prepare; the reason, or the last command's kind."""
		for _ in range(4):
			plan = self.plan(order)
			for command in plan.commands:
				self._apply(command)
				if isinstance(command, EnsureCustomer | CreateItems | TakeOver):
					break
			else:
				if plan.skip != "stale":
					self.version, self.digest = order.updated_at, digest(order)
				return plan.skip or plan.commands[-1].kind
		raise AssertionError(f"the plan did not come to an end: {plan}")

	def _apply(self, command: Command) -> None:
		if isinstance(command, EnsureCustomer):
			self.customer = command.customer.existing or "CUST-1"
			self.addresses |= {address.key for address in command.customer.addresses}
			self.contacts |= {command.customer.contact_key} if command.customer.contact_key else set()
		elif isinstance(command, CreateItems):
			self.items |= {item.item_code for item in command.items}
		elif isinstance(command, CreateSalesOrder):
			self._write(f"SO-{len(self.documents) + 1}", command)
		elif isinstance(command, ReplaceSalesOrder):
			self._write(command.document, command)
		elif isinstance(command, UpdateSalesOrder):
			changed = {"po_number": command.po_number, "note": command.note, "status": command.status}
			self.documents[command.document] = replace(self.documents[command.document], **changed)
		elif isinstance(command, CancelSalesOrder):
			self._cancel(command.document)
		elif isinstance(command, TakeOver):
			self.linked, self.cancelled_by_sync = command.amended, False

	def _write(self, name: str, command: CreateSalesOrder | ReplaceSalesOrder) -> None:
		draft = command.draft
		self.linked, self.cancelled_by_sync = name, False
		self.documents[name] = Document(
			docstatus=int(draft.submit),
			total=draft.total,
			rows=draft.rows,
			charges=draft.charges,
			billing_key=draft.billing_key,
			po_number=draft.po_number,
			note=draft.note,
			status=draft.order_status,
		)

	def _cancel(self, name: str) -> None:
		"""A draft is deleted."""
		self.cancelled_by_sync = True
		if self.documents[name].docstatus:
			self.documents[name].docstatus = 2
		else:
			del self.documents[name]
			self.linked = None
