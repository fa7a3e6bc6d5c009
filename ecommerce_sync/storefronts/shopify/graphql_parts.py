"""The money parts of a GraphQL order in the shape of REST: amounts, taxes, discounts, lines, shipping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Given = Mapping[str, Any]
_APPLICATIONS = {
	"DiscountCodeApplication": "discount_code",
	"ManualDiscountApplication": "manual",
	"ScriptDiscountApplication": "script",
}
_LINE = {
	"title": "title",
	"name": "name",
	"variant_title": "variantTitle",
	"sku": "sku",
	"vendor": "vendor",
	"quantity": "quantity",
	"current_quantity": "currentQuantity",
	"gift_card": "isGiftCard",
	"requires_shipping": "requiresShipping",
	"taxable": "taxable",
}


def nodes(parent: Given, field: str) -> list[Json]:
	"""The objects of a connection, asked for as nodes or as edges; empty where the store gave none."""
	connection = parent.get(field) or {}
	found = connection.get("nodes") or [edge.get("node") for edge in connection.get("edges") or ()]
	return [node for node in found if node is not None]


def number_in(gid: str | None) -> int | str | None:
	"""The number at the end of a GraphQL id, as REST tells it."""
	if not gid:
		return None
	last = gid.rsplit("/", 1)[-1].split("?")[0]
	return int(last) if last.isdigit() else last


def ids(gid: str) -> Json:
	"""Both ids of an object, as REST tells them."""
	return {"id": number_in(gid), "admin_graphql_api_id": gid}


def renamed(given: Given, names: Mapping[str, str]) -> Json:
	"""Fields as they are, under REST's names."""
	return {ours: given.get(theirs) for ours, theirs in names.items()}


def lower(word: str | None) -> str | None:
	"""REST writes the words of enumerations in lower case."""
	return word.lower() if word else None


def amounts(given: Given, names: Mapping[str, str]) -> Json:
	"""The plain amount, which is in the shop's currency, and the one with both currencies."""
	found: Json = {}
	for ours, theirs in names.items():
		both = both_moneys(given.get(theirs))
		found[ours] = both["shop_money"]["amount"] if both else None
		found[f"{ours}_set"] = both
	return found


def both_moneys(bag: Given | None) -> Json | None:
	"""A `MoneyBag` as a `…_set`."""
	if not bag:
		return None
	sides = {"shop_money": bag.get("shopMoney"), "presentment_money": bag.get("presentmentMoney")}
	return {
		side: {"amount": money["amount"], "currency_code": money["currencyCode"]}
		for side, money in sides.items()
		if money
	}


def pairs(given: Given) -> list[Json]:
	"""`customAttributes` as names and values."""
	return [{"name": p.get("key"), "value": p.get("value")} for p in given.get("customAttributes") or ()]


def taxes(given: Given) -> list[Json]:
	"""`taxLines` as `tax_lines`."""
	return [
		{
			**amounts(tax, {"price": "priceSet"}),
			**renamed(tax, {"title": "title", "rate": "rate", "channel_liable": "channelLiable"}),
		}
		for tax in given.get("taxLines") or ()
	]


def applications_of(order: Given) -> list[Json]:
	"""The order's applications and those that only an allocation names (edits), by their index."""
	found = {application["index"]: application for application in nodes(order, "discountApplications")}
	for part in (*nodes(order, "lineItems"), *nodes(order, "shippingLines")):
		for share in part.get("discountAllocations") or ():
			found.setdefault(share["discountApplication"]["index"], share["discountApplication"])
	return [found[index] for index in sorted(found)]


def application_of(application: Given) -> Json:
	"""One of `discount_applications`."""
	value = application.get("value") or {}
	names = {key: application[key] for key in ("code", "title", "description") if application.get(key)}
	return {
		"type": _APPLICATIONS.get(application.get("__typename", ""), "automatic"),
		"value": str(value.get("percentage") if "percentage" in value else value.get("amount")),
		"value_type": "percentage" if "percentage" in value else "fixed_amount",
		"allocation_method": lower(application.get("allocationMethod")),
		"target_selection": lower(application.get("targetSelection")),
		"target_type": lower(application.get("targetType")),
		**names,
	}


def _allocations(part: Given, applications: Sequence[Given]) -> list[Json]:
	places = {application["index"]: place for place, application in enumerate(applications)}
	return [
		{
			**amounts(share, {"amount": "allocatedAmountSet"}),
			"discount_application_index": places[share["discountApplication"]["index"]],
		}
		for share in part.get("discountAllocations") or ()
	]


def line_item(line: Given, applications: Sequence[Given]) -> Json:
	"""One of `line_items`."""
	product, variant, group = (line.get(key) or {} for key in ("product", "variant", "lineItemGroup"))
	return {
		**ids(line["id"]),
		**renamed(line, _LINE),
		**amounts(line, {"price": "originalUnitPriceSet", "total_discount": "totalDiscountSet"}),
		"product_id": number_in(product.get("id")),
		"variant_id": number_in(variant.get("id")),
		"product_exists": bool(product),
		"sales_line_item_group_id": number_in(group.get("id")),
		"properties": pairs(line),
		"discount_allocations": _allocations(line, applications),
		"tax_lines": taxes(line),
		"duties": [_duty(duty) for duty in line.get("duties") or ()],
	}


def _duty(duty: Given) -> Json:
	return {
		**ids(duty["id"]),
		"harmonized_system_code": duty.get("harmonizedSystemCode"),
		"country_code_of_origin": duty.get("countryCodeOfOrigin"),
		**(both_moneys(duty.get("price")) or {}),
		"tax_lines": taxes(duty),
	}


def groups_of(order: Given) -> list[Json]:
	"""`line_item_groups`, from the lines that name them."""
	groups = (line.get("lineItemGroup") for line in nodes(order, "lineItems"))
	named = {group["id"]: group.get("title") for group in groups if group}
	return [{"id": number_in(gid), "title": title} for gid, title in named.items()]


def shipping_line(line: Given, applications: Sequence[Given]) -> Json:
	"""One of `shipping_lines`."""
	prices = {"price": "originalPriceSet", "discounted_price": "discountedPriceSet"}
	return {
		"id": number_in(line.get("id")),
		**renamed(line, {"title": "title", "code": "code", "source": "source", "is_removed": "isRemoved"}),
		**amounts(line, prices),
		"discount_allocations": _allocations(line, applications),
		"tax_lines": taxes(line),
	}
