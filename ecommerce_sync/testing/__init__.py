"""What the app's tests on a site share: a store, a signed message, and the web door as a server sees it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import frappe
from frappe import app as web
from werkzeug.test import Client, TestResponse

SECRET = "a-secret-of-the-tests"
CONSUMER_SECRET = "cs_another-secret-of-the-tests"
HOST = "shop.example.com"
DOOR = "/api/method/ecommerce_sync.api.webhook.receive"
Answer = TypeVar("Answer")


def new_store(name: str, **values: Any) -> Any:
	"""A WooCommerce store of the site's first company, saved; one of the same name goes first."""
	remove_store(name)
	doc = frappe.new_doc("Store Connection")
	doc.update({"store_name": name, "platform": "woocommerce", "url": f"https://{name.lower()}.{HOST}"})
	doc.update({"company": company(), "client_id": "ck_1", "client_secret": CONSUMER_SECRET})
	doc.update({"webhook_secret": SECRET, **values})
	return doc.insert()


def remove_store(name: str) -> None:
	"""The store with its events and links."""
	for doctype in ("Sync Log", "Store Link", "Store Listing"):
		frappe.db.delete(doctype, {"store": name})
	frappe.delete_doc("Store Connection", name, force=True, ignore_missing=True)


def company() -> str:
	"""The company that the tests book in."""
	return str(frappe.get_all("Company", pluck="name", order_by="creation asc", limit=1)[0])


def new_item(code: str) -> Any:
	"""A sellable Item without stock."""
	if frappe.db.exists("Item", code):
		return frappe.get_doc("Item", code)
	group = frappe.db.get_value("Item Group", {"is_group": 0})
	item = frappe.new_doc("Item")
	item.update({"item_code": code, "item_group": group, "stock_uom": "Nos", "is_stock_item": 0})
	return item.insert()


def order(order_id: int, sku: str, total: str = "20.00", **values: Any) -> dict[str, Any]:
	"""A WooCommerce order of two pieces without tax."""
	line = {"id": 1, "name": "A thing", "product_id": 5, "variation_id": 0, "quantity": 2, "sku": sku}
	return {
		"id": order_id,
		"number": str(order_id),
		"status": "processing",
		"currency": frappe.get_cached_value("Company", company(), "default_currency"),
		"date_created_gmt": "2026-10-01T10:00:00",
		"date_modified_gmt": "2026-10-01T10:00:00",
		"date_paid_gmt": "2026-10-01T10:00:00",
		"total": total,
		"total_tax": "0.00",
		"discount_total": "0.00",
		"prices_include_tax": False,
		"billing": {"first_name": "Ada", "last_name": "Test", "email": f"ada{order_id}@example.com"},
		"line_items": [{**line, "subtotal": total, "total": total, "total_tax": "0.00", "taxes": []}],
		**values,
	}


def signature(body: bytes, secret: str = SECRET) -> str:
	"""What WooCommerce sends as X-WC-Webhook-Signature."""
	return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def post(store: str | None, body: bytes, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
	"""The body sent to the door like WooCommerce does, signed unless the headers say otherwise."""
	sent = {
		"X-WC-Webhook-Topic": "order.created",
		"X-WC-Webhook-Signature": signature(body),
		**(headers or {}),
	}
	query = {"store": store} if store is not None else {}
	return request("POST", DOOR, data=body, headers=sent, query_string=query, **more)


def request(method: str, path: str, **more: Any) -> TestResponse:
	"""One request to the whole web application, in a thread: it makes and ends a Frappe context of its own."""
	headers = {"X-Frappe-Site-Name": frappe.local.site, **more.pop("headers", {})}
	more = {"content_type": "application/json", **more}
	return in_thread(lambda: Client(web.application).open(path, method=method, headers=headers, **more))


def in_thread(work: Callable[[], Answer]) -> Answer:
	"""Run without the test's Frappe context, and see afterwards what was committed."""
	frappe.db.commit()
	with ThreadPoolExecutor(1) as pool:
		answer = pool.submit(work).result()
	frappe.db.rollback()
	return answer


def body_of(document: dict[str, Any]) -> bytes:
	"""JSON as a store sends it."""
	return json.dumps(document).encode()


def events(store: str) -> list[Any]:
	"""All columns of the store's Sync Log rows, oldest first."""
	return frappe.get_all("Sync Log", {"store": store}, ["*"], order_by="creation asc")


@contextmanager
def user_with(*roles: str) -> Iterator[str]:
	"""Be a user with just these roles."""
	email = "ecommerce-sync-tester@example.com"
	frappe.delete_doc("User", email, force=True, ignore_missing=True)
	user = frappe.new_doc("User")
	user.update({"email": email, "first_name": "Tester", "send_welcome_email": 0, "user_image": "/x.png"})
	user.append_roles(*roles)
	user.insert(ignore_permissions=True)
	frappe.set_user(email)
	try:
		yield email
	finally:
		frappe.set_user("Administrator")
