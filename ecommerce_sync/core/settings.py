"""One store's choices, as the planners need them; read from Store Connection, or given by the sandbox.

Names of ERPNext documents (accounts, items, warehouses) are plain strings here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from .mapping import FieldRule
from .models import Model

TaxMode = Literal["as_charged", "template"]
GuestPolicy = Literal["own_customer", "shared_customer"]
UnknownSku = Literal["fail", "create_item"]
DriftPolicy = Literal["correct", "adopt", "report"]
Master = Literal["store", "erp", "nobody"]
InvoicePolicy = Literal["never", "on_payment", "on_shipment"]
Making = Literal["no", "draft", "submit"]  # of documents that the store gives rise to


class TaxRule(Model):
	"""One row of the Taxes table: the store's tax title (any rate, or one) to an account."""

	title: str
	account: str
	rate: Decimal | None = None  # a fraction; None fits every rate
	cost_center: str | None = None


class MethodRule(Model):
	"""A shipping or payment method of the store (its code or title) to an account."""

	method: str
	account: str | None = None
	mode_of_payment: str | None = None
	invoice: InvoicePolicy | None = None  # None: the store's
	on_delivery: bool = False  # paid in cash when delivered


class LocationRule(Model):
	"""A store location's warehouses, the one that orders go to first."""

	location_id: str
	warehouses: tuple[str, ...]
	buffer: Decimal | None = None  # pieces kept back here; None: the store's


class CompanyRule(Model):
	"""What a B2B buyer's company or terms become: by the store's name or id."""

	match: str
	customer_group: str | None = None
	price_list: str | None = None
	payment_terms: str | None = None


class SkuRule(Model):
	"""When a store's SKU and an Item code (or barcode) are the same. Blanks around them never count."""

	ignore_case: bool = True
	prefix: str = ""  # what the store puts before the Item code

	def key(self, sku: str | None) -> str:
		"""The SKU in the form that is compared; empty for none."""
		return self.item_key(self.item_code(sku))

	def item_key(self, code: str | None) -> str:
		"""An Item code or barcode in the form that `key` is compared with: it has no prefix."""
		text = (code or "").strip()
		return text.casefold() if self.ignore_case else text

	def item_code(self, sku: str | None) -> str:
		"""The Item code that a SKU stands for, as it is spelled."""
		code = (sku or "").strip()
		has_prefix = self.prefix and code.casefold().startswith(self.prefix.casefold())
		return code[len(self.prefix) :].strip() if has_prefix else code

	def sku_of(self, item_code: str) -> str:
		"""The SKU that the store is given for an Item."""
		return f"{self.prefix}{item_code}"


class Masters(Model):
	"""Who decides about which part of a product. Stock and prices have switches of their own."""

	title: Master = "store"
	description: Master = "store"
	images: Master = "store"
	categories: Master = "store"
	weight: Master = "erp"
	barcode: Master = "erp"
	customs: Master = "erp"

	def fields(self, master: Master) -> frozenset[str]:
		"""The names of the parts that `master` decides about."""
		return frozenset(name for name, who in self if who == master)


