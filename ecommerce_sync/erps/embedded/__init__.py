"""A small ERP on SQLite, for the demo and for tests on a machine without a bench.

It holds documents, totals as planned, links, events, stock balances, prices and listings. It is no tax engine
and does not imitate Frappe.
"""

from .database import Database
from .erp import EmbeddedErp
from .journal import EmbeddedJournal

__all__ = ["Database", "EmbeddedErp", "EmbeddedJournal"]
