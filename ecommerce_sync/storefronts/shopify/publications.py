"""Shows a new product in the Online Store: being active is not enough, each sales channel shows what it was given.

Later it is the store's choice where a product is shown.
"""

from __future__ import annotations

from ...core.errors import Fixable
from .client import Admin
from .graphql_parts import nodes


def show(admin: Admin, product_gid: str) -> None:
	"""Publish the product in the Online Store. Without the scope for it nothing is done: the test of the
	connection warns of that.
	"""
	try:
		found = _online_stores(admin)
		if found:
			given = {"id": product_gid, "input": [{"publicationId": gid} for gid in found]}
			admin.mutate("product_publish", given, repeatable=True)
	except Fixable as error:
		if error.reason != "scope_missing":
			raise


def _online_stores(admin: Admin) -> list[str]:
	"""Publications have no kind, and names in the merchant's language; only online stores can publish at a
	later time (https://shopify.dev/docs/api/admin-graphql/latest/input-objects/PublicationInput).
	"""
	every = nodes(admin.query("publications"), "publications")
	return [each["id"] for each in every if each.get("supportsFuturePublishing")]
