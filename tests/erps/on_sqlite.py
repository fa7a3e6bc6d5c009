"""The embedded ERP as the contract's test classes take it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ecommerce_sync.erps.base import Erp, Journal
from ecommerce_sync.erps.contract_support import SKUS
from ecommerce_sync.erps.embedded import Database, EmbeddedErp, EmbeddedJournal
from ecommerce_sync.sandbox.world import settings_for

T = TypeVar("T")


class OnSqlite:
	"""What the contract asks of a test class."""

	def setup_method(self) -> None:
		self.folder = tempfile.TemporaryDirectory()
		self.database = Database(Path(self.folder.name) / "erp.sqlite")
		self.erp = EmbeddedErp(self.database)
		self.journal = EmbeddedJournal(self.database)
		self.settings = settings_for("Contract Store")
		for sku in (*SKUS, "STORE-CUSTOM"):
			self.erp.add_item(sku)

	def teardown_method(self) -> None:
		self.folder.cleanup()

	def elsewhere(self, work: Callable[[Erp, Journal], T]) -> T:
		found: list[T] = []
		errors: list[BaseException] = []

		def run() -> None:
			try:
				found.append(work(self.erp, self.journal))
			except BaseException as error:
				errors.append(error)

		thread = threading.Thread(target=run)
		thread.start()
		thread.join()
		if errors:
			raise errors[0]
		return found[0]

	def count(self, doctype: str) -> int:
		return len(self.erp.documents(doctype))

	def cancel_by_hand(self, name: str) -> None:
		self.erp.cancel(name)

	def amend_by_hand(self, name: str) -> str:
		return self.erp.amend(name)
