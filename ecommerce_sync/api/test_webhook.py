"""The webhook door, through the whole web application."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from ..bootstrap import SYNC_USER
from ..testing import (
	CONSUMER_SECRET,
	DOOR,
	HOST,
	SECRET,
	body_of,
	events,
	new_store,
	order,
	post,
	remove_store,
	request,
	signature,
)

STORE = "Door-Test"


class TestWebhook(FrappeTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		new_store(STORE)

	@classmethod
	def tearDownClass(cls) -> None:
		remove_store(STORE)
		frappe.db.commit()
		super().tearDownClass()

	def setUp(self) -> None:
		frappe.db.delete("Sync Log", {"store": STORE})
		self.body = body_of(order(101, "SKU-1"))

	def test_a_signed_message_is_stored_whole(self) -> None:
		answer = post(STORE, self.body)
		self.assertEqual((answer.status_code, answer.json), (200, {"message": "stored"}))
		(row,) = events(STORE)
		self.assertEqual(zlib.decompress(b64decode(row.payload)), self.body)
		self.assertEqual((row.state, row.external_id, row.owner), ("Queued", "101", SYNC_USER))

	def test_a_duplicate_is_well_but_not_stored_again(self) -> None:
		answers = [post(STORE, self.body).json["message"] for _ in range(3)]
		self.assertEqual(answers, ["stored", "duplicate", "duplicate"])
		self.assertEqual(len(events(STORE)), 1)

	def test_a_bad_signature_is_401(self) -> None:
		for bad in ("", "x", "AAAA", signature(self.body, "other"), "é", signature(self.body + b" ")):
			with self.subTest(bad):
				answer = post(STORE, self.body, {"X-WC-Webhook-Signature": bad})
				self.assertEqual(answer.status_code, 401)
		self.assertEqual(events(STORE), [])

	def test_an_unsigned_message_is_401(self) -> None:
		answer = request("POST", DOOR, data=self.body, query_string={"store": STORE})
		self.assertEqual(answer.status_code, 401)

	def test_another_shops_message_is_401(self) -> None:
		answer = post(STORE, self.body, {"X-WC-Webhook-Source": "https://evil.example.com/"})
		self.assertEqual(answer.status_code, 401)
		answer = post(STORE, self.body, {"X-WC-Webhook-Source": f"https://{STORE.lower()}.{HOST}/"})
		self.assertEqual(answer.status_code, 200)

	def test_an_unknown_store_is_404(self) -> None:
		for name in ("No Such Store", "", None, "x" * 200, "' or 1=1 --", "\u0000"):
			with self.subTest(name):
				self.assertEqual(post(name, self.body).status_code, 404)

	def test_a_disabled_store_is_404_at_once(self) -> None:
		self.assertEqual(post(STORE, self.body).status_code, 200)  # the door knows the store now
		store = frappe.get_doc("Store Connection", STORE)
		for enabled, status in ((0, 404), (1, 200)):
			store.enabled = enabled
			store.save()
			self.assertEqual(post(STORE, self.body).status_code, status)

	def test_the_store_is_never_taken_from_the_body(self) -> None:
		body = body_of({**order(102, "SKU-1"), "store": STORE})
		self.assertEqual(post(None, body).status_code, 404)

	def test_a_large_body_is_413(self) -> None:
		body = body_of({**order(103, "SKU-1"), "customer_note": "x" * (2 * 1024 * 1024)})
		self.assertEqual(post(STORE, body).status_code, 413)
		self.assertEqual(events(STORE), [])

	def test_junk_is_400(self) -> None:
		for junk in (b"{}", b"[1]", body_of({"id": None}), body_of({"code": "rest_no", "message": "no"})):
			with self.subTest(junk):
				self.assertEqual(post(STORE, junk).status_code, 400)
		answer = post(STORE, b"\xff\xfe not json", content_type="application/octet-stream")
		self.assertIn(answer.status_code, (400, 500))  # Frappe decodes the body before the app is asked
		self.assertEqual(events(STORE), [])

	def test_a_topic_that_nothing_is_done_on_leaves_no_row(self) -> None:
		answer = post(STORE, self.body, {"X-WC-Webhook-Topic": "coupon.updated"})
		self.assertEqual((answer.status_code, answer.json), (200, {"message": "unused"}))
		self.assertEqual(events(STORE), [])

	def test_the_greeting_is_answered(self) -> None:
		answer = request(
			"POST",
			DOOR,
			data=b"webhook_id=7",
			query_string={"store": STORE},
			content_type="application/x-www-form-urlencoded",
		)
		self.assertEqual((answer.status_code, answer.json), (200, {"message": "pong"}))

	def test_only_post_is_taken(self) -> None:
		answer = request("GET", DOOR, query_string={"store": STORE})
		self.assertEqual(answer.status_code, 403)

	def test_without_redis_messages_are_stored(self) -> None:
		with patch.object(frappe, "enqueue", side_effect=ConnectionError("no Redis")):
			frappe.cache.delete_value("ecommerce_sync:drain_waits")
			self.assertEqual(post(STORE, self.body).status_code, 200)
		self.assertEqual(len(events(STORE)), 1)

	def test_no_secret_leaves_the_site(self) -> None:
		answers = [
			post(STORE, self.body),
			post(STORE, self.body, {"X-WC-Webhook-Signature": "x"}),
			post(STORE, b"{}"),
		]
		said = "".join(answer.get_data(as_text=True) + str(answer.headers) for answer in answers)
		kept = json.dumps(events(STORE), default=str)
		for secret in (SECRET, CONSUMER_SECRET):
			self.assertNotIn(secret, said + kept)

	def test_redis_keeps_no_plain_secret(self) -> None:
		post(STORE, self.body)
		raw = frappe.cache.get(frappe.cache.make_key(f"ecommerce_sync:inbox:{STORE}"))
		self.assertIsNotNone(raw)
		for secret in (SECRET, CONSUMER_SECRET):
			self.assertNotIn(secret.encode(), raw)
