"""REST v3 of customers."""

from __future__ import annotations

from collections.abc import Callable

from ecommerce_sync.sandbox.woocommerce.customers import Customer
from ecommerce_sync.sandbox.woocommerce.endpoint import Answer, Endpoint
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.params import ids_of, one_of
from ecommerce_sync.sandbox.woocommerce.store import not_found

SORTS: dict[str, Callable[[Customer], tuple[object, ...]]] = {
	"name": lambda customer: (customer.first_name, customer.last_name, customer.id),
	"id": lambda customer: (customer.id,),
	"registered_date": lambda customer: (customer.created, customer.id),
	"include": lambda customer: (customer.id,),
}


class CustomerEndpoints(Endpoint):
	"""Customers."""

	def list_customers(self) -> Answer:
		self._may("list")
		found = [customer for customer in list(self.store.customers.values()) if self._is_meant(customer)]
		down = one_of(self.args, "order", ("asc", "desc"), "asc") == "desc"
		by = one_of(self.args, "orderby", tuple(SORTS), "name")
		found.sort(key=SORTS[by], reverse=down)
		return self._listed([self._customer_json(customer) for customer in found])

	def get_customer(self, id: int) -> Answer:
		self._may("view")
		return Answer(self._customer_json(self._customer(id)))

	def put_customer(self, id: int) -> Answer:
		self._may("edit")
		self._customer(id, missing_status=400)
		return Answer(self._customer_json(self.store.edit_customer(id, **self.body())))

	def delete_customer(self, id: int) -> Answer:
		self._may("delete")
		if not self._flag("force"):
			message = "Customers do not support trashing."
			raise RestError("woocommerce_rest_trash_not_supported", message, 501)
		self._customer(id, missing_status=400)
		return Answer(self._customer_json(self.store.delete_customer(id)))

	def _customer(self, id: int, missing_status: int = 404) -> Customer:
		if id not in self.store.customers:
			error = not_found("customer")
			error.status = missing_status
			raise error
		return self.store.customers[id]

	def _customer_json(self, customer: Customer) -> dict[str, object]:
		return customer.as_json(self.store.settings, self.store.url)

	def _is_meant(self, customer: Customer) -> bool:
		if self.args.get("email") and customer.email.lower() != self.args["email"].lower():
			return False
		if self.args.get("include") and customer.id not in ids_of(self.args, "include"):
			return False
		words = self.args.get("search", "").strip().lower()
		texts = (customer.email, customer.first_name, customer.last_name)
		return not words or any(words in text.lower() for text in texts)
