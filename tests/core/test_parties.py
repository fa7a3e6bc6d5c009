"""Who buys: people, companies, guests, addresses, and whatever they typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.commands import CustomerDraft
from ecommerce_sync.core.digests import digest
from ecommerce_sync.core.models import Address, Company, Customer
from ecommerce_sync.core.parties import customer_draft, fingerprint, normal_email, normal_phone
from ecommerce_sync.core.settings import CompanyRule

from .worlds import order, settings

HOME = Address(
	first_name="Ada",
	last_name="Lovelace",
	line1="12 St James's Square",
	city="London",
	postal_code="SW1Y 4JH",
	country_code="GB",
	phone="020 7946 0958",
	email="Ada@Example.com ",
)
ADA = Customer(id="5", email="ada@example.com", first_name="Ada", last_name="Lovelace")
ACME = Company(id="7", name="Acme", location_id="70", location_name="Acme North")


def buyer(options: dict[str, Any] | None = None, **changes: Any) -> CustomerDraft:
	return customer_draft(order(**changes), settings(**(options or {})))


def test_a_registered_customer() -> None:
	draft = buyer(customer=ADA, billing_address=HOME, shipping_address=HOME)
	assert draft.keys == ("id:5", "email:ada@example.com")
	assert (draft.name, draft.company, draft.contact_key) == ("Ada Lovelace", False, None)
	assert (draft.phone, draft.first_name, draft.last_name) == ("+442079460958", "Ada", "Lovelace")
	(place,) = draft.addresses
	assert (place.billing, place.shipping, place.title) == (True, True, "Ada Lovelace")


def test_two_addresses_and_their_uses() -> None:
	work = HOME.model_copy(update={"line1": "Somerset House"})
	draft = buyer(customer=ADA, billing_address=HOME, shipping_address=work)
	assert [(a.key, a.billing, a.shipping) for a in draft.addresses] == [
		(fingerprint(HOME), True, False),
		(fingerprint(work), False, True),
	]


def test_a_guest_is_known_by_e_mail_then_phone_then_order() -> None:
	assert buyer(billing_address=HOME).keys == ("email:ada@example.com",)
	assert buyer(billing_address=HOME.model_copy(update={"email": None})).keys == ("phone:+442079460958",)
	nobody = buyer()
	assert (nobody.keys, nobody.name) == (("order:450",), "Guest of order #1001")
	assert buyer(customer=Customer(email="no address", phone="12")).keys == ("order:450",)


def test_the_shared_guest_customer() -> None:
	options = {"guests": "shared_customer", "guest_customer": "Web Guest"}
	guest = buyer(options, billing_address=HOME)
	assert (guest.existing, guest.keys) == ("Web Guest", ())
	assert [a.key for a in guest.addresses] == [fingerprint(HOME)]
	assert buyer(options, customer=ADA).existing is None
	assert buyer(options, company=ACME).existing is None


def test_a_company_buys_through_a_person() -> None:
	rule = CompanyRule(match="ACME", customer_group="Trade", price_list="Wholesale", payment_terms="Net 60")
	options = {"companies": (rule,), "customer_group": "Web", "territory": "World"}
	draft = buyer(options, company=ACME, customer=ADA, billing_address=HOME)
	assert (draft.keys, draft.name, draft.company) == (("company:7",), "Acme", True)
	assert (draft.contact_key, draft.location) == ("5", "Acme North")
	assert (draft.customer_group, draft.price_list, draft.payment_terms) == ("Trade", "Wholesale", "Net 60")
	assert buyer(options, customer=ADA).customer_group == "Web"


def test_a_companys_rule_by_its_id_and_its_name_from_elsewhere() -> None:
	nameless = Company(id="7")
	rule = CompanyRule(match="7", customer_group="Trade")
	assert buyer({"companies": (rule,)}, company=nameless).customer_group == "Trade"
	assert buyer(company=nameless).name == "Company 7"
	place = HOME.model_copy(update={"company": "Acme Ltd"})
	assert buyer(company=nameless, billing_address=place).name == "Acme Ltd"


def test_a_companys_buyer_without_an_account() -> None:
	draft = buyer(company=ACME, customer=Customer(email="Buyer@Acme.com"))
	assert draft.contact_key == "buyer@acme.com"
	assert buyer(company=ACME).contact_key is None


def test_a_company_name_makes_a_business_only_with_a_tax_id() -> None:
	place = HOME.model_copy(update={"company": "Acme Ltd"})
	assert buyer(customer=ADA, billing_address=place).name == "Ada Lovelace"
	business = buyer(customer=ADA.model_copy(update={"tax_id": "GB123"}), billing_address=place)
	assert (business.name, business.company, business.tax_id) == ("Acme Ltd", True, "GB123")


@pytest.mark.parametrize(
	("changes", "name"),
	[
		({"customer": Customer(id="5", email="x@y.co")}, "x@y.co"),
		({"customer": Customer(id="5", phone="+81 3-1234-5678")}, "+81312345678"),
		({"billing_address": Address(company="Acme")}, "Acme"),
		({"customer": Customer(first_name=" "), "billing_address": Address(last_name="李")}, "李"),
		({"customer": Customer(first_name="  Ada \n ", last_name="L")}, "Ada L"),
		({"shipping_address": Address(first_name="علي", last_name="حسن")}, "علي حسن"),
		({"customer": Customer(first_name="🦄", last_name="👩‍👩‍👧")}, "🦄 👩‍👩‍👧"),
		({"customer": Customer(first_name="\t"), "company": Company(id="1", name=" ")}, "Company 1"),
	],
)
def test_names(changes: dict[str, Any], name: str) -> None:
	assert buyer(**changes).name == name


def test_very_long_names_fit() -> None:
	long = Customer(first_name="Ada " * 100)
	draft = buyer(customer=long, billing_address=Address(company="ß" * 500))
	assert draft.name == ("Ada " * 100)[:140].strip()
	assert draft.addresses[0].title == "ß" * 140


def test_an_emoji_that_the_store_cut_in_two() -> None:
	cut = Address(first_name="Ada\ud83d", line1="\ude00 Street")
	draft = buyer(billing_address=cut, customer=Customer(tags=("\ud83d\ude00",)))
	assert draft.name == "Ada\ufffd"
	assert digest(order(billing_address=cut, note="\ud83d")).encode()
	assert draft.model_dump_json()
	assert Customer(tags=("\ud83d\ude00",)).tags == ("😀",)


@pytest.mark.parametrize(
	("typed", "normal"),
	[
		(" Ada@Example.COM ", "ada@example.com"),
		("straße@straße.de", "straße@straße.de"),  # ss would be another address
		("ada", None),
		("@example.com", None),
		("ada@", None),
		("a da@example.com", None),
		("", None),
		(None, None),
	],
)
def test_normal_email(typed: str | None, normal: str | None) -> None:
	assert normal_email(typed) == normal


@pytest.mark.parametrize(
	("typed", "country", "normal"),
	[
		("020 7946 0958", "GB", "+442079460958"),
		("020 7946 0958", "gb", "+442079460958"),
		("+44 (0)20 7946-0958", None, "+442079460958"),
		("0044 20 7946 0958", "DE", "+442079460958"),
		("020 7946 0958", None, None),
		("020 7946 0958", "ZZ", None),
		("12", "US", None),
		("call me", "US", None),
		("٠٣٠ ١٢٣٤٥٦", "DE", "+4930123456"),
		("9" * 400, "US", None),
		("", "US", None),
		(None, None, None),
	],
)
def test_normal_phone(typed: str | None, country: str | None, normal: str | None) -> None:
	assert normal_phone(typed, country) == normal


def test_addresses_that_a_person_would_call_the_same() -> None:
	same = HOME.model_copy(update={"line1": " 12  ST JAMES'S square", "email": None, "country": "UK"})
	assert fingerprint(same) == fingerprint(HOME)
	for key in ("first_name", "line1", "line2", "city", "state", "postal_code", "country_code", "phone"):
		assert fingerprint(HOME.model_copy(update={key: "Other"})) != fingerprint(HOME)


texts = st.one_of(st.none(), st.text(max_size=200), st.sampled_from([" ", "\x00", "🎁" * 90, "Robert'); --"]))
ADDRESS_TEXTS = ("first_name", "last_name", "company", "line1", "city", "country_code", "phone", "email")
CUSTOMER_TEXTS = ("id", "email", "phone", "first_name", "last_name", "company", "tax_id")


@given(
	customer=st.fixed_dictionaries({key: texts for key in CUSTOMER_TEXTS}),
	billing=st.fixed_dictionaries({key: texts for key in ADDRESS_TEXTS}),
	company=st.one_of(st.none(), texts),
)
@profile(max_examples=70, deadline=None)
def test_anything_typed_gives_a_customer(
	customer: dict[str, Any], billing: dict[str, Any], company: str | None
) -> None:
	draft = buyer(
		customer=Customer(**customer),
		billing_address=Address(**billing),
		company=Company(id="7", name=company) if company is not None else None,
	)
	assert draft.keys and all(draft.keys)
	assert draft.name.strip() and len(draft.name) <= 140 and "\n" not in draft.name
	assert all(place.title.strip() and len(place.title) <= 140 for place in draft.addresses)
	assert draft.model_dump_json()
