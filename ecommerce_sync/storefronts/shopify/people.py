"""Who ordered: customer, addresses, company and payment terms, from Shopify's REST shape.

Apps without access to protected customer data get null for names, e-mails, phones and addresses.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from ...core.models import Address, Company, Customer, Instalment, PaymentTerms
from .lines import identity
from .reading import Node

_ADDRESS_KEYS = {
	"first_name": "first_name",
	"last_name": "last_name",
	"company": "company",
	"line1": "address1",
	"line2": "address2",
	"city": "city",
	"state": "province",
	"state_code": "province_code",
	"postal_code": "zip",
	"country": "country",
	"phone": "phone",
}


class Parties(NamedTuple):
	"""The people of an order."""

	customer: Customer | None
	company: Company | None
	billing_address: Address | None
	shipping_address: Address | None


def parties(order: Node) -> Parties:
	"""Customer, company and addresses; each None where the message has none."""
	return Parties(
		customer=_customer(order),
		company=_company(order.child("company")),
		billing_address=address(order.child("billing_address")),
		shipping_address=address(order.child("shipping_address")),
	)


def payment_terms(order: Node, total: Decimal) -> PaymentTerms | None:
	"""`payment_terms`; a single instalment stands for the whole, whatever is still open of it."""
	node = order.child("payment_terms")
	if node is None:
		return None
	schedules = [(part, part.time("due_at")) for part in node.children("payment_schedules")]
	dated = [(part, due) for part, due in schedules if due]
	days = node.number("due_in_days")
	return PaymentTerms(
		name=node.text("payment_terms_name") or node.text("name"),
		due_in_days=None if days is None else _whole(node, "due_in_days", days),
		schedule=tuple(
			Instalment(due_on=due.date(), amount=_instalment(part) if len(dated) > 1 else None)
			for part, due in dated
		),
	)


def _customer(order: Node) -> Customer | None:
	node = order.child("customer")
	email = (node.text("email") if node else None) or order.text("email") or order.text("contact_email")
	phone = (node.text("phone") if node else None) or order.text("phone")
	if node is None:
		guest = Customer(email=email, phone=phone, locale=order.text("customer_locale"))
		return guest if email or phone else None
	home = node.child("default_address")
	return Customer(
		id=identity(node),
		email=email,
		phone=phone,
		first_name=node.text("first_name"),
		last_name=node.text("last_name"),
		company=home.text("company") if home else None,
		tax_exempt=node.flag("tax_exempt"),
		locale=order.text("customer_locale"),
		note=node.text("note"),
		tags=split_tags(node),
	)


def split_tags(node: Node) -> tuple[str, ...]:
	"""`tags`, one text with commas, sorted: the two APIs do not keep the same order."""
	tags = (tag.strip() for tag in (node.text("tags") or "").split(","))
	return tuple(sorted({tag for tag in tags if tag}))


def address(node: Node | None) -> Address | None:
	"""An address; None when nothing is filled in."""
	if node is None:
		return None
	fields = {ours: node.text(theirs) for ours, theirs in _ADDRESS_KEYS.items()}
	code = (node.text("country_code") or "").upper()
	named = Address(**fields, country_code=code if len(code) == 2 else None)
	if not named.name and (name := node.text("name")):
		named = named.model_copy(update={"first_name": name})
	return named if named != Address() else None


def _company(node: Node | None) -> Company | None:
	if node is None:
		return None
	return Company(
		id=identity(node) or node.refuse("id", "is missing"),
		name=node.text("name"),
		external_id=node.text("external_id"),
		location_id=node.text("location_id"),
		location_name=node.text("location_name"),
	)


def _instalment(part: Node) -> Decimal | None:
	"""Shares of the total are enough: the planner makes them come to it in the order's own currency."""
	amounts = (part.number(key) for key in ("amount", "total_price", "total_balance"))
	return next((amount for amount in amounts if amount), None)


def _whole(node: Node, key: str, number: Decimal) -> int:
	if number != number.to_integral_value() or abs(number) > 36500:
		node.refuse(key, f"{number} is not a number of days")
	return int(number)