class StoreSettings(Model):
	"""Everything a planner asks about a store.

	`site_digits` is the site's currency precision, `company_currency` the books' currency.
	"""

	store: str
	company: str
	company_currency: str
	site_digits: int = 2
	presentment: bool = False  # book in the currency that the buyer paid in
	# customers
	guests: GuestPolicy = "own_customer"
	guest_customer: str | None = None
	customer_group: str | None = None
	territory: str | None = None
	companies: tuple[CompanyRule, ...] = ()
	price_list: str | None = None
	# items
	unknown_sku: UnknownSku = "fail"
	item_group: str | None = None
	custom_item: str | None = None  # custom lines, and charges of an order without any line
	gift_card_item: str | None = None
	# accounts
	tax_mode: TaxMode = "as_charged"
	tax_template: str | None = None
	taxes: tuple[TaxRule, ...] = ()
	tax_account: str | None = None  # for taxes without a row
	shipping_account: str | None = None
	shipping_methods: tuple[MethodRule, ...] = ()
	payment_methods: tuple[MethodRule, ...] = ()
	fee_account: str | None = None
	tip_account: str | None = None
	gift_card_account: str | None = None
	duty_account: str | None = None
	rounding_account: str | None = None
	cost_center: str | None = None
	# orders
	submit: bool = True
	statuses: tuple[str, ...] = ()  # empty: all
	import_test: bool = False
	import_unpaid: bool = True
	delivery_days: int = 3
	warehouse: str | None = None
	locations: tuple[LocationRule, ...] = ()
	# after the order
	invoice: InvoicePolicy = "never"
	record_payments: bool = False
	payment_account: str | None = None  # for methods without a row
	gateway_fee_account: str | None = None
	pick_list: bool = False
	fulfil: bool = False  # deliveries are told to the store
	notify_customer: bool = True  # the store tells the buyer about shipments
	part_status: str | None = None  # of an order shipped in part, where the store has such statuses
	deliveries_in: Making = "no"  # of what the store has shipped
	returns_in: Making = "no"
	return_warehouse: str | None = None  # None: where the goods were shipped from
	refund: bool = False  # credit notes that a person makes are refunded in the store
	sync_customers: bool = False  # customers follow the store without an order, too
	naming_series: str | None = None
	payment_terms_template: str | None = None
	fields: tuple[FieldRule, ...] = ()
	timezone: str = "UTC"  # the site's: ERPNext's dates stand in it
	# products
	sku_rule: SkuRule = SkuRule()
	masters: Masters = Masters()
	update_items: bool = True  # bound Items follow the store where it is master
	push_items: bool = False  # Items that carry the store's flag are written to it
	publish: bool = False  # what is created in the store: published, else a draft
	# stock
	push_stock: bool = False
	stock_buffer: Decimal = Decimal(0)
	drift: DriftPolicy = "correct"  # a number that the store changed by itself
	allocate: bool = True  # lines get their warehouse by availability where the store names no location
	# prices
	push_prices: bool = False
	shop_currency: str | None = None  # what the store asks its prices in; None: it is asked
	store_price_list: str | None = None
	sale_price_list: str | None = None

	def warehouse_for(self, location_id: str | None) -> str | None:
		"""The first warehouse of the location, else the store's default, else the first of all."""
		for rule in self.locations:
			if rule.location_id == (location_id or "") and rule.warehouses:
				return rule.warehouses[0]
		return self.warehouse or next(iter(self.warehouses()), None)

	def warehouses_for(self, location_id: str | None) -> tuple[str, ...]:
		"""The warehouses that an order may be shipped from, by priority.

		Those of its location; all of the store where it names none (or the store's locations have no
		names); one alone where lines are not allocated or the location is not mapped.
		"""
		if not self.allocate:
			return tuple(filter(None, (self.warehouse_for(location_id),)))
		for rule in self.locations:
			if rule.location_id and rule.location_id == location_id and rule.warehouses:
				return rule.warehouses
		if location_id and any(rule.location_id for rule in self.locations):
			return tuple(filter(None, (self.warehouse_for(location_id),)))
		return self.warehouses()

	def stock_places(self) -> tuple[LocationRule, ...]:
		"""The places whose numbers are pushed: the mapped locations, else one without a name."""
		if any(rule.location_id for rule in self.locations):
			return tuple(rule for rule in self.locations if rule.location_id)
		warehouses = tuple(w for rule in self.locations for w in rule.warehouses)
		warehouses = warehouses or ((self.warehouse,) if self.warehouse else ())
		buffer = self.locations[0].buffer if self.locations else None
		return (LocationRule(location_id="", warehouses=warehouses, buffer=buffer),) if warehouses else ()

	def warehouses(self) -> tuple[str, ...]:
		"""All warehouses that the store sells from, the preferred ones first, each once."""
		named = [warehouse for rule in self.locations for warehouse in rule.warehouses]
		return tuple(dict.fromkeys([*named, *([self.warehouse] if self.warehouse else [])]))

	def tax_rule(self, title: str, rate: Decimal | None) -> TaxRule | None:
		"""The row for a tax: same title and rate, then same title, then the default account."""
		named = [rule for rule in self.taxes if rule.title.casefold() == title.casefold()]
		for rule in named:
			if rule.rate is not None and rule.rate == rate:
				return rule
		for rule in named:
			if rule.rate is None:
				return rule
		return TaxRule(title=title, account=self.tax_account) if self.tax_account else None

	def shipping_account_for(self, *names: str | None) -> str | None:
		"""The account of the first of the method's names (code, title) that has a row, else the default."""
		wanted = {name.casefold() for name in names if name}
		for rule in self.shipping_methods:
			if rule.method.casefold() in wanted and rule.account:
				return rule.account
		return self.shipping_account

	def payment_rule(self, *names: str | None) -> MethodRule:
		"""The row of the first of the method's names that has one, with the store's defaults filled in."""
		wanted = {name.casefold() for name in names if name}
		found = next((rule for rule in self.payment_methods if rule.method.casefold() in wanted), None)
		rule = found or MethodRule(method="")
		account = rule.account or (None if rule.mode_of_payment else self.payment_account)
		return rule.model_copy(update={"account": account, "invoice": rule.invoice or self.invoice})

	def company_rule(self, *names: str | None) -> CompanyRule | None:
		"""The row for a B2B company or for terms, by id or name."""
		wanted = {name.casefold() for name in names if name}
		return next((rule for rule in self.companies if rule.match.casefold() in wanted), None)
