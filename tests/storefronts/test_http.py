"""The transport: where it may go, what it repeats, what it makes of answers, and that no secret leaves it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from ecommerce_sync.core.errors import Fixable, SyncError, Transient
from ecommerce_sync.storefronts.addresses import is_public
from ecommerce_sync.storefronts.http import Policy, Transport
from ecommerce_sync.storefronts.masking import masked
from ecommerce_sync.storefronts.retries import retry_after
from tests.storefronts.answers import Answers, Waits

URL = "https://shop.example/api"
SECRET = "shpss_0123456789abcdef"


def transport(answers: Answers, waits: Waits | None = None, **policy: Any) -> Transport:
	"""One that reaches no network."""
	waits = waits if waits is not None else Waits()
	return Transport(
		Policy(**policy),
		[SECRET],
		adapter=answers,
		sleep=waits.sleep,
		clock=waits.clock,
		resolver=lambda host, port: ["93.184.216.34"],
		jitter=lambda: 1.0,
	)


class TestAddresses:
	@pytest.mark.parametrize(
		"address",
		"""127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 ::1 fe80::1
		fe80::1%eth0 fc00::1 ::ffff:10.0.0.1 64:ff9b::a00:1 2002:7f00:1:: 255.255.255.255 shop.example""".split(),
	)
	def test_private_addresses(self, address: str) -> None:
		assert not is_public(address)

	@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
	def test_public_addresses(self, address: str) -> None:
		assert is_public(address)

	@pytest.mark.parametrize(
		"url",
		[
			"http://shop.example",
			"ftp://shop.example",
			"https://",
			"https://user:pw@shop.example",
			"https://[::1",
		],
	)
	def test_address_that_is_never_asked(self, url: str) -> None:
		answers = Answers((200, b"{}"))
		with pytest.raises(Fixable) as caught:
			transport(answers).request("GET", url)
		assert (caught.value.reason, answers.asked) == ("store_refused", [])

	def test_host_that_resolves_to_a_private_address(self) -> None:
		answers = Answers((200, b"{}"))
		one = Transport(adapter=answers, resolver=lambda host, port: ["93.184.216.34", "10.0.0.1"])
		with pytest.raises(Fixable, match="private address"):
			one.request("GET", URL)
		assert answers.asked == []

	def test_host_that_lies_at_resolution_is_caught_at_its_socket(self) -> None:
		with serving(lambda handler: None) as url:
			lying = Transport(Policy(allow_http=True), resolver=lambda host, port: ["93.184.216.34"])
			with pytest.raises(Fixable, match="private address"):
				lying.request("GET", url)

	def test_allowed_private_http_address(self) -> None:
		with serving(lambda handler: None) as url:
			answer = Transport(Policy(allow_http=True, allow_private=True)).request("GET", url)
		assert answer.json() == {}

	def test_unknown_host_is_transient(self) -> None:
		def unknown(host: str, port: int) -> list[str]:
			raise socket.gaierror(-2, "Name or service not known")

		with pytest.raises(Transient) as caught:
			Transport(resolver=unknown, sleep=lambda seconds: None).request("GET", URL)
		assert caught.value.reason == "network"

	def test_redirect_within_the_host_is_followed_for_reading(self) -> None:
		answers = Answers((301, b"", {"Location": "/v2/api"}), (200, b'{"a":1}'))
		assert transport(answers).request("GET", URL).json() == {"a": 1}
		assert answers.asked[1].url == "https://shop.example/v2/api"

	@pytest.mark.parametrize(
		("method", "target"),
		[("GET", "https://evil.example/"), ("GET", "http://shop.example/"), ("POST", "/b")],
	)
	def test_other_redirects_are_refused(self, method: str, target: str) -> None:
		answers = Answers((302, b"", {"Location": target}))
		with pytest.raises(Fixable, match="redirects to"):
			transport(answers).request(method, URL)
		assert len(answers.asked) == 1

	def test_redirect_in_a_circle_ends(self) -> None:
		with pytest.raises(Fixable, match="circle"):
			transport(Answers((302, b"", {"Location": "/api"}))).request("GET", URL)


class TestRetries:
	@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
	def test_retriable_status_is_repeated(self, status: int) -> None:
		answers, waits = Answers((status, b""), (status, b""), (200, b"{}")), Waits()
		assert transport(answers, waits).request("GET", URL).status == 200
		assert waits == [0.5, 1.0]

	def test_what_may_have_arrived_is_not_posted_again(self) -> None:
		answers = Answers((502, b""))
		with pytest.raises(Transient):
			transport(answers).request("POST", URL)
		assert len(answers.asked) == 1

	@pytest.mark.parametrize("failure", [(429, b""), requests.ConnectTimeout()])
	def test_what_did_not_arrive_is_posted_again(self, failure: Any) -> None:
		assert transport(Answers(failure, (200, b"{}"))).request("POST", URL).status == 200

	def test_attempts_end(self) -> None:
		answers = Answers((500, b""))
		with pytest.raises(Transient) as caught:
			transport(answers).request("GET", URL)
		assert (caught.value.reason, caught.value.params["status"]) == (
			"store_error",
			"500 Internal Server Error",
		)
		assert len(answers.asked) == 4

	def test_retry_after_is_honoured(self) -> None:
		answers, waits = Answers((429, b"", {"Retry-After": "3"}), (200, b"{}")), Waits()
		transport(answers, waits).request("GET", URL)
		assert waits == [3.0]

	def test_longer_wait_is_left_to_the_inbox(self) -> None:
		answers, waits = Answers((429, b"", {"Retry-After": "90"})), Waits()
		with pytest.raises(Transient) as caught:
			transport(answers, waits).request("GET", URL)
		assert (caught.value.reason, caught.value.retry_after, waits) == ("throttled", 90.0, [])

	@pytest.mark.parametrize(
		("value", "seconds"),
		[
			("7", 7.0),
			("0.5", 0.5),
			("Wed, 01 Jul 2026 10:00:30 GMT", 30.0),
			("Wed, 01 Jul 2020 10:00:30 GMT", 0.0),
			("soon", None),
			("inf", None),
			("nan", None),
			("", None),
		],
	)
	def test_retry_after_in_all_forms(self, value: str, seconds: float | None) -> None:
		now = datetime(2026, 7, 1, 10, tzinfo=timezone.utc)
		assert retry_after({"Retry-After": value}, now) == seconds


class TestAnswers:
	@pytest.mark.parametrize("status", [401, 403])
	def test_refused_credentials(self, status: int) -> None:
		with pytest.raises(Fixable) as caught:
			transport(Answers((status, b"no"))).request("GET", URL)
		assert (caught.value.reason, caught.value.cause) == (
			"credentials_refused",
			"credentials:shop.example",
		)

	def test_other_refusal_says_what_the_store_said(self) -> None:
		with pytest.raises(Fixable, match="422 Unprocessable") as caught:
			transport(Answers((422, b"name is taken"))).request("POST", URL)
		assert "name is taken" in str(caught.value)

	def test_accepted_status_is_returned(self) -> None:
		assert transport(Answers((404, b"{}"))).request("GET", URL, accept={404}).status == 404

	def test_answer_too_large(self) -> None:
		with pytest.raises(Fixable, match="larger than 1000 bytes"):
			transport(Answers((200, b"x" * 1001)), max_bytes=1000).request("GET", URL)

	def test_answer_too_slow(self) -> None:
		ticks = iter(range(0, 10_000, 100))
		slow = Transport(
			Policy(attempts=1),
			adapter=Answers((200, b"x" * 200_000)),
			clock=lambda: float(next(ticks)),
			resolver=lambda host, port: ["93.184.216.34"],
		)
		with pytest.raises(Transient, match="over 120 seconds"):
			slow.request("GET", URL)

	@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b'{"a": NaN}', b"[" * 100_000])
	def test_body_that_is_no_json(self, body: bytes) -> None:
		answer = transport(Answers((200, body))).request("GET", URL)
		with pytest.raises(Transient):
			answer.json()

	@pytest.mark.parametrize(
		("failure", "reason"),
		[
			(requests.ConnectionError("Connection reset by peer"), "network"),
			(requests.ReadTimeout("timed out"), "network"),
			(requests.exceptions.ChunkedEncodingError("cut"), "network"),
			(requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED: expired"), "store_refused"),
		],
	)
	def test_failures_on_the_way(self, failure: Exception, reason: str) -> None:
		with pytest.raises(SyncError) as caught:
			transport(Answers(failure)).request("GET", URL)
		assert caught.value.reason == reason


class TestSecrets:
	@pytest.mark.parametrize(
		"failure",
		[
			(401, f"token {SECRET} is unknown".encode()),
			(422, b"consumer_secret=cs_abcdef0123456789&x=1"),
			requests.ConnectionError(f"GET /?client_secret={SECRET} failed"),
		],
	)
	def test_no_secret_in_errors_and_logs(self, failure: Any, caplog: pytest.LogCaptureFixture) -> None:
		one = transport(Answers(failure))
		with caplog.at_level(logging.DEBUG), pytest.raises(SyncError) as caught:
			one.request("GET", URL, headers={"Authorization": f"Bearer {SECRET}"})
		shown = f"{caught.value} {caught.value!r} {caught.value.params} {caplog.text} {one!r}"
		assert SECRET not in shown and "cs_abcdef" not in shown
		assert caught.value.__suppress_context__ or caught.value.__context__ is None

	def test_forms_of_a_secret(self) -> None:
		text = "a/b+c= a%2Fb%2Bc%3D YS9iK2M9 Basic Y2tfeDpjc19 shpat_12ab ck_0123456789ab"
		shown = masked(text, ["a/b+c="])
		assert shown == "*** *** *** Basic *** *** ***"

	def test_netrc_is_not_asked(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
		netrc = tmp_path / "netrc"
		netrc.write_text("machine shop.example login me password other\n")
		monkeypatch.setenv("NETRC", str(netrc))
		answers = Answers((200, b"{}"))
		transport(answers).request("GET", URL, headers={"Authorization": "Bearer mine"})
		assert answers.asked[0].headers["Authorization"] == "Bearer mine"


class serving:
	"""A web server on this machine that answers {} after `act` had its say."""

	def __init__(self, act: Callable[[BaseHTTPRequestHandler], None]) -> None:
		class Handler(BaseHTTPRequestHandler):
			def do_GET(self) -> None:
				act(self)
				self.send_response(200)
				self.send_header("Content-Length", "2")
				self.end_headers()
				self.wfile.write(b"{}")

			def log_message(self, *_args: Any) -> None:
				"""Nothing to say."""

		self._server = HTTPServer(("127.0.0.1", 0), Handler)
		self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

	def __enter__(self) -> str:
		self._thread.start()
		return f"http://127.0.0.1:{self._server.server_port}/"

	def __exit__(self, *_error: object) -> None:
		self._server.shutdown()
		self._server.server_close()
