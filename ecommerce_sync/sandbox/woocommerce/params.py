"""Query parameters of list requests: checked as WordPress checks them, and applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from math import ceil
from typing import TypeVar
from urllib.parse import urlencode

from ecommerce_sync.sandbox.woocommerce.errors import RestError, invalid_param, unsupported
from ecommerce_sync.sandbox.woocommerce.orders import STATUSES, WooOrder
from ecommerce_sync.sandbox.woocommerce.refunds import Refund

Thing = TypeVar("Thing")
ORDER_BY = ("date", "modified", "id", "include", "title", "slug")
DATE_TIME = re.compile(
	r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.\d+)?(?:(Z)|([+-]\d\d):?(\d\d)?)?", re.IGNORECASE
)
NOT_EMULATED = ("product", "exclude", "parent", "parent_exclude", "created_via")


@dataclass(frozen=True)
class Page:
	"""Which part of a list is asked for."""

	per_page: int
	page: int
	offset: int | None

	def of(self, things: Sequence[Thing]) -> list[Thing]:
		start = self.offset if self.offset is not None else (self.page - 1) * self.per_page
		return list(things[start : start + self.per_page])

	def headers(self, url: str, args: Mapping[str, str], total: int) -> dict[str, str]:
		"""X-WP-Total, X-WP-TotalPages and, when there are neighbours, Link."""
		pages = ceil(total / self.per_page)
		headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
		links = []
		if self.page > 1:
			links.append(_link(url, args, min(self.page - 1, pages), "prev"))
		if self.page < pages:
			links.append(_link(url, args, self.page + 1, "next"))
		return {**headers, "Link": ", ".join(links)} if links else headers


def page_of(args: Mapping[str, str]) -> Page:
	"""`per_page` (1 to 100), `page` and `offset`. Raises RestError 400 outside their bounds."""
	per_page = integer(args, "per_page", 10, 1, 100)
	page = integer(args, "page", 1, 1)
	return Page(per_page, page, integer(args, "offset", 0, 0) if "offset" in args else None)


def chosen_orders(
	orders: Sequence[WooOrder], args: Mapping[str, str], custom_statuses: tuple[str, ...] = ()
) -> list[WooOrder]:
	"""The orders that GET /orders lists for `args`, in its order, all pages. Raises RestError 400."""
	for name in NOT_EMULATED:
		if name in args:
			raise unsupported(f"the order filter {name}")
	tests = [*_status_tests(args, custom_statuses), *_date_tests(orders, args), *_other_tests(args)]
	found = [order for order in orders if all(test(order) for test in tests)]
	return sorted(
		found, key=_sort_key(args), reverse=one_of(args, "order", ("asc", "desc"), "desc") == "desc"
	)


def _sort_key(args: Mapping[str, str]) -> Callable[[WooOrder], tuple[object, ...]]:
	by = one_of(args, "orderby", ORDER_BY, "date")
	if by in ("title", "slug"):
		raise unsupported(f"orderby={by}")
	if by == "include":
		place = {id_: -at for at, id_ in enumerate(ids_of(args, "include"))}  # listed as asked for by default
		return lambda order: (place.get(order.id, 1),)
	if by == "id":
		return lambda order: (order.id,)
	if by == "modified":
		return lambda order: (order.date_modified, order.id)
	return lambda order: (order.story.created_at, order.id)


def chosen_refunds(
	refunds: Sequence[tuple[WooOrder, Refund]], args: Mapping[str, str]
) -> list[tuple[WooOrder, Refund]]:
	"""Refunds with their orders as a list shows them: newest first, or as `order` and the dates say."""
	in_gmt = args.get("dates_are_gmt", "").lower() in ("1", "true")
	found = list(refunds)
	for name, later in (("after", True), ("before", False)):
		if name in args and refunds:
			bound = moment(name, args[name], timezone.utc if in_gmt else refunds[0][0].settings.zone)
			found = [each for each in found if _is_beyond(each[1].created_at, bound, later)]
	newest = one_of(args, "order", ("asc", "desc"), "desc") == "desc"
	return sorted(found, key=lambda each: (each[1].created_at, each[1].id), reverse=newest)


def _is_beyond(date: datetime, bound: datetime, later: bool) -> bool:
	date = date.replace(microsecond=0)
	return date > bound if later else date < bound


def _status_tests(
	args: Mapping[str, str], custom_statuses: tuple[str, ...]
) -> list[Callable[[WooOrder], bool]]:
	wanted = [status for status in args.get("status", "any").split(",") if status]
	allowed = ("any", "trash", *STATUSES, *custom_statuses)
	for at, status in enumerate(wanted):
		if status not in allowed:
			message = f"status[{at}] is not one of {listed(allowed)}."
			raise invalid_param("status", "rest_not_in_enum", message)
	if "any" in wanted or not wanted:
		return [lambda order: order.status != "trash"]
	return [lambda order: order.status in wanted]


def _date_tests(orders: Sequence[WooOrder], args: Mapping[str, str]) -> list[Callable[[WooOrder], bool]]:
	"""Dates are exclusive, to the second, and in site time unless they or `dates_are_gmt` say otherwise."""
	in_gmt = args.get("dates_are_gmt", "").lower() in ("1", "true")
	zone = timezone.utc if in_gmt or not orders else orders[0].settings.zone
	tests: list[Callable[[WooOrder], bool]] = []
	for name, later, modified in (
		("after", True, False),
		("before", False, False),
		("modified_after", True, True),
		("modified_before", False, True),
	):
		if name in args:
			tests.append(_date_test(moment(name, args[name], zone), later, modified))
	return tests


def _date_test(bound: datetime, later: bool, modified: bool) -> Callable[[WooOrder], bool]:
	def test(order: WooOrder) -> bool:
		date = (order.date_modified if modified else order.story.created_at).replace(microsecond=0)
		return date > bound if later else date < bound

	return test


def _other_tests(args: Mapping[str, str]) -> list[Callable[[WooOrder], bool]]:
	tests: list[Callable[[WooOrder], bool]] = []
	if args.get("include"):
		included = set(ids_of(args, "include"))
		tests.append(lambda order: order.id in included)
	if args.get("search"):
		words = args["search"].strip().lower()
		tests.append(lambda order: _found(order, words))
	if "customer" in args:
		customer = integer(args, "customer", 0, 0)
		tests.append(lambda order: ((order.story.person and order.story.person.id) or 0) == customer)
	return tests


def _found(order: WooOrder, words: str) -> bool:
	"""`search` finds ids that begin with the words, and them anywhere in what the buyer and products are
	called: never take the first hit for the order meant (OrdersTableSearchQuery)."""
	person = order.story.person
	texts = [*((person.email, person.first_name, person.last_name) if person else ())]
	texts += [line.title for line in order.story.lines]
	begins = any(number.startswith(words) for number in (str(order.id), order.number))
	return begins or any(words in text.lower() for text in texts if text)


def moment(name: str, text: str, zone: timezone) -> datetime:
	invalid = invalid_param(name, "rest_invalid_date", "Invalid date.")
	if not (found := DATE_TIME.fullmatch(text)):
		raise invalid
	plain, utc, hours, minutes = found.groups()
	offset = "+00:00" if utc else f"{hours}:{minutes or '00'}" if hours else ""
	try:
		found_at = datetime.fromisoformat(plain + offset)
	except ValueError:
		raise invalid from None
	return found_at if offset else found_at.replace(tzinfo=zone)


def ids_of(args: Mapping[str, str], name: str) -> list[int]:
	parts = [part.strip() for part in args.get(name, "").split(",") if part.strip()]
	for at, part in enumerate(parts):
		if not part.isdigit():
			raise invalid_param(name, "rest_invalid_type", f"{name}[{at}] is not of type integer.")
	return [int(part) for part in parts]


def integer(args: Mapping[str, str], name: str, default: int, low: int, high: int | None = None) -> int:
	text = args.get(name, str(default))
	if not re.fullmatch(r"-?\d+", text):
		raise invalid_param(name, "rest_invalid_type", f"{name} is not of type integer.")
	value = int(text)
	if high is not None and not low <= value <= high:
		raise _out_of_bounds(name, f"between {low} (inclusive) and {high} (inclusive)")
	if value < low:
		raise _out_of_bounds(name, f"greater than or equal to {low}")
	return value


def _out_of_bounds(name: str, bounds: str) -> RestError:
	return invalid_param(name, "rest_out_of_bounds", f"{name} must be {bounds}")


def one_of(args: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
	value = args.get(name, default)
	if value not in allowed:
		raise invalid_param(name, "rest_not_in_enum", f"{name} is not one of {listed(allowed)}.")
	return value


def listed(names: tuple[str, ...]) -> str:
	"""wp_sprintf's %l: "a, b, and c"."""
	return f"{', '.join(names[:-1])}{',' if len(names) > 2 else ''} and {names[-1]}"


def _link(url: str, args: Mapping[str, str], page: int, rel: str) -> str:
	return f'<{url}?{urlencode({**args, "page": str(page)})}>; rel="{rel}"'
