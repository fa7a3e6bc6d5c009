"""Words that products are filed under: categories, tags, and the global attributes with their values."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import Any

from ecommerce_sync.sandbox.woocommerce.errors import RestError
from ecommerce_sync.sandbox.woocommerce.products import slug_of
from ecommerce_sync.sandbox.woocommerce.resources import links

FIRST_TERM = 16  # WordPress's own terms come before


@dataclass(frozen=True)
class Term:
	"""A category, a tag or one value of a global attribute."""

	id: int
	taxonomy: str  # product_cat, product_tag or pa_<attribute>
	name: str
	slug: str
	parent: int = 0
	description: str = ""
	menu_order: int = 0


@dataclass(frozen=True)
class GlobalAttribute:
	"""An attribute that several products share."""

	id: int
	name: str
	slug: str  # with "pa_" before it
	type: str = "select"
	order_by: str = "menu_order"
	has_archives: bool = False


@dataclass
class Terms:
	"""All terms by id, numbered across taxonomies as WordPress does."""

	attributes: dict[int, GlobalAttribute] = field(default_factory=dict)
	_terms: dict[int, Term] = field(default_factory=dict)
	_names: dict[tuple[str, int, str], int] = field(default_factory=dict)
	_slugs: set[tuple[str, str]] = field(default_factory=set)
	_lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

	def get(self, taxonomy: str, id_: int) -> Term | None:
		term = self._terms.get(id_)
		return term if term and term.taxonomy == taxonomy else None

	def of(self, taxonomy: str) -> list[Term]:
		found = [term for term in list(self._terms.values()) if term.taxonomy == taxonomy]
		return sorted(found, key=lambda term: (term.name.casefold(), term.id))

	def named(self, taxonomy: str, name: str, parent: int = 0) -> Term:
		"""The term of this name, made when there is none."""
		with self._lock:
			known = self._names.get((taxonomy, parent, stored(name).casefold()))
			return self._terms[known] if known else self.add(taxonomy, name, parent=parent)

	def add(self, taxonomy: str, name: str, slug: str = "", parent: int = 0, **values: Any) -> Term:
		"""A new term. Raises RestError 400 where its parent has one of this name already."""
		with self._lock:
			key = (taxonomy, parent, stored(name).casefold())
			if key in self._names:
				raise _term_exists(self._names[key])
			number = FIRST_TERM + len(self._terms)
			slug = self._free_slug(taxonomy, slug or slug_of(name, number))
			self._terms[number] = Term(number, taxonomy, stored(name), slug, parent, **values)
			self._names[key] = number
			return self._terms[number]

	def _free_slug(self, taxonomy: str, slug: str) -> str:
		free, number = slug, 1
		while (taxonomy, free) in self._slugs:
			number += 1
			free = f"{slug}-{number}"
		self._slugs.add((taxonomy, free))
		return free

	def change(self, term: Term, **values: Any) -> Term:
		with self._lock:
			new = self._terms[term.id] = replace(term, **values)
			self._names.pop((term.taxonomy, term.parent, term.name.casefold()), None)
			self._names[new.taxonomy, new.parent, new.name.casefold()] = new.id
			return new

	def attribute_named(self, name: str) -> GlobalAttribute:
		"""The global attribute of this name, made when there is none."""
		for attribute in list(self.attributes.values()):
			if attribute.name == name:
				return attribute
		return self.add_attribute(name)

	def add_attribute(self, name: str, slug: str = "", **values: Any) -> GlobalAttribute:
		"""A new global attribute. Raises RestError 400 for a slug in use."""
		number = len(self.attributes) + 1
		slug = f"pa_{(slug or slug_of(name, number)).removeprefix('pa_')}"
		if any(attribute.slug == slug for attribute in self.attributes.values()):
			message = f'Slug "{slug.removeprefix("pa_")}" is already in use. Change it, please.'
			raise RestError("woocommerce_rest_cannot_create", message, 400)
		self.attributes[number] = GlobalAttribute(number, name, slug, **values)
		return self.attributes[number]


def stored(name: str) -> str:
	"""WordPress keeps names of terms as HTML: "Food &amp; Drink"."""
	return escape(unescape(name), quote=False)


def term_json(term: Term, count: int, home: str, path: str) -> dict[str, Any]:
	"""A term as GET /wp-json/wc/v3/<path>/<id> answers; categories tell more than the others."""
	head: dict[str, Any] = {"id": term.id, "name": term.name, "slug": term.slug}
	if term.taxonomy == "product_cat":
		head["parent"] = term.parent
	head["description"] = term.description
	if term.taxonomy == "product_cat":
		head |= {"display": "default", "image": None}
	if term.taxonomy != "product_tag":
		head["menu_order"] = term.menu_order
	return {**head, "count": count, "_links": links(home, path, term.id)}


def attribute_json(attribute: GlobalAttribute, home: str) -> dict[str, Any]:
	return {
		"id": attribute.id,
		"name": attribute.name,
		"slug": attribute.slug,
		"type": attribute.type,
		"order_by": attribute.order_by,
		"has_archives": attribute.has_archives,
		"_links": links(home, "products/attributes", attribute.id),
	}


def _term_exists(number: int) -> RestError:
	message = "A term with the name provided already exists with this parent."
	return RestError("term_exists", message, 400, {"resource_id": number})
