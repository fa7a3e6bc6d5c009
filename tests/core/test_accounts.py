"""What of a customer's account is written: the store's changes, and nothing that a person made."""

from __future__ import annotations

from typing import Any

import pytest

from ecommerce_sync.core.accounts import CustomerState, account_draft, told, update_of
from ecommerce_sync.core.models import Address, Customer, CustomerRecord
from ecommerce_sync.core.settings import StoreSettings

SETTINGS = StoreSettings(store="Shop", company="C", company_currency="USD")
HOME = Address(first_name="Ada", last_name="Byron", line1="1 Mill Road", country_code="GB")


def record(*addresses: Address, **person: Any) -> CustomerRecord:
	known = {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "Byron"}
	return CustomerRecord(customer=Customer(**{**known, **person}), addresses=addresses)


def state_after(before: CustomerRecord) -> CustomerState:
	return CustomerState(customer="Ada", told=told(account_draft(before, SETTINGS)))


def test_what_was_said_before_is_not_written_again() -> None:
	update = update_of(record(HOME), state_after(record(HOME)), SETTINGS)
	assert (update.changed, update.fill) == (frozenset(), frozenset())


@pytest.mark.parametrize(
	("field", "after"),
	[
		("name", record(HOME, last_name="Lovelace")),
		("email", record(HOME, email="countess@example.com")),
		("phone", record(HOME, phone="+44 20 7946 0019")),
		("tax_id", record(HOME, tax_id="GB2")),
		("address", record(HOME.model_copy(update={"line1": "2 Mill Road"}))),
	],
)
def test_each_change_is_found(field: str, after: CustomerRecord) -> None:
	before = record(HOME, phone="+44 20 7946 0018", tax_id="GB1")
	after = after.model_copy(
		update={
			"customer": after.customer.model_copy(
				update={
					"phone": after.customer.phone or "+44 20 7946 0018",
					"tax_id": after.customer.tax_id or "GB1",
				}
			)
		}
	)
	assert update_of(after, state_after(before), SETTINGS).changed == {field}


def test_what_was_never_said_only_fills_gaps() -> None:
	update = update_of(record(HOME, phone="+442079460018"), state_after(record()), SETTINGS)
	assert (update.changed, update.fill) == (frozenset(), {"phone", "address"})


def test_what_is_not_said_any_more_is_remembered() -> None:
	before = state_after(record(HOME, phone="+442079460018"))
	update = update_of(record(HOME), before, SETTINGS)
	assert update.changed == frozenset() and update.told == before.told


def test_the_memory_fits_its_column_and_names_nobody() -> None:
	said = told(account_draft(record(HOME, phone="+442079460018", tax_id="GB1"), SETTINGS))
	assert len(said) < 255 and "ada" not in said.lower()


def test_an_account_without_anything_has_a_name() -> None:
	draft = account_draft(CustomerRecord(customer=Customer(id="7")), SETTINGS)
	assert (draft.name, draft.keys, draft.addresses) == ("Customer 7", ("id:7",), ())


def test_addresses_name_who_the_account_does_not() -> None:
	draft = account_draft(record(HOME, HOME, first_name=None, last_name=None, email=None), SETTINGS)
	assert (draft.name, draft.first_name, len(draft.addresses)) == ("Ada Byron", "Ada", 1)
