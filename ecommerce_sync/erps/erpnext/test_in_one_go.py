"""A Sales Order written as submitted at once equals one that was inserted and submitted, and costs less."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import frappe
from frappe.model.document import Document

from ...core.commands import SalesOrderDraft
from ...core.models import Order
from ...core.settings import StoreSettings
from ..contract_support import SKUS, unique
from . import oversold, sales_orders
from .testing_orders import SalesOrders, line

_TABLES = {"items", "taxes", "payment_schedule", "packed_items", "pricing_rules", "sales_team"}
_PER_DOCUMENT = {"name", "parent", "creation", "modified"}


class TestInOneGo(SalesOrders):
	"""Written as submitted at once, everything is as after insert and submit."""

	def test_documents_bins_timeline_and_events_are_the_same(self) -> None:
		order = self.with_customer()
		slow = self._observe(order, self._insert_and_submit)
		quick = self._observe(order, sales_orders.create)
		for part in slow:
			self.assertEqual(slow[part], quick[part], part)

	def test_it_costs_less(self) -> None:
		order = self.with_customer()
		costs = {}
		for _ in range(2):  # the first round fills caches
			for way in (self._insert_and_submit, sales_orders.create):
				with self.undone(order):
					draft = self.plan(order)
					costs[way.__name__] = statements(lambda w=way, d=draft: self._write(w, d, order))
		self.assertLess(costs["create"] + 25, costs["_insert_and_submit"], costs)

	def test_observing_costs_the_same_for_many_lines(self) -> None:
		short = self.with_customer()
		lines = [line(SKUS[i % 2], product_id=unique(), barcode=unique()) for i in range(60)]
		long = self.with_customer(lines=tuple(lines))
		costs = []
		for order in (short, long):
			with self.undone(order):
				costs.append(statements(lambda seen=order: self.erp.observe(seen, self.settings)))
		self.assertEqual(costs[0], costs[1])
		self.assertLessEqual(costs[0], 6)

	def _write(self, way: Callable[..., str], draft: SalesOrderDraft, order: Order) -> str:
		return way(draft, order, self.settings, self.erp._unit)

	@staticmethod
	def _insert_and_submit(draft: SalesOrderDraft, order: Order, settings: StoreSettings, unit: Any) -> str:
		doc = frappe.new_doc("Sales Order")
		sales_orders.write(doc, draft, settings, unit)
		doc.store_oversold = oversold.told(draft.oversold)
		doc.flags.ignore_permissions = True
		doc.insert()
		doc.submit()
		return str(doc.name)

	def _observe(self, order: Order, way: Callable[..., str]) -> dict[str, Any]:
		found: dict[str, Any] = {}
		with self.undone(order), patch.dict(frappe.local.flags, in_test=False), events() as fired:
			name = self._write(way, self.plan(order), order)
			found = _state(name) | {"events": set(fired)}
		return found


@contextmanager
def events() -> Iterator[list[str]]:
	"""The names of the document events that Sales Orders fire."""
	fired: list[str] = []
	real = Document.run_method

	def run_method(self: Any, method: str, *args: Any, **kwargs: Any) -> Any:
		if self.doctype == "Sales Order":
			fired.append(method)
		return real(self, method, *args, **kwargs)

	with patch.object(Document, "run_method", run_method):
		yield fired


def statements(work: Callable[[], Any]) -> int:
	"""How many SQL statements the work costs."""
	count = 0
	real = frappe.db.sql

	def sql(*args: Any, **kwargs: Any) -> Any:
		nonlocal count
		count += 1
		return real(*args, **kwargs)

	with patch.object(frappe.db, "sql", sql):
		work()
	return count


def _state(name: str) -> dict[str, Any]:
	"""All that a Sales Order leaves on the site, without names and times."""
	doc = frappe.get_doc("Sales Order", name).as_dict()
	rows = {table: [_comparable(row) for row in doc.pop(table, [])] for table in _TABLES}
	bins = frappe.get_all(
		"Bin", fields=["item_code", "warehouse", "reserved_qty", "projected_qty", "actual_qty"]
	)
	comments = frappe.get_all("Comment", {"reference_name": name}, ["comment_type", "content", "owner"])
	versions = [json.loads(data) for data in frappe.get_all("Version", {"docname": name}, pluck="data")]
	changed = [version["changed"] for version in versions]
	return {
		"document": _comparable(doc),
		"bins": sorted(map(str, bins)),
		"comments": comments,
		"versions": changed,
		**rows,
	}


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
	return {key: value for key, value in row.items() if key not in _PER_DOCUMENT}


del SalesOrders  # it has no tests of its own
