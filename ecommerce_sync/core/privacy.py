"""What stores ask about personal data (Shopify: the three compliance webhooks)."""

from __future__ import annotations

from typing import Literal

from .models import Model


class PrivacyRequest(Model):
	"""`what`: tell a person their data, redact a person, or redact all of a store that left.

	Sources: https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance.
	"""

	what: Literal["data_request", "customer", "store"]
	customer_id: str | None = None
	email: str | None = None
	order_ids: tuple[str, ...] = ()
