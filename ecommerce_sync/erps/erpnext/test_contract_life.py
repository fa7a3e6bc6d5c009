"""The contract of an order's life on real ERPNext."""

from __future__ import annotations

from ..contract_credits import CreditContract
from ..contract_life import ChangeContract
from ..contract_money import InvoiceContract, PaymentContract
from ..contract_partials import PartialsContract
from ..contract_people import PeopleContract
from ..contract_shipment import ReturnContract, ShipmentContract
from .testing_life import Life


class TestChangeContract(Life, ChangeContract):
	pass


class TestShipmentContract(Life, ShipmentContract):
	pass


class TestReturnContract(Life, ReturnContract):
	pass


class TestInvoiceContract(Life, InvoiceContract):
	pass


class TestPaymentContract(Life, PaymentContract):
	pass


class TestCreditContract(Life, CreditContract):
	pass


class TestPartialsContract(Life, PartialsContract):
	pass


class TestPeopleContract(Life, PeopleContract):
	pass


del Life  # it has no tests of its own
