"""The embedded ERP keeps the contract that real ERPNext keeps."""

from __future__ import annotations

from ecommerce_sync.erps.contract import ErpContract, JournalContract

from .on_sqlite import OnSqlite


class TestEmbeddedErp(OnSqlite, ErpContract):  # type: ignore[misc]
	"""Documents, links and locks on SQLite."""


class TestEmbeddedJournal(OnSqlite, JournalContract):  # type: ignore[misc]
	"""Events on SQLite."""
