"""The endpoints of categories, tags, global attributes and their terms."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ecommerce_sync.sandbox.woocommerce.endpoint import Answer, Endpoint
from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.params import ids_of, integer
from ecommerce_sync.sandbox.woocommerce.terms import (
	GlobalAttribute,
	Term,
	attribute_json,
	stored,
	term_json,
)

TAXONOMIES = {"categories": "product_cat", "tags": "product_tag"}


class TermEndpoints(Endpoint):
	"""/products/categories, /products/tags, /products/attributes and /products/attributes/<id>/terms."""

	def list_terms(self, kind: str) -> Answer:
		self._may("list")
		found = self._filtered(self.store.goods.terms.of(TAXONOMIES[kind]))
		counts = self._counts(kind)
		shown = [term_json(term, counts[term.id], self.store.url, f"products/{kind}") for term in found]
		return self._listed(shown)

	def get_term(self, kind: str, id: int) -> Answer:
		self._may("view")
		return Answer(self._term_json(kind, self._term(kind, id)))

	def post_term(self, kind: str) -> Answer:
		self._may("create")
		made = self.store.goods.terms.add(TAXONOMIES[kind], *self._named(), **self._term_values(kind))
		return Answer(self._term_json(kind, made), 201, {"Location": f"{self._here}/{made.id}"})

	def put_term(self, kind: str, id: int) -> Answer:
		self._may("edit")
		term, body = self._term(kind, id), self.body()
		values = {"name": stored(str(body["name"]))} if body.get("name") else {}
		changed = self.store.goods.terms.change(term, **values, **self._term_values(kind))
		return Answer(self._term_json(kind, changed))

	def list_attributes(self) -> Answer:
		self._may("list")
		attributes = self.store.goods.terms.attributes.values()
		return Answer(self._fields([attribute_json(each, self.store.url) for each in attributes]))

	def get_attribute(self, id: int) -> Answer:
		self._may("view")
		return Answer(attribute_json(self._attribute(id), self.store.url))

	def post_attribute(self) -> Answer:
		self._may("create")
		body = self.body()
		kept = {name: body[name] for name in ("type", "order_by", "has_archives") if name in body}
		made = self.store.goods.terms.add_attribute(*self._named(), **kept)
		return Answer(attribute_json(made, self.store.url), 201, {"Location": f"{self._here}/{made.id}"})

	def list_attribute_terms(self, id: int) -> Answer:
		self._may("list")
		found = self._filtered(self.store.goods.terms.of(self._attribute(id).slug))
		return self._listed([self._value_json(id, term) for term in found])

	def post_attribute_term(self, id: int) -> Answer:
		self._may("create")
		made = self.store.goods.terms.add(self._attribute(id).slug, *self._named(), **self._term_values(""))
		return Answer(self._value_json(id, made), 201, {"Location": f"{self._here}/{made.id}"})

	def _named(self) -> tuple[str, str]:
		"""name and slug of a body. Raises RestError 400 without a name."""
		body = self.body()
		if not body.get("name"):
			missing = {"params": ["name"]}
			raise RestError("rest_missing_callback_param", "Missing parameter(s): name", 400, missing)
		return str(body["name"]), str(body.get("slug") or "")

	def _term_values(self, kind: str) -> dict[str, Any]:
		body = self.body()
		values: dict[str, Any] = {"description": str(body["description"])} if "description" in body else {}
		if kind == "categories" and body.get("parent"):
			values["parent"] = self._term(kind, int(body["parent"])).id
		if kind != "tags" and body.get("menu_order"):
			values["menu_order"] = int(body["menu_order"])
		return values

	def _filtered(self, terms: list[Term]) -> list[Term]:
		"""By `search`, `slug`, `include`, `parent`; by name upwards unless `order` turns it."""
		args = self.args
		if args.get("search"):
			terms = [term for term in terms if args["search"].casefold() in term.name.casefold()]
		if args.get("slug"):
			terms = [term for term in terms if term.slug in args["slug"].split(",")]
		if args.get("include"):
			included = set(ids_of(args, "include"))
			terms = [term for term in terms if term.id in included]
		if "parent" in args:
			parent = integer(args, "parent", 0, 0)
			terms = [term for term in terms if term.parent == parent]
		if args.get("orderby") == "id":
			terms = sorted(terms, key=lambda term: term.id)
		return terms[::-1] if args.get("order") == "desc" else terms

	def _counts(self, kind: str) -> Counter[int]:
		"""How many published products are filed under each term."""
		shelves, counts = self.store.goods.shelves, Counter[int]()
		for id_ in shelves.ordered(False, "id"):
			product = shelves.get(id_)
			if product is not None and product.status == "publish":
				counts.update(product.categories if kind == "categories" else product.tags)
		return counts

	def _term(self, kind: str, id: int) -> Term:
		term = self.store.goods.terms.get(TAXONOMIES[kind], id)
		if term is None:
			raise RestError("woocommerce_rest_term_invalid", "Resource does not exist.", 404)
		return term

	def _attribute(self, id: int) -> GlobalAttribute:
		attribute = self.store.goods.terms.attributes.get(id)
		if attribute is None:
			raise RestError("woocommerce_rest_taxonomy_invalid", "Resource does not exist.", 404)
		return attribute

	def _term_json(self, kind: str, term: Term) -> dict[str, Any]:
		return term_json(term, self._counts(kind)[term.id], self.store.url, f"products/{kind}")

	def _value_json(self, attribute: int, term: Term) -> dict[str, Any]:
		return term_json(term, 0, self.store.url, f"products/attributes/{attribute}/terms")
