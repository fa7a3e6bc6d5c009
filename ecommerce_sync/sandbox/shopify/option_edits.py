"""Mutations of what variants differ in: options and their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError

from ecommerce_sync.sandbox.shopify.edits import Edits, Finding, user_error
from ecommerce_sync.sandbox.shopify.graph_stock import number_of
from ecommerce_sync.sandbox.shopify.records import Option, Product
from ecommerce_sync.sandbox.shopify.views import product_data

Json = dict[str, Any]
MOST_OPTIONS = 3


class Options(Edits):
	"""Resolvers over a product's options; variants stay as they are (LEAVE_AS_IS)."""

	def mutations(self) -> dict[str, Any]:
		"""By field of Mutation."""
		return {"productOptionsCreate": self._create, "productOptionUpdate": self._update}

	def _create(self, productId: str, options: list[Json], variantStrategy: str = "LEAVE_AS_IS") -> Json:
		_demand_plain(variantStrategy)
		product = self.goods.products.get(number_of(productId))
		findings = list(_creation_errors(product, options))
		if product is None or findings:
			return self._payload(product, findings)
		if product.is_plain:
			product.options.clear()
			for variant in product.variants:
				variant.values.clear()
		for given in options:
			values = {value: next(self.goods.numbers) for value in named_values(given["values"])}
			product.options.append(Option(next(self.goods.numbers), given["name"], values))
			for variant in product.variants:
				variant.values.append(next(iter(values)))
		self.touch(product, *product.variants)
		return self._payload(product, [])

	def _update(
		self,
		productId: str,
		option: Json,
		variantStrategy: str | None = None,
		**values: Any,
	) -> Json:
		_demand_plain(variantStrategy)
		product = self.goods.products.get(number_of(productId))
		if product is None:
			return self._payload(None, [_no_product()])
		places = {known.id: place for place, known in enumerate(product.options)}
		place = places.get(number_of(option["id"]))
		if place is None:
			return self._payload(product, [(("option",), "OPTION_DOES_NOT_EXIST", "Option does not exist")])
		findings = list(_update_errors(product, place, values))
		if not findings:
			self._change(product, place, option, values)
		return self._payload(product, findings)

	def _change(self, product: Product, place: int, given: Json, values: Json) -> None:
		option = product.options[place]
		option.name = given.get("name") or option.name
		names = {number: name for name, number in option.values.items()}
		renamed = {
			names[number_of(v["id"])]: v["name"]
			for v in values.get("optionValuesToUpdate") or ()
			if v.get("name")
		}
		gone = {names[number_of(gid)] for gid in values.get("optionValuesToDelete") or ()}
		kept = {renamed.get(name, name): number for name, number in option.values.items() if name not in gone}
		added = named_values(values.get("optionValuesToAdd"))
		option.values = {**kept, **{name: next(self.goods.numbers) for name in added}}
		for variant in product.variants:
			variant.values[place] = renamed.get(variant.values[place], variant.values[place])
		self.touch(product, *product.variants)

	def _payload(self, product: Product | None, findings: list[Finding]) -> Json:
		shown = None if product is None else product_data(self.stock, product)
		return {"product": shown, "userErrors": [user_error(found) for found in findings]}


def named_values(given: list[Json] | None) -> list[str]:
	"""The names of a list of `OptionValueCreateInput`."""
	return [value["name"] for value in given or () if value.get("name")]


def _demand_plain(strategy: str | None) -> None:
	if strategy not in (None, "LEAVE_AS_IS"):
		raise GraphQLError("The emulated store knows the variant strategy LEAVE_AS_IS only.")


def _creation_errors(product: Product | None, options: list[Json]) -> Iterator[Finding]:
	if product is None:
		yield _no_product()
		return
	taken = set() if product.is_plain else {option.name.lower() for option in product.options}
	if len(taken) + len(options) > MOST_OPTIONS:
		yield ("options",), "OPTIONS_OVER_LIMIT", "Can only specify a maximum of 3 options."
	for place, given in enumerate(options):
		name = (given.get("name") or "").lower()
		for code, words in _option_errors(name, taken, named_values(given.get("values"))):
			yield ("options", str(place)), code, words
		taken.add(name)


def _option_errors(name: str, taken: set[str], values: list[str]) -> Iterator[tuple[str, str]]:
	if not name:
		yield "OPTION_NAME_MISSING", "Each option must have a name specified."
	if name in taken:
		yield "OPTION_ALREADY_EXISTS", f"Option '{name}' already exists."
	if not values:
		yield "OPTION_VALUES_MISSING", "Each option must have at least one option value specified."
	if len(set(values)) < len(values):
		yield "DUPLICATED_OPTION_VALUE", "Duplicated option value."


def _update_errors(product: Product, place: int, values: Json) -> Iterator[Finding]:
	option = product.options[place]
	known = {str(number): name for name, number in option.values.items()}
	used = {variant.values[place] for variant in product.variants}
	for name in named_values(values.get("optionValuesToAdd")):
		if name in option.values:
			yield (
				("optionValuesToAdd",),
				"OPTION_VALUE_ALREADY_EXISTS",
				f"Option value '{name}' already exists.",
			)
	to_delete = values.get("optionValuesToDelete") or ()
	for gid in (*to_delete, *(value["id"] for value in values.get("optionValuesToUpdate") or ())):
		if str(number_of(gid)) not in known:
			yield ("option",), "OPTION_VALUE_DOES_NOT_EXIST", "Option value does not exist."
	if any(known.get(str(number_of(gid))) in used for gid in to_delete):
		yield ("optionValuesToDelete",), "OPTION_VALUE_HAS_VARIANTS", "Option value has variants."


def _no_product() -> Finding:
	return ("productId",), "PRODUCT_DOES_NOT_EXIST", "Product does not exist"
