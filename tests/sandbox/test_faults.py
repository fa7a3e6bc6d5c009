"""The sandbox's misfortune is repeatable, loses no message, and stays within its shares."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from ecommerce_sync.sandbox.faults import Faults, disturbed

share = st.floats(0, 1)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), duplicate=share, reorder=share, late=share, count=st.integers(0, 60))
def test_deliveries_lose_nothing_and_invent_nothing(
	seed: int, duplicate: float, reorder: float, late: float, count: int
) -> None:
	faults = Faults(seed, duplicate=duplicate, reorder=reorder, late=late)
	sent = Counter(faults.deliveries(range(count)))
	assert set(sent) == set(range(count))
	assert all(times in (1, 2) for times in sent.values())


def test_without_shares_nothing_happens() -> None:
	faults = Faults(3)
	assert faults.next_deliveries(list("abc")) == list("abc")
	fault = faults.next_request()
	assert (fault.delay, fault.status, fault.cut) == (0, None, None)


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
	runs = [[Faults(seed, rate_5xx=0.3, cut=0.3).request(n) for n in range(50)] for seed in (1, 1, 2)]
	assert runs[0] == runs[1] != runs[2]
	batches = [Faults(seed, duplicate=0.3, reorder=0.5).deliveries(range(50)) for seed in (1, 1, 2)]
	assert batches[0] == batches[1] != batches[2]


def test_each_decision_is_a_new_one() -> None:
	faults = Faults(1, rate_429=0.5)
	drawn = [faults.next_request() for _ in range(50)]
	assert drawn == [Faults(1, rate_429=0.5).request(n) for n in range(50)]
	assert {fault.status for fault in drawn} == {None, 429}


def test_shares_are_kept() -> None:
	fates = [Faults(7, rate_429=0.1, rate_5xx=0.2, cut=0.3).request(n) for n in range(4000)]
	assert sum(f.status == 429 for f in fates) / 4000 == pytest.approx(0.1, abs=0.03)
	assert sum((f.status or 0) >= 500 for f in fates) / 4000 == pytest.approx(0.2, abs=0.03)
	assert {f.cut for f in fates} == {None, "before", "after"}


def test_late_messages_come_after_all_others() -> None:
	went_out = Faults(5, late=0.3).deliveries(range(40))
	in_order = next(place for place, n in enumerate(went_out) if n < went_out[place - 1] and place)
	on_time, late = went_out[:in_order], went_out[in_order:]
	assert on_time == sorted(on_time)
	assert 5 <= len(late) <= 20


@pytest.mark.parametrize("wrong", [{"duplicate": 1.5}, {"cut": -0.1}, {"rate_429": 0.6, "cut": 0.6}])
def test_impossible_shares_are_refused(wrong: dict[str, float]) -> None:
	with pytest.raises(ValueError, match=r"Faults\."):
		Faults(**wrong)


def test_a_cut_connection_looks_cut_and_the_work_is_done_or_not() -> None:
	worked: list[int] = []
	faults = Faults(11, cut=1)
	with _served(disturbed(_counting(worked), faults)) as url:
		for _ in range(10):
			with pytest.raises(requests.ConnectionError):
				requests.get(url, timeout=5)
	assert len(worked) == sum(faults.request(n).cut == "after" for n in range(10))
	assert 0 < len(worked) < 10


def test_refusals_and_latency_come_over_the_wire() -> None:
	slept: list[float] = []
	faults = Faults(2, rate_429=1, latency=0.5, retry_after=2.5)
	with _served(disturbed(_counting([]), faults, sleep=slept.append)) as url:
		answer = requests.get(url, timeout=5)
	assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2.5")
	assert slept == [faults.request(0).delay]


def _counting(worked: list[int]) -> Any:
	def app(_environ: Any, start_response: Any) -> list[bytes]:
		worked.append(1)
		start_response("200 OK", [])
		return [b"ok"]

	return app


@contextmanager
def _served(app: Any) -> Iterator[str]:
	server = make_server("127.0.0.1", 0, app, threaded=True)
	thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
	thread.start()
	try:
		yield f"http://127.0.0.1:{server.server_port}"
	finally:
		server.shutdown()
		thread.join()
