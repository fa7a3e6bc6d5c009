"""Customers' accounts, and requests about personal data, from messages and the Admin API.

Sources: https://shopify.dev/docs/api/admin-rest/latest/resources/customer,
https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from pydantic import ValidationError

from ...core.errors import Gone, PayloadRefused
from ...core.models import Address, Customer, CustomerRecord
from ...core.privacy import PrivacyRequest
from .client import Admin, Json
from .graphql_parts import ids, lower, nodes, renamed
from .graphql_shape import rest_address
from .lines import identity, number_of
from .orders import gid
from .people import address, split_tags
from .reading import Node

KEPT, DELETED = "admin_graphql_api_customer_kept_id", "admin_graphql_api_customer_deleted_id"
_REQUESTS = {
	"customers/data_request": ("data_request", "orders_requested"),
	"customers/redact": ("customer", "orders_to_redact"),
	"shop/redact": ("store", ""),
}
PRIVACY_TOPICS = tuple(_REQUESTS)
Parsed = TypeVar("Parsed")


def _refusing(parse: Callable[..., Parsed]) -> Callable[..., Parsed]:
	"""What a model refuses is the payload's fault."""

	@wraps(parse)
	def parsed(*given: Any) -> Parsed:
		if not isinstance(given[-1], Mapping):
			raise PayloadRefused("", "is not an object")
		try:
			return parse(*given)
		except ValidationError as error:
			first = error.errors()[0]
			raise PayloadRefused(".".join(str(step) for step in first["loc"]), first["msg"]) from None

	return parsed


@_refusing
def parse_customer(payload: Mapping[str, Any]) -> CustomerRecord:
	"""The customer of a customers/* message or of `fetch_customer`; of customers/merge the one that is gone."""
	node = Node(payload)
	if node.text(DELETED):
		gone = Customer(id=merged_id(node))
		return CustomerRecord(customer=gone, merged_into=number_of(node.required_text(KEPT)))
	inner = node.child("customer") if node.text("id") is None else None
	return _record(inner or node)


def _record(node: Node) -> CustomerRecord:
	home = node.child("default_address")
	return CustomerRecord(
		customer=Customer(
			id=customer_id(node),
			email=node.text("email"),
			phone=node.text("phone"),
			first_name=node.text("first_name"),
			last_name=node.text("last_name"),
			company=home.text("company") if home else None,
			tax_exempt=node.flag("tax_exempt"),
			locale=node.text("locale"),
			note=node.text("note"),
			tags=split_tags(node),
		),
		addresses=_addresses(node),
		updated_at=node.time("updated_at"),
	)


def customer_id(node: Node) -> str:
	"""The id's digits. Raises `PayloadRefused` where there are none."""
	found = identity(node) or node.refuse("id", "is missing")
	return found if found.isascii() and found.isdigit() else node.refuse("id", "is not a customer id")


def merged_id(node: Node) -> str:
	"""The id of the account that a merge took away."""
	found = number_of(node.required_text(DELETED)) or ""
	return found if found.isascii() and found.isdigit() else node.refuse(DELETED, "is not a customer id")


def _addresses(node: Node) -> tuple[Address, ...]:
	"""The default one first; the same address once."""
	home = node.child("default_address")
	others = sorted(node.children("addresses"), key=lambda each: not each.flag("default"))
	found = [address(each) for each in ([home] if home else []) + others]
	return tuple(dict.fromkeys(each for each in found if each))


@_refusing
def parse_privacy(topic: str, payload: Mapping[str, Any]) -> PrivacyRequest:
	"""What one of the three compliance messages asks for."""
	if topic not in _REQUESTS:
		raise PayloadRefused("X-Shopify-Topic", f"'{topic[:80]}' asks nothing about personal data")
	what, orders = _REQUESTS[topic]
	node = Node(payload)
	customer = node.child("customer")
	numbers = (
		Node({orders: [str(each) for each in payload.get(orders) or ()]}).texts(orders) if orders else []
	)
	return PrivacyRequest(
		what=what,  # type: ignore[arg-type]
		customer_id=identity(customer) if customer else None,
		email=customer.text("email") if customer else None,
		order_ids=tuple(numbers),
	)


def fetched(admin: Admin, number: str) -> Json:
	"""The customer in the shape of REST. Raises `Gone`."""
	customer = admin.query("customer", {"id": gid("Customer", number)}).get("customer")
	if not customer:
		raise Gone("Customer", number)
	email, phone = customer.get("defaultEmailAddress") or {}, customer.get("defaultPhoneNumber") or {}
	names = {
		"first_name": "firstName",
		"last_name": "lastName",
		"note": "note",
		"tax_exempt": "taxExempt",
		"locale": "locale",
		"updated_at": "updatedAt",
	}
	return {
		**ids(customer["id"]),
		**renamed(customer, names),
		"email": email.get("emailAddress"),
		"phone": phone.get("phoneNumber"),
		"state": lower(customer.get("state")),
		"tags": ", ".join(customer.get("tags") or ()),
		"default_address": rest_address(customer.get("defaultAddress")),
		"addresses": [rest_address(each) for each in nodes(customer, "addressesV2")],
	}
