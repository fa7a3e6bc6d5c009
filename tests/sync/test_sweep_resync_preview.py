"""Sweep, resync and preview on the embedded ERP."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecommerce_sync.core.errors import Fixable, Gone, Transient
from ecommerce_sync.sync.preview import MATCH, NOT_WANTED, REFUSED, STOPPED, preview
from ecommerce_sync.sync.resync import resync
from ecommerce_sync.sync.sweep import reconcile
from ecommerce_sync.sync.work import drain

from .conftest import STORE, Bench, order_payload


def test_the_sweep_finds_what_no_webhook_told(bench: Bench, payload: dict[str, Any]) -> None:
	bench.store.orders[str(payload["id"])] = payload
	start = datetime.fromisoformat(payload["date_modified_gmt"] + "+00:00")
	assert reconcile(bench.machine, STORE, start) == 1
	drain(bench.machine, budget=10)
	assert len(bench.orders()) == 1
	assert bench.journal.watermark(STORE) == bench.time
	bench.journal.move_watermark(STORE, start)
	assert reconcile(bench.machine, STORE) == 0


def test_a_failed_sweep_leaves_the_watermark(bench: Bench) -> None:
	bench.journal.move_watermark(STORE, bench.time - timedelta(hours=1))
	bench.store.error = Transient("network", detail="cut")
	with pytest.raises(Transient):
		reconcile(bench.machine, STORE)
	assert bench.journal.watermark(STORE) == bench.time - timedelta(hours=1)


def test_an_unreadable_order_in_the_sweep_becomes_a_failed_event(
	bench: Bench, payload: dict[str, Any]
) -> None:
	bench.store.orders[str(payload["id"])] = {**payload, "total": "a lot"}
	start = datetime.fromisoformat(payload["date_modified_gmt"] + "+00:00")
	assert reconcile(bench.machine, STORE, start) == 1
	drain(bench.machine, budget=10)
	assert bench.states() == [("Failed", "payload_refused")]


def test_resync_reads_the_store_by_number(bench: Bench, payload: dict[str, Any]) -> None:
	bench.store.orders[str(payload["id"])] = payload
	assert resync(bench.machine, STORE, f"#{payload['number']}") == "Done"
	assert resync(bench.machine, STORE, str(payload["id"])) == "Skipped"
	with pytest.raises(Gone):
		resync(bench.machine, STORE, "no such order")


def test_resync_imports_again_what_a_person_cancelled(bench: Bench, payload: dict[str, Any]) -> None:
	bench.store.orders[str(payload["id"])] = payload
	resync(bench.machine, STORE, str(payload["id"]))
	bench.erp.cancel(bench.orders()[0]["name"])
	assert resync(bench.machine, STORE, str(payload["id"])) == "Held"
	assert resync(bench.machine, STORE, str(payload["id"]), again=True) == "Done"
	assert len(bench.orders()) == 1
	assert {state for state, _ in bench.states()} == {"Done", "Skipped"}


def test_a_preview_shows_all_and_leaves_nothing(bench: Bench, payload: dict[str, Any]) -> None:
	found = preview(bench.erp, bench.machine.connect(STORE), payload)
	assert found.status == MATCH
	assert Decimal(found.result["sales_order"]["grand_total"]) == Decimal(payload["total"])
	assert found.result["plan"][-1]["kind"] == "CreateSalesOrder"
	assert bench.orders() == []
	assert bench.erp.documents("Customer") == []


def test_a_preview_maps_unknown_skus_to_the_default(bench: Bench, payload: dict[str, Any]) -> None:
	line = {**payload["line_items"][0], "sku": "UNKNOWN"}
	found = preview(
		bench.erp, bench.machine.connect(STORE), {**payload, "line_items": [line, *payload["line_items"][1:]]}
	)
	assert found.status == MATCH


@pytest.mark.parametrize(
	("changes", "status", "reason"),
	[
		({"total": "1.00"}, STOPPED, "total_mismatch"),
		({"total": None}, REFUSED, "payload_refused"),
		({"status": "cancelled"}, NOT_WANTED, "cancelled_before_import"),
	],
)
def test_a_preview_says_why_not(
	bench: Bench, payload: dict[str, Any], changes: dict[str, Any], status: int, reason: str
) -> None:
	found = preview(bench.erp, bench.machine.connect(STORE), {**payload, **changes})
	assert (found.status, found.result["reason"]) == (status, reason)


def test_a_missing_exchange_rate_stops_no_preview(
	bench: Bench, payload: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
	apply = bench.erp.apply

	def without_rates(command: Any, order: Any, settings: Any) -> Any:
		draft = getattr(command, "draft", None)
		if draft and draft.exchange_rate is None:
			raise Fixable(
				"exchange_rate_missing", cause="exchange:EUR", currency="EUR", company_currency="USD"
			)
		return apply(command, order, settings)

	monkeypatch.setattr(bench.erp, "apply", without_rates)
	found = preview(bench.erp, bench.machine.connect(STORE), {**payload, "currency": "EUR"})
	assert (found.status, found.result["matches"]) == (MATCH, True)
	assert "1 assumed" in found.result["note"]


def test_a_preview_of_an_unwanted_order_shows_its_figures_too(bench: Bench, payload: dict[str, Any]) -> None:
	cancelled = {**payload, "status": "cancelled"}
	found = preview(bench.erp, bench.machine.connect(STORE), cancelled).result["if_wanted"]
	assert found["matches"] is True
	found = preview(bench.erp, bench.machine.connect(STORE), {**cancelled, "total": "1.00"}).result[
		"if_wanted"
	]
	assert (found["reason"], found["params"]["theirs"]) == ("total_mismatch", "1.00")


@pytest.mark.parametrize("seed", range(40))
def test_previews_of_generated_orders_match(bench: Bench, seed: int) -> None:
	payload = order_payload(seed)
	found = preview(bench.erp, bench.machine.connect(STORE), payload)
	assert found.status == MATCH, found.result
