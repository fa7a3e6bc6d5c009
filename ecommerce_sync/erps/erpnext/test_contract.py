"""The ERP contract on real ERPNext."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import frappe
from frappe.tests.utils import FrappeTestCase

from ..base import Erp, Journal
from ..contract import ErpContract, JournalContract
from . import ErpNext, FrappeJournal
from .testing import elsewhere, prepare

T = TypeVar("T")


class OnErpNext(FrappeTestCase):
	"""What the contract asks of a test class."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.settings = prepare()
		cls.erp, cls.journal = ErpNext(), FrappeJournal()

	def elsewhere(self, work: Callable[[Erp, Journal], T]) -> T:
		return elsewhere(work)

	def count(self, doctype: str) -> int:
		frappe.db.rollback()
		return frappe.db.count(doctype)

	def cancel_by_hand(self, name: str) -> None:
		frappe.get_doc("Sales Order", name).cancel()
		frappe.db.commit()

	def amend_by_hand(self, name: str) -> str:
		amended = frappe.copy_doc(frappe.get_doc("Sales Order", name))
		amended.amended_from = name
		amended.docstatus = 0
		amended.insert().submit()
		frappe.db.commit()
		return amended.name


class TestErpContract(OnErpNext, ErpContract):
	pass


class TestJournalContract(OnErpNext, JournalContract):
	pass


del OnErpNext  # it has no tests of its own
