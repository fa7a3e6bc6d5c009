"""How the Shopify connector sets quantities and reads them, against prepared answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from graphql import parse, validate

from ecommerce_sync.core.errors import Fixable, Transient
from ecommerce_sync.sandbox.shopify.cost import MAX_QUERY_COST, Costs
from ecommerce_sync.sandbox.shopify.schema import schema
from ecommerce_sync.storefronts.goods import Pushed, QuantityChange, StockKey, label
from ecommerce_sync.storefronts.shopify.activation import activation_document
from ecommerce_sync.storefronts.shopify.levels import (
	all_levels,
	all_levels_document,
	items_of,
	levels_document,
	levels_of,
)
from ecommerce_sync.storefronts.shopify.quantities import set_quantities
from tests.storefronts.answers import Answers, Waits
from tests.storefronts.test_shopify_client import admin, refusal

PLACE = "11"
TIMEOUT = requests.ReadTimeout("timed out")


def change(number: int, **given: Any) -> QuantityChange:
	"""A change of listing `L<number>`, whose ids follow from the number."""
	ids = {"product_id": "1", "variant_id": str(1000 + number), "inventory_id": str(2000 + number)}
	known = {"listing": f"L{number}", "location_id": PLACE, "quantity": 5, "known": 7}
	return QuantityChange(**{**ids, **known, **given})


def answer(*errors: dict[str, Any]) -> tuple[int, dict[str, Any]]:
	"""What the store says to one call."""
	group = None if errors else {"id": "gid://shopify/InventoryAdjustmentGroup/1"}
	payload = {"inventoryAdjustmentGroup": group, "userErrors": list(errors)}
	return 200, {"data": {"inventorySetQuantities": payload}}


def error(code: str | None, *path: str) -> dict[str, Any]:
	"""One complaint."""
	return {"code": code, "field": ["input", *path] if path else None, "message": f"{code} it is"}


def row(place: int, code: str) -> dict[str, Any]:
	"""A complaint about one row."""
	return error(code, "quantities", str(place), "changeFromQuantity")


def sent(answers: Answers) -> list[dict[str, Any]]:
	"""The variables of each request."""
	return [json.loads(request.body or "")["variables"] for request in answers.asked]


def rows(variables: dict[str, Any]) -> list[str]:
	"""The inventory items of one call."""
	return [each["inventoryItemId"].rsplit("/", 1)[-1] for each in variables["input"]["quantities"]]


def push(answers: Answers, changes: list[QuantityChange], waits: Waits | None = None) -> list[Pushed]:
	"""All results."""
	return list(set_quantities(admin(answers, waits), changes))


def names(*numbers: int) -> tuple[str, ...]:
	"""As `Pushed` names them."""
	return tuple(label(f"L{number}", PLACE) for number in numbers)


class TestWriting:
	def test_thousand_changes_are_four_calls(self) -> None:
		answers = Answers(answer())
		results = push(answers, [change(number) for number in range(1000)])
		assert [len(result.done) for result in results] == [250, 250, 250, 250]
		assert len(answers.asked) == 4 and all("SetQuantities" in str(r.body) for r in answers.asked)
		assert len({variables["key"] for variables in sent(answers)}) == 4

	def test_what_is_sent(self) -> None:
		answers = Answers(answer())
		push(answers, [change(1), change(2, known=None, quantity=0)])
		(variables,) = sent(answers)
		given = variables["input"]
		assert (given["name"], given["reason"]) == ("available", "correction")
		assert given["referenceDocumentUri"] == f"gid://ecommerce-sync/StockPush/{variables['key']}"
		place = f"gid://shopify/Location/{PLACE}"
		assert given["quantities"] == [
			{
				"inventoryItemId": "gid://shopify/InventoryItem/2001",
				"locationId": place,
				"quantity": 5,
				"changeFromQuantity": 7,
			},
			{
				"inventoryItemId": "gid://shopify/InventoryItem/2002",
				"locationId": place,
				"quantity": 0,
				"changeFromQuantity": None,
			},
		]

	def test_stale_row_is_told_and_the_rest_sent_again_by_a_new_key(self) -> None:
		answers = Answers(answer(row(1, "CHANGE_FROM_QUANTITY_STALE")), answer())
		results = push(answers, [change(0), change(1), change(2)])
		assert results == [Pushed(stale=names(1)), Pushed(done=names(0, 2))]
		first, second = sent(answers)
		assert rows(second) == ["2000", "2002"] and first["key"] != second["key"]

	@pytest.mark.parametrize(
		("code", "gone"),
		[
			("INVALID_INVENTORY_ITEM", True),
			("INVALID_LOCATION", False),
			("INVALID_QUANTITY_TOO_HIGH", False),
			("NON_MUTABLE_INVENTORY_ITEM", False),
			("SOMETHING_NEW", False),
		],
	)
	def test_bad_row_is_refused_and_the_rest_sent_again(self, code: str, gone: bool) -> None:
		answers = Answers(answer(row(0, code), row(2, "CHANGE_FROM_QUANTITY_STALE")), answer())
		first, second = push(answers, [change(0), change(1), change(2)])
		assert [(refusal.listing, refusal.gone) for refusal in first.refused] == [("L0", gone)]
		assert first.stale == names(2) and second == Pushed(done=names(1))

	def test_row_with_two_complaints_is_told_once_and_as_stale(self) -> None:
		both = row(0, "INVALID_LOCATION"), row(0, "CHANGE_FROM_QUANTITY_STALE")
		assert push(Answers(answer(*both)), [change(0)]) == [Pushed(stale=names(0))]

	def test_complaint_without_a_place_is_tracked_down(self) -> None:
		def store(variables: dict[str, Any]) -> tuple[int, Any]:
			bad = "2003" in rows(variables)
			return answer(error("CHANGE_FROM_QUANTITY_STALE")) if bad else answer()

		results = push(Asked(store), [change(number) for number in range(6)])
		assert [name for result in results for name in result.stale] == list(names(3))
		assert sorted(name for result in results for name in result.done) == sorted(names(0, 1, 2, 4, 5))

	def test_complaint_about_the_call_is_for_a_person(self) -> None:
		with pytest.raises(Fixable) as caught:
			push(Answers(answer(error("INVALID_REASON", "reason"))), [change(0)])
		assert caught.value.reason == "store_refused"

	def test_network_retry_uses_the_same_key(self) -> None:
		answers = Answers(TIMEOUT, (502, b""), answer())
		assert push(answers, [change(0)]) == [Pushed(done=names(0))]
		assert len({variables["key"] for variables in sent(answers)}) == 1 and len(answers.asked) == 3

	def test_unknown_outcome_is_never_done(self) -> None:
		results = set_quantities(admin(Answers(answer(), TIMEOUT)), [change(n) for n in range(300)])
		assert len(next(results).done) == 250
		with pytest.raises(Transient):
			next(results)

	def test_answer_without_a_result_is_not_done(self) -> None:
		with pytest.raises(Transient):
			push(Answers((200, {"data": {"inventorySetQuantities": None}})), [change(0)])

	def test_failed_attempt_gets_a_new_key(self) -> None:
		answers = Answers(answer(error("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")), answer())
		assert push(answers, [change(0)]) == [Pushed(done=names(0))]
		first, second = sent(answers)
		assert first["key"] != second["key"] and rows(first) == rows(second)

	def test_request_that_is_still_worked_on_is_waited_for(self) -> None:
		waits, answers = Waits(), Answers(answer(error("IDEMPOTENCY_CONCURRENT_REQUEST")), answer())
		assert push(answers, [change(0)], waits) == [Pushed(done=names(0))]
		assert len({variables["key"] for variables in sent(answers)}) == 1 and sum(waits) >= 1

	def test_request_that_is_worked_on_for_ever_is_left_to_later(self) -> None:
		with pytest.raises(Transient):
			push(Answers(answer(error("IDEMPOTENCY_CONCURRENT_REQUEST"))), [change(0)])

	def test_throttled_call_is_made_again(self) -> None:
		assert push(Answers(refusal("THROTTLED"), answer()), [change(0)]) == [Pushed(done=names(0))]

	def test_same_number_twice_is_two_calls(self) -> None:
		answers = Answers(answer())
		twice = [change(0), change(0, listing="M0", quantity=6, known=5)]
		results = push(answers, twice)
		assert results == [Pushed(done=names(0)), Pushed(done=(label("M0", PLACE),))]

	def test_missing_items_are_asked_for_by_variant(self) -> None:
		found = {
			"id": "gid://shopify/ProductVariant/1001",
			"inventoryItem": {"id": "gid://x/InventoryItem/9"},
		}
		answers = Answers((200, {"data": {"nodes": [found, None]}}), answer())
		results = push(answers, [change(1, inventory_id=None), change(2, inventory_id=None), change(3)])
		assert [(r.listing, r.gone) for r in results[0].refused] == [("L2", True)]
		assert results[1] == Pushed(done=names(1, 3)) and rows(sent(answers)[1]) == ["9", "2003"]

	def test_ids_of_no_store_are_refused_alone(self) -> None:
		answers = Answers(answer())
		results = push(answers, [change(0, inventory_id="x' OR 1"), change(1, location_id=""), change(2)])
		assert [r.listing for r in results[0].refused] == ["L0", "L1"]
		assert results[1].done == names(2) and rows(sent(answers)[0]) == ["2002"]


def toggled(quantity: int | None = 0, *errors: dict[str, Any]) -> dict[str, Any]:
	"""What the store says to one activation."""
	shown = [] if quantity is None else [{"quantity": quantity}]
	level = {"location": {"id": f"gid://shopify/Location/{PLACE}"}, "quantities": shown}
	return {"inventoryLevels": [] if errors else [level], "userErrors": list(errors)}


class TestActivation:
	def test_place_is_activated_before_its_first_quantity(self) -> None:
		answers = Answers((200, {"data": {"a0": toggled()}}), answer())
		results = push(answers, [change(0, stocked=False, known=None), change(1)])
		assert results == [Pushed(done=names(0, 1))]
		first, second = sent(answers)
		assert first["u0"] == [{"locationId": f"gid://shopify/Location/{PLACE}", "activate": True}]
		assert [each["changeFromQuantity"] for each in second["input"]["quantities"]] == [0, 7]

	def test_place_that_shows_pieces_already_is_stale(self) -> None:
		answers = Answers((200, {"data": {"a0": toggled(3)}}))
		assert push(answers, [change(0, stocked=False, known=None)]) == [Pushed(stale=names(0))]

	@pytest.mark.parametrize(("code", "gone"), [("INVENTORY_ITEM_NOT_FOUND", True), ("MISSING_SKU", False)])
	def test_place_that_will_not_keep_it_is_refused(self, code: str, gone: bool) -> None:
		failed = toggled(0, {"code": code, "field": ["inventoryItemId"], "message": "no"})
		answers = Answers((200, {"data": {"a0": failed}}), answer())
		first, second = push(answers, [change(0, stocked=False, known=None), change(1)])
		assert [(r.listing, r.detail, r.gone) for r in first.refused] == [("L0", "no", gone)]
		assert second == Pushed(done=names(1))

	def test_place_that_proves_unstocked_is_activated_and_tried_once_more(self) -> None:
		unstocked = answer(row(0, "ITEM_NOT_STOCKED_AT_LOCATION"))
		answers = Answers(unstocked, (200, {"data": {"a0": toggled()}}), answer())
		assert push(answers, [change(0), change(1)]) == [Pushed(done=names(0, 1))]
		answers = Answers(unstocked, (200, {"data": {"a0": toggled()}}), unstocked, answer())
		first, second = push(answers, [change(0), change(1)])
		assert [r.listing for r in first.refused] == ["L0"] and second == Pushed(done=names(1))

	def test_document_can_be_paid(self) -> None:
		ids: dict[str, Any] = {f"i{n}": "1" for n in range(40)} | {f"u{n}": [] for n in range(40)}
		assert cost(activation_document(40), **ids) <= MAX_QUERY_COST
		assert validate(schema(), parse(activation_document(3))) == []


class TestReading:
	@pytest.mark.parametrize("locations", range(5))
	def test_documents_are_valid_and_can_be_paid(self, locations: int) -> None:
		for text in (levels_document(locations), all_levels_document(locations)):
			assert validate(schema(), parse(text)) == []
			places = {f"l{place}": str(place) for place in range(locations)}
			assert cost(text, first=250, ids=["1"] * 250, **places) <= MAX_QUERY_COST

	def test_thousand_listings_are_four_calls(self) -> None:
		def store(variables: dict[str, Any]) -> tuple[int, Any]:
			return 200, {"data": {"nodes": [levels(gid) for gid in variables["ids"]]}}

		answers = Asked(store)
		found = list(levels_of(admin(answers), keys(1000), ["1", "2", "3", "4"]))
		assert len(answers.asked) == 4 and len(found) == 4000
		assert {level.stocked for level in found if level.location_id == "4"} == {False}
		assert {(level.quantity, level.stocked) for level in found if level.location_id == "1"} == {(8, True)}
		assert found[0].variant_id == "1000" and found[0].inventory_id == "2000" and found[0].at

	def test_query_that_costs_too_much_is_halved(self) -> None:
		def store(variables: dict[str, Any]) -> tuple[int, Any]:
			if len(variables["ids"]) > 100:
				return refusal("MAX_COST_EXCEEDED", "Query cost is 2251")
			return 200, {"data": {"nodes": [levels(gid) for gid in variables["ids"]]}}

		answers = Asked(store)
		found = list(levels_of(admin(answers), keys(250), ["1"]))
		assert [level.variant_id for level in found] == [str(1000 + n) for n in range(250)]
		assert len(answers.asked) == 2 + 5

	def test_listings_of_one_item_are_both_answered(self) -> None:
		answers = Answers((200, {"data": {"nodes": [levels("gid://shopify/InventoryItem/5")]}}))
		both = [StockKey(product_id="1", variant_id=v, inventory_id="5") for v in ("2", "3")]
		assert [level.variant_id for level in levels_of(admin(answers), both, ["1"])] == ["2", "3"]

	def test_all_levels_follow_the_ids(self) -> None:
		def store(variables: dict[str, Any]) -> tuple[int, Any]:
			last = int((variables["query"] or "id:>0").split(">")[1])
			variants = [
				{
					"id": f"gid://shopify/ProductVariant/{number}",
					"product": {"id": "gid://shopify/Product/1"},
					"inventoryItem": levels(f"gid://shopify/InventoryItem/{number}"),
				}
				for number in range(last + 1, min(last + 251, 601))
			]
			info = {"hasNextPage": last + 250 < 600}
			return 200, {"data": {"productVariants": {"nodes": variants, "pageInfo": info}}}

		answers = Asked(store)
		found = list(all_levels(admin(answers), ["1"]))
		assert [int(level.variant_id) for level in found] == list(range(1, 601))
		assert len(answers.asked) == 3

	def test_nothing_is_asked_for_nothing(self) -> None:
		answers = Answers((500, b""))
		assert list(levels_of(admin(answers), [], ["1"])) == []
		assert list(levels_of(admin(answers), keys(1), [])) == []
		assert items_of(admin(answers), []) == {} and answers.asked == []


def keys(count: int) -> list[StockKey]:
	"""So many listings."""
	return [
		StockKey(product_id="1", variant_id=str(1000 + n), inventory_id=str(2000 + n)) for n in range(count)
	]


def levels(gid: str) -> dict[str, Any]:
	"""An inventory item that three places keep, whatever is asked."""
	shown = {"quantities": [{"quantity": 8, "updatedAt": "2026-07-01T00:00:00Z"}]}
	return {"id": gid, "l0": shown, "l1": shown, "l2": shown, "l3": None}


def cost(text: str, **variables: Any) -> int:
	"""Points that a document asks for."""
	document = parse(text)
	return Costs(schema(), document, variables).requested(document.definitions[0])  # type: ignore[arg-type]


class Asked(Answers):
	"""Answers by a function of the request's variables."""

	def __init__(self, store: Callable[[dict[str, Any]], tuple[int, Any]]) -> None:
		super().__init__((200, {}))
		self._store = store

	def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
		"""The answer to these variables."""
		self.answers = [self._store(json.loads(request.body or "")["variables"])]
		return super().send(request, **options)
