"""One store: how to reach it and what its orders become."""

from __future__ import annotations

from urllib.parse import quote

import frappe
from frappe.model.document import Document
from frappe.utils import get_url

from ....bootstrap import forget_inbox, platform
from . import checks, defaults


class StoreConnection(Document):
	def before_insert(self) -> None:
		"""Fill what is empty from the company and the platform; later an empty field stays empty."""
		for fieldname in defaults.site_wide_groups(self):
			self.set(fieldname, None)
		if self.company:
			self.fill(defaults.of_company(self.company))
		if not self.statuses and self.platform:
			self.statuses = "\n".join(checks.platform_of(self).capabilities.imported_statuses)

	def validate(self) -> None:
		checks.check(self)
		if platform(self.platform).capabilities.own_webhook_secret and not self.webhook_secret:
			self.webhook_secret = frappe.generate_hash(length=40)

	def on_update(self) -> None:
		forget_inbox(self.name)

	def on_trash(self) -> None:
		forget_inbox(self.name)

	def fill(self, values: dict[str, str | None]) -> None:
		"""Set the fields that are empty."""
		for fieldname, value in values.items():
			if value and not self.get(fieldname):
				self.set(fieldname, value)

	@property
	def webhook_address(self) -> str:
		"""Where the store sends its messages."""
		if not self.name or self.is_new():
			return ""
		return get_url(f"/api/method/ecommerce_sync.api.webhook.receive?store={quote(self.name, safe='')}")
