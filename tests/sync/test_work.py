"""The worker on the embedded ERP: exactly once, any order of arrival, errors by who must act."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.digests import digest
from ecommerce_sync.core.errors import Fixable, Transient
from ecommerce_sync.core.orders import plan_order
from ecommerce_sync.erps.base import LinkKey
from ecommerce_sync.sync.work import MAX_ATTEMPTS, drain, process

from .conftest import STORE, Bench, later, order_payload, parsed


def test_an_order_becomes_one_sales_order(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(payload)
	assert drain(bench.machine, budget=10) == Counter(Done=1)
	[document] = bench.orders()
	assert Decimal(document["data"]["grand_total"]) == Decimal(payload["total"])
	assert document["docstatus"] == 1


def test_planning_again_is_empty(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(payload)
	drain(bench.machine, budget=10)
	order, settings = parsed(payload), bench.machine.connect(STORE).settings
	with bench.erp.transaction([]):
		seen = bench.erp.observe(order, settings)
	assert plan_order(order, seen, settings).commands == ()
	assert seen.digest == digest(order)


def test_a_replay_changes_nothing(bench: Bench, payload: dict[str, Any]) -> None:
	for _ in range(3):
		bench.send(payload)
		drain(bench.machine, budget=10)
	assert len(bench.orders()) == 1
	assert bench.states() == [("Done", None), ("Skipped", "unchanged"), ("Skipped", "unchanged")]


def test_the_same_event_key_is_stored_once(bench: Bench, payload: dict[str, Any]) -> None:
	assert bench.send(payload, event_key="same") is not None
	assert bench.send(payload, event_key="same") is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_any_order_of_arrival_ends_the_same(
	bench: Bench, payload: dict[str, Any], order: tuple[int, ...]
) -> None:
	versions = [
		payload,
		later(payload, 5, customer_note="Ring twice"),
		later(payload, 10, customer_note="Ring three times"),
		later(payload, 15, status="cancelled"),
	]
	bench.store.orders[str(payload["id"])] = versions[-1]
	for position in order:
		bench.send(versions[position])
		drain(bench.machine, budget=10)
	assert bench.orders() == []
	assert {state for state, _ in bench.states()} <= {"Done", "Skipped"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_note_stays(bench: Bench, payload: dict[str, Any], order: tuple[int, ...]) -> None:
	versions = [payload, later(payload, 5, customer_note="first"), later(payload, 9, customer_note="last")]
	for position in order:
		bench.send(versions[position])
		drain(bench.machine, budget=10)
	[document] = bench.orders()
	assert document["data"]["note"] == "last"


def test_several_messages_of_one_order_cost_one_pass(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(later(payload, 5, customer_note="newest"))
	bench.send(payload)
	assert drain(bench.machine, budget=10) == Counter(Done=1)
	assert sorted(bench.states()) == [("Done", None), ("Skipped", "superseded")]
	assert bench.orders()[0]["data"]["note"] == "newest"


def test_twenty_orders_of_one_new_customer_make_one_customer(bench: Bench) -> None:
	billing = {"first_name": "Ada", "last_name": "L", "email": "ada@example.com", "country": "FR"}
	for number in range(20):
		bench.send(order_payload(number, id=100 + number, customer_id=7, billing=billing))
	_in_threads(6, lambda: drain(bench.machine, budget=30))
	drain(bench.machine, budget=30)
	assert len(bench.orders()) == 20
	assert len(bench.erp.documents("Customer")) == 1


def test_twenty_deliveries_at_once_make_one_sales_order(bench: Bench, payload: dict[str, Any]) -> None:
	_in_threads(10, lambda: [bench.send(payload), bench.send(payload), drain(bench.machine, budget=30)])
	drain(bench.machine, budget=30)
	assert len(bench.orders()) == 1
	assert all(state in ("Done", "Skipped") for state, _ in bench.states())


def test_a_subject_that_another_worker_has_stays_queued(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(payload)
	key = LinkKey(store=STORE, kind="Order", external_id=str(payload["id"]))
	bench.erp.ensure_links([key])
	found: list[str] = []
	with bench.erp.transaction([key]):
		_in_threads(1, lambda: found.append(process(bench.machine, bench.subject(payload["id"]))))
	assert found == ["Busy"]
	assert bench.states() == [("Queued", None)]
	assert drain(bench.machine, budget=10) == Counter(Done=1)


def test_the_same_second_with_another_content_asks_the_store(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(payload)
	drain(bench.machine, budget=10)
	bench.store.orders[str(payload["id"])] = {**payload, "customer_note": "what the store says"}
	bench.send({**payload, "customer_note": "half of the truth"})
	drain(bench.machine, budget=10)
	assert bench.store.asked == [str(payload["id"])]
	assert bench.orders()[0]["data"]["note"] == "what the store says"


@pytest.mark.parametrize("together", [True, False])
def test_cancelled_in_the_second_of_an_edit_stays_cancelled(
	bench: Bench, payload: dict[str, Any], together: bool
) -> None:
	edit = later(payload, 5, customer_note="Ring twice")
	cancel = {**edit, "status": "cancelled"}
	bench.store.orders[str(payload["id"])] = cancel
	for message in (payload, cancel, edit):
		bench.send(message)
		if not together:
			drain(bench.machine, budget=10)
	drain(bench.machine, budget=10)
	assert bench.orders() == []


def test_a_deleted_order_is_cancelled_and_stays_so(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(payload)
	drain(bench.machine, budget=10)
	bench.send({"id": payload["id"]}, whole=False, deleted=True)
	drain(bench.machine, budget=10)
	assert bench.orders() == []
	bench.send(later(payload))  # a late message of the order that is gone
	drain(bench.machine, budget=10)
	assert bench.orders() == []


def test_a_restored_order_is_imported_again(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(payload)
	bench.send({"id": payload["id"]}, whole=False, deleted=True)
	drain(bench.machine, budget=10)
	bench.store.orders[str(payload["id"])] = later(payload)
	bench.send(later(payload))
	drain(bench.machine, budget=10)
	assert len(bench.orders()) == 1


def test_a_reinstated_order_is_imported_again(bench: Bench, payload: dict[str, Any]) -> None:
	for version in (payload, later(payload, 5, status="cancelled"), later(payload, 10)):
		bench.send(version)
		drain(bench.machine, budget=10)
	assert len(bench.orders()) == 1


def test_a_transient_error_waits_and_honours_the_stores_wish(bench: Bench, payload: dict[str, Any]) -> None:
	bench.store.error = Transient("throttled", retry_after=120)
	bench.send({"id": payload["id"]}, whole=False)
	assert drain(bench.machine, budget=10) == Counter({"Waiting to retry": 1})
	bench.store.error, bench.store.orders[str(payload["id"])] = None, payload
	bench.time += timedelta(seconds=119)
	assert not drain(bench.machine, budget=10)
	bench.time += timedelta(seconds=2)
	assert drain(bench.machine, budget=10) == Counter(Done=1)


def test_a_transient_error_is_given_up_in_the_end(bench: Bench, payload: dict[str, Any]) -> None:
	bench.store.error = Transient("network", detail="cut")
	bench.send({"id": payload["id"]}, whole=False)
	for _ in range(MAX_ATTEMPTS):
		drain(bench.machine, budget=10)
		bench.time += timedelta(hours=2)
	assert bench.states() == [("Failed", "network")]


def test_an_unknown_sku_waits_for_the_item(bench: Bench, payload: dict[str, Any]) -> None:
	line = {**payload["line_items"][0], "sku": "NEW-THING", "product_id": 1, "name": "New thing"}
	bench.send({**payload, "line_items": [line, *payload["line_items"][1:]]})
	drain(bench.machine, budget=10)
	assert bench.states() == [("Failed", "sku_unknown")]
	bench.erp.add_item("NEW-THING")
	assert bench.journal.release(["sku:NEW-THING"]) == 1
	assert drain(bench.machine, budget=10) == Counter(Done=1)


def test_an_unknown_sku_becomes_an_item_by_policy(bench: Bench, payload: dict[str, Any]) -> None:
	bench.settings["unknown_sku"] = "create_item"
	line = {**payload["line_items"][0], "sku": "NEW-THING", "product_id": 1}
	bench.send({**payload, "line_items": [line, *payload["line_items"][1:]]})
	assert drain(bench.machine, budget=10) == Counter(Done=1)


def test_a_changed_draft_follows_the_store(bench: Bench, payload: dict[str, Any]) -> None:
	bench.settings["submit"] = False
	bench.send(payload)
	drain(bench.machine, budget=10)
	other = order_payload(2)
	changed = {**other, "id": payload["id"], "date_modified_gmt": later(payload)["date_modified_gmt"]}
	bench.send(changed)
	assert drain(bench.machine, budget=10) == Counter(Done=1)
	[document] = bench.orders()
	assert Decimal(document["data"]["grand_total"]) == Decimal(changed["total"])


def test_a_changed_submitted_order_follows_the_store(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send(payload)
	drain(bench.machine, budget=10)
	changed = {**order_payload(2), "id": payload["id"]}
	bench.send({**changed, "date_modified_gmt": later(payload)["date_modified_gmt"]})
	drain(bench.machine, budget=10)
	[document] = bench.erp.documents("Sales Order")
	assert (document["docstatus"], document["data"]["grand_total"]) == (1, changed["total"])


def test_what_a_person_cancelled_is_held_until_the_person_decides(
	bench: Bench, payload: dict[str, Any]
) -> None:
	bench.send(payload)
	drain(bench.machine, budget=10)
	name = bench.orders()[0]["name"]
	bench.erp.cancel(name)
	bench.send(later(payload))
	drain(bench.machine, budget=10)
	assert bench.states()[-1] == ("Held", "cancelled_in_erpnext")
	amended = bench.erp.amend(name)
	bench.send(later(payload, 9))
	assert drain(bench.machine, budget=10) == Counter(Skipped=1)
	assert [doc["name"] for doc in bench.orders()] == [amended]


def test_a_message_that_is_no_order_names_the_field(bench: Bench, payload: dict[str, Any]) -> None:
	bench.send({**payload, "total": "a lot"})
	drain(bench.machine, budget=10)
	[failed] = bench.journal.ended("Failed")
	assert (failed["reason"], failed["params"]["path"]) == ("payload_refused", "total")


def test_a_bug_fails_with_its_traceback(
	bench: Bench, payload: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
	def broken(*_: object) -> None:
		raise ZeroDivisionError("a bug")

	monkeypatch.setattr(bench.erp, "apply", broken)
	bench.send(payload)
	drain(bench.machine, budget=10)
	[failed] = bench.journal.ended("Failed")
	assert failed["error_class"] == "Bug"
	assert "ZeroDivisionError" in failed["traceback"]
	assert bench.orders() == []


def test_what_failed_half_way_left_nothing(
	bench: Bench, payload: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
	def refuse(*_: object) -> None:
		raise Fixable("erp_refused", cause="", detail="no")

	monkeypatch.setattr(bench.erp, "record", refuse)
	bench.send(payload)
	drain(bench.machine, budget=10)
	assert bench.orders() == []
	monkeypatch.undo()
	bench.send(later(payload))
	assert drain(bench.machine, budget=10) == Counter(Done=1)


def test_stores_share_the_worker_fairly(bench: Bench) -> None:
	for number in range(30):
		bench.send(order_payload(number, id=number + 1))
	rows = bench.journal.subjects_due(bench.time, 10)
	assert len(rows) == 10
	bench.journal.database.execute("UPDATE event SET store = 'Other' WHERE name > 28")
	stores = [subject.store for subject in bench.journal.subjects_due(bench.time, 4)]
	assert Counter(stores) == {STORE: 2, "Other": 2}


def _in_threads(count: int, work: Any) -> None:
	threads = [threading.Thread(target=work) for _ in range(count)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
