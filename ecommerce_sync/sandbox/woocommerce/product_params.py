"""The query of GET /products and of variations: which products, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timezone

from ecommerce_sync.sandbox.woocommerce.errors import unsupported
from ecommerce_sync.sandbox.woocommerce.params import ids_of, integer, moment, one_of
from ecommerce_sync.sandbox.woocommerce.product_fields import STATUSES, TYPES
from ecommerce_sync.sandbox.woocommerce.product_index import SORTS
from ecommerce_sync.sandbox.woocommerce.product_json import Shown
from ecommerce_sync.sandbox.woocommerce.products import Product

ORDER_BY = (
	"date",
	"id",
	"include",
	"title",
	"slug",
	"modified",
	"menu_order",
	"price",
	"popularity",
	"rating",
)
# what a query may hold beside filters, and filters
PLAIN = frozenset("per_page page offset order orderby _fields context dates_are_gmt _locale".split())
KNOWN = frozenset(
	"include exclude sku global_unique_id search status type category tag stock_status on_sale parent"
	" after before modified_after modified_before".split()
)
SIGNED = ("oauth_", "consumer_")
Test = Callable[[Product], bool]


def chosen_products(shown: Shown, args: Mapping[str, str]) -> Sequence[int]:
	"""Ids of the products that GET /products lists, all pages. Raises RestError 400. `sku` and
	`global_unique_id` find variations too."""
	return _chosen(shown, args, _start(shown, args))


def chosen_variations(shown: Shown, args: Mapping[str, str], parent_id: int | None) -> Sequence[int]:
	"""The same for a product's variations, or with None for all of the shop."""
	if parent_id is not None:
		return _chosen(shown, args, shown.shelves.children(parent_id))
	if "sku" in args:
		return _chosen(shown, args, shown.shelves.by_skus(args["sku"].split(",")))
	return _chosen(shown, args, None, variations=True)


def _start(shown: Shown, args: Mapping[str, str]) -> Iterable[Product] | None:
	"""What an index finds; None for the whole shop."""
	if args.get("sku"):
		return shown.shelves.by_skus([*args["sku"].split(","), args["sku"]])
	if args.get("global_unique_id"):
		return shown.shelves.by_gtins(each.strip() for each in args["global_unique_id"].split(","))
	if args.get("status") == "trash":
		return [product for product in shown.shelves.trashed() if not product.is_variation]
	return None


def _chosen(
	shown: Shown, args: Mapping[str, str], start: Iterable[Product] | None, variations: bool = False
) -> Sequence[int]:
	tests, down = _tests(shown, args), one_of(args, "order", ("asc", "desc"), "desc") == "desc"
	by = _order_by(args)
	if by == "include":
		place = {id_: at for at, id_ in enumerate(ids_of(args, "include"))}
		found = [p for id_ in place if (p := shown.shelves.get(id_)) and p.is_variation == variations]
		return [
			product.id for product in found if _listed(product, args) and all(test(product) for test in tests)
		]
	if start is None and args.get("include"):
		included = (shown.shelves.get(id_) for id_ in ids_of(args, "include"))
		start = [p for p in included if p and p.is_variation == variations]
	if start is not None:
		kept = [
			product for product in start if _listed(product, args) and all(test(product) for test in tests)
		]
		return [product.id for product in sorted(kept, key=SORTS[by], reverse=down)]
	ids = shown.shelves.ordered(variations, by)
	if tests:
		ids = [id_ for id_ in ids if (p := shown.shelves.get(id_)) and all(test(p) for test in tests)]
	return ids[::-1] if down else ids


def _listed(product: Product, args: Mapping[str, str]) -> bool:
	"""Status "any" leaves the trash out, whatever the list is made of."""
	return product.status != "trash" or args.get("status") == "trash"


def _order_by(args: Mapping[str, str]) -> str:
	by = one_of(args, "orderby", ORDER_BY, "date")
	if by not in SORTS and by != "include":
		raise unsupported(f"orderby={by}")
	return by


def _tests(shown: Shown, args: Mapping[str, str]) -> list[Test]:
	for name in args:
		if name not in PLAIN | KNOWN and not name.startswith(SIGNED):
			raise unsupported(f"the product filter {name}")
	return [*_own_tests(shown, args), *_date_tests(shown, args), *_id_tests(args)]


def _own_tests(shown: Shown, args: Mapping[str, str]) -> list[Test]:
	tests: list[Test] = []
	status = one_of(args, "status", ("any", *STATUSES), "any")
	if status != "any":
		tests.append(lambda product: product.status == status)
	if "type" in args:
		kind = one_of(args, "type", TYPES, "simple")
		tests.append(lambda product: product.type == kind)
	if "stock_status" in args:
		tests.append(lambda product: shown.stock_status(product) == args["stock_status"])
	if "on_sale" in args:
		reduced = args["on_sale"].lower() in ("1", "true")
		tests.append(lambda product: bool(shown.price(product)["on_sale"]) == reduced)
	if args.get("search"):
		words = args["search"].strip().casefold()
		tests.append(lambda product: words in f"{product.name} {product.description}".casefold())
	return tests


def _date_tests(shown: Shown, args: Mapping[str, str]) -> list[Test]:
	"""Exclusive, to the second, and in site time unless they or `dates_are_gmt` say otherwise."""
	in_gmt = args.get("dates_are_gmt", "").lower() in ("1", "true")
	zone = timezone.utc if in_gmt else shown.settings.zone
	tests: list[Test] = []
	if "after" in args:
		after = moment("after", args["after"], zone)
		tests.append(lambda product: product.created.replace(microsecond=0) > after)
	if "before" in args:
		before = moment("before", args["before"], zone)
		tests.append(lambda product: product.created.replace(microsecond=0) < before)
	if "modified_after" in args:
		since = moment("modified_after", args["modified_after"], zone)
		tests.append(lambda product: product.modified.replace(microsecond=0) > since)
	if "modified_before" in args:
		until = moment("modified_before", args["modified_before"], zone)
		tests.append(lambda product: product.modified.replace(microsecond=0) < until)
	return tests


def _id_tests(args: Mapping[str, str]) -> list[Test]:
	tests: list[Test] = []
	if args.get("include"):
		included = set(ids_of(args, "include"))
		tests.append(lambda product: product.id in included)
	if args.get("exclude"):
		excluded = set(ids_of(args, "exclude"))
		tests.append(lambda product: product.id not in excluded)
	if "category" in args:
		category = integer(args, "category", 0, 0)
		tests.append(lambda product: category in product.categories)
	if "tag" in args:
		tag = integer(args, "tag", 0, 0)
		tests.append(lambda product: tag in product.tags)
	if "parent" in args:
		parents = set(ids_of(args, "parent"))
		tests.append(lambda product: product.parent_id in parents)
	return tests
