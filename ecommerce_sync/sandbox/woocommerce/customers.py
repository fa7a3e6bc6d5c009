"""Customer accounts: made and changed at a checkout, by staff, over REST; what REST v3 says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from ecommerce_sync.sandbox.story import Person, Place, Story
from ecommerce_sync.sandbox.woocommerce.errors import RestError, invalid_param, unsupported
from ecommerce_sync.sandbox.woocommerce.order_json import address_json
from ecommerce_sync.sandbox.woocommerce.resources import links
from ecommerce_sync.sandbox.woocommerce.settings import StoreSettings, gmt

ADDRESS = {
	"first_name": "first_name",
	"last_name": "last_name",
	"company": "company",
	"address_1": "address1",
	"address_2": "address2",
	"city": "city",
	"postcode": "zip",
	"country": "country_code",
	"state": "province_code",
	"phone": "phone",
}
NAMES = ("email", "first_name", "last_name")
READ_ONLY = {"id", "username", "password", "role", "date_created", "date_modified", "_links"}
READ_ONLY |= {"date_created_gmt", "date_modified_gmt", "is_paying_customer", "avatar_url"}


@dataclass(frozen=True)
class Customer:
	"""One account; its addresses are those of its last order until somebody changes them."""

	id: int
	created: datetime
	modified: datetime
	email: str = ""
	first_name: str = ""
	last_name: str = ""
	billing: Place = field(default_factory=Place)
	shipping: Place = field(default_factory=Place)
	billing_email: str = ""
	paying: bool = False
	meta: tuple[tuple[str, Any], ...] = ()

	def bought(self, story: Story, at: datetime) -> Customer:
		"""After a checkout."""
		person = story.person or Person(None, None, None, None)
		billing = story.billing or Place()
		return replace(
			self,
			modified=at,
			billing=replace(billing, phone=billing.phone or person.phone),
			billing_email=person.email or "",
			shipping=replace(story.shipping, phone=None) if story.shipping else Place(),
			paying=self.paying or story.paid,
		)

	def edited(self, posted: Mapping[str, Any], at: datetime) -> Customer:
		"""After an edit with REST v3's fields; only the parts of an address that were sent change. Raises
		RestError 400 for an address that is none, 501 for what the emulated store cannot change."""
		changes: dict[str, Any] = {}
		for name, value in posted.items():
			if name in READ_ONLY or value is None:
				continue
			if name in NAMES:
				changes[name] = _checked(name, value)
			elif name in ("billing", "shipping"):
				changes |= self._address(name, value)
			elif name == "meta_data":
				rows = {**dict(self.meta), **{row["key"]: row.get("value") for row in value}}
				changes["meta"] = tuple((key, text) for key, text in rows.items() if text is not None)
			else:
				raise unsupported(f"writing a customer's {name}")
		return replace(self, **changes, modified=at)

	def _address(self, name: str, value: Any) -> dict[str, Any]:
		if not isinstance(value, Mapping):
			raise invalid_param(name, "rest_invalid_type", f"{name} is not of type object.")
		place: Place = getattr(self, name)
		parts = {ADDRESS[key]: str(text or "") for key, text in value.items() if key in ADDRESS}
		found: dict[str, Any] = {name: replace(place, **parts)}
		if name == "billing" and "email" in value:
			found["billing_email"] = _checked("email", value["email"] or "")
		return found

	def as_json(self, settings: StoreSettings, home: str) -> dict[str, Any]:
		"""GET /customers/<id>."""
		seed = sha256(self.email.encode()).hexdigest()
		return {
			"id": self.id,
			"date_created": settings.local(self.created),
			"date_created_gmt": gmt(self.created),
			"date_modified": settings.local(self.modified),
			"date_modified_gmt": gmt(self.modified),
			"email": self.email,
			"first_name": self.first_name,
			"last_name": self.last_name,
			"role": "customer",
			"username": self.email.partition("@")[0] or f"customer{self.id}",
			"billing": {
				**_shown(self.billing),
				"email": self.billing_email,
				"phone": self.billing.phone or "",
			},
			"shipping": {**_shown(self.shipping), "phone": self.shipping.phone or ""},
			"is_paying_customer": self.paying,
			"avatar_url": f"https://secure.gravatar.com/avatar/{seed}?s=96&d=mm&r=g",
			"meta_data": [
				{"id": self.id * 100 + at, "key": key, "value": value}
				for at, (key, value) in enumerate(self.meta)
			],
			"_links": links(home, "customers", self.id),
		}


def registered(story: Story) -> Customer:
	"""The account that a checkout makes. The story must name a person with an id."""
	person = story.person or Person(None, None, None, None)
	return Customer(
		person.id or 0,
		story.created_at,
		story.created_at,
		person.email or "",
		person.first_name or "",
		person.last_name or "",
	)


def _shown(place: Place) -> dict[str, str]:
	address = address_json(place)
	return {key: address[key] for key in ADDRESS if key != "phone"}


def _checked(name: str, value: Any) -> str:
	if not isinstance(value, str):
		raise invalid_param(name, "rest_invalid_type", f"{name} is not of type string.")
	if name == "email" and value and "@" not in value:
		raise RestError("customer_invalid_email", "Invalid email address", 400)
	return value
