"""The endpoints of REST v3 that the emulated store answers, and what each asks of its caller."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from ecommerce_sync.sandbox.woocommerce import resources, site
from ecommerce_sync.sandbox.woocommerce.endpoint import Answer
from ecommerce_sync.sandbox.woocommerce.errors import RestError, no_route
from ecommerce_sync.sandbox.woocommerce.rest_orders import TRACKING, TrackingEndpoints
from ecommerce_sync.sandbox.woocommerce.rest_payments import PaymentEndpoints
from ecommerce_sync.sandbox.woocommerce.rest_people import CustomerEndpoints
from ecommerce_sync.sandbox.woocommerce.rest_products import ProductEndpoints
from ecommerce_sync.sandbox.woocommerce.rest_terms import TermEndpoints
from ecommerce_sync.sandbox.woocommerce.store import not_found
from ecommerce_sync.sandbox.woocommerce.webhooks import HOOKS, STATUSES, Webhook

API = "/wp-json/wc/v3"
VARIATIONS = f"{API}/products/<int:product_id>/variations"
TERMS = f"{API}/products/<any(categories, tags):kind>"
REFUNDS, NOTES = f"{API}/orders/<int:order_id>/refunds", f"{API}/orders/<int:order_id>/notes"
TRACKINGS = f"{TRACKING}/<int:order_id>/shipment-trackings"
WRITE = ["PUT", "PATCH", "POST"]


class Rest(ProductEndpoints, TermEndpoints, TrackingEndpoints, CustomerEndpoints, PaymentEndpoints):
	"""All endpoints, for one request."""

	def index(self) -> Answer:
		return Answer(site.index_json(self.store.settings, self.store.url))

	def list_webhooks(self) -> Answer:
		self._may("list")
		return self._listed(
			[self._shown(hook) for hook in self.store.webhooks.listed(self.args.get("status", "all"))]
		)

	def get_webhook(self, id: int) -> Answer:
		self._may("view")
		return Answer(self._shown(self._webhook(id)))

	def post_webhook(self) -> Answer:
		self._may("create")
		body = self.body()
		topic = _topic(body.get("topic"), "Webhook topic is required and must be valid.")
		url = _delivery_url(body.get("delivery_url"))
		name = body.get("name") or self.store.now().strftime("Webhook created on %b %d, %Y @ %I:%M %p")
		secret = body.get("secret") or self.store.webhook_secret
		webhook = self.store.webhooks.add(topic, url, secret, name, _status(body.get("status", "active")))
		location = {"Location": f"{self._here}/{webhook.id}"}
		return Answer(self._shown(webhook), 201, location)

	def put_webhook(self, id: int) -> Answer:
		self._may("edit")
		webhook, body = self._webhook(id, missing_status=400), self.body()
		checks: dict[str, Callable[[Any], str]] = {
			"topic": lambda value: _topic(value, "Webhook topic must be valid."),
			"delivery_url": _delivery_url,
			"status": _status,
			"secret": str,
			"name": str,
		}
		values = {name: check(body[name]) for name, check in checks.items() if body.get(name)}
		self.store.webhooks.change(webhook, **values)
		return Answer(self._shown(webhook))

	def delete_webhook(self, id: int) -> Answer:
		self._may("delete")
		if not self._flag("force"):
			raise RestError("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
		webhook = self._webhook(id)
		self.store.webhooks.remove(id)
		return Answer(self._shown(webhook))

	def list_settings(self, group: str) -> Answer:
		self._may("list")
		return Answer(self._settings(group))

	def get_setting(self, group: str, id: str) -> Answer:
		self._may("view")
		found = [setting for setting in self._settings(group) if setting["id"] == id]
		if not found:
			raise RestError("rest_setting_setting_invalid", "Invalid setting.", 404)
		return Answer(found[0])

	def list_taxes(self) -> Answer:
		self._may("list")
		return self._listed(resources.taxes_json(self.store.rates, self.store.settings, self.store.url))

	def list_gateways(self) -> Answer:
		self._may("list")
		return Answer(resources.gateways_json(self.store.url, self.store.settings.woopayments))

	def list_zones(self) -> Answer:
		self._may("list")
		return Answer(resources.zones_json(self.store.url))

	def list_zone_methods(self, id: int) -> Answer:
		self._may("list")
		if id not in resources.ZONES:
			raise RestError("woocommerce_rest_shipping_zone_invalid", "Resource does not exist.", 404)
		return Answer(resources.zone_methods_json(id, self.store.url))

	def current_currency(self) -> Answer:
		self._may("list")
		return Answer(site.currency_json(self.store.settings, self.store.url))

	def system_status(self) -> Answer:
		self._may("list")
		return Answer(site.system_status_json(self.store.settings, self.store.url))

	def _webhook(self, id: int, missing_status: int = 404) -> Webhook:
		webhook = self.store.webhooks.get(id)
		if webhook is None:
			raise _as_status(not_found("webhook"), missing_status)
		return webhook

	def _settings(self, group: str) -> list[dict[str, Any]]:
		found = site.settings_json(group, self.store.settings, self.store.url)
		if found is None:
			raise RestError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
		return found

	def _shown(self, webhook: Webhook) -> dict[str, Any]:
		return webhook.as_json(self.store.settings, self.store.url)


ROUTES = Map(
	[
		Rule("/wp-json/", endpoint=Rest.index, methods=["GET"]),
		Rule(f"{API}/orders", endpoint=Rest.list_orders, methods=["GET"]),
		Rule(f"{API}/orders/<int:id>", endpoint=Rest.get_order, methods=["GET"]),
		Rule(f"{API}/orders/<int:id>", endpoint=Rest.put_order, methods=WRITE),
		Rule(f"{API}/orders/<int:id>", endpoint=Rest.delete_order, methods=["DELETE"]),
		Rule(REFUNDS, endpoint=Rest.list_refunds, methods=["GET"]),
		Rule(REFUNDS, endpoint=Rest.post_refund, methods=["POST"]),
		Rule(f"{REFUNDS}/<int:id>", endpoint=Rest.get_refund, methods=["GET"]),
		Rule(f"{REFUNDS}/<int:id>", endpoint=Rest.delete_refund, methods=["DELETE"]),
		Rule(f"{API}/refunds", endpoint=Rest.list_all_refunds, methods=["GET"]),
		Rule(NOTES, endpoint=Rest.list_notes, methods=["GET"]),
		Rule(NOTES, endpoint=Rest.post_note, methods=["POST"]),
		Rule(f"{NOTES}/<int:id>", endpoint=Rest.get_note, methods=["GET"]),
		Rule(f"{NOTES}/<int:id>", endpoint=Rest.delete_note, methods=["DELETE"]),
		Rule(TRACKINGS, endpoint=Rest.list_trackings, methods=["GET"]),
		Rule(TRACKINGS, endpoint=Rest.post_tracking, methods=["POST"]),
		Rule(f"{TRACKINGS}/providers", endpoint=Rest.list_providers, methods=["GET"]),
		Rule(f"{TRACKINGS}/<tracking_id>", endpoint=Rest.get_tracking, methods=["GET"]),
		Rule(f"{TRACKINGS}/<tracking_id>", endpoint=Rest.delete_tracking, methods=["DELETE"]),
		Rule(f"{API}/webhooks", endpoint=Rest.list_webhooks, methods=["GET"]),
		Rule(f"{API}/webhooks", endpoint=Rest.post_webhook, methods=["POST"]),
		Rule(f"{API}/webhooks/<int:id>", endpoint=Rest.get_webhook, methods=["GET"]),
		Rule(f"{API}/webhooks/<int:id>", endpoint=Rest.put_webhook, methods=WRITE),
		Rule(f"{API}/webhooks/<int:id>", endpoint=Rest.delete_webhook, methods=["DELETE"]),
		Rule(f"{API}/settings/<group>", endpoint=Rest.list_settings, methods=["GET"]),
		Rule(f"{API}/settings/<group>/<id>", endpoint=Rest.get_setting, methods=["GET"]),
		Rule(f"{API}/taxes", endpoint=Rest.list_taxes, methods=["GET"]),
		Rule(f"{API}/payment_gateways", endpoint=Rest.list_gateways, methods=["GET"]),
		Rule(f"{API}/shipping/zones", endpoint=Rest.list_zones, methods=["GET"]),
		Rule(f"{API}/shipping/zones/<int:id>/methods", endpoint=Rest.list_zone_methods, methods=["GET"]),
		Rule(f"{API}/products", endpoint=Rest.list_products, methods=["GET"]),
		Rule(f"{API}/products", endpoint=Rest.post_product, methods=["POST"]),
		Rule(f"{API}/products/batch", endpoint=Rest.batch_products, methods=WRITE),
		Rule(f"{API}/products/<int:id>", endpoint=Rest.get_product, methods=["GET"]),
		Rule(f"{API}/products/<int:id>", endpoint=Rest.put_product, methods=WRITE),
		Rule(f"{API}/products/<int:id>", endpoint=Rest.delete_product, methods=["DELETE"]),
		Rule(f"{API}/variations", endpoint=Rest.list_all_variations, methods=["GET"]),
		Rule(f"{VARIATIONS}", endpoint=Rest.list_variations, methods=["GET"]),
		Rule(f"{VARIATIONS}", endpoint=Rest.post_variation, methods=["POST"]),
		Rule(f"{VARIATIONS}/batch", endpoint=Rest.batch_variations, methods=WRITE),
		Rule(f"{VARIATIONS}/<int:id>", endpoint=Rest.get_variation, methods=["GET"]),
		Rule(f"{VARIATIONS}/<int:id>", endpoint=Rest.put_variation, methods=WRITE),
		Rule(f"{VARIATIONS}/<int:id>", endpoint=Rest.delete_variation, methods=["DELETE"]),
		Rule(f"{TERMS}", endpoint=Rest.list_terms, methods=["GET"]),
		Rule(f"{TERMS}", endpoint=Rest.post_term, methods=["POST"]),
		Rule(f"{TERMS}/<int:id>", endpoint=Rest.get_term, methods=["GET"]),
		Rule(f"{TERMS}/<int:id>", endpoint=Rest.put_term, methods=WRITE),
		Rule(f"{API}/products/attributes", endpoint=Rest.list_attributes, methods=["GET"]),
		Rule(f"{API}/products/attributes", endpoint=Rest.post_attribute, methods=["POST"]),
		Rule(f"{API}/products/attributes/<int:id>", endpoint=Rest.get_attribute, methods=["GET"]),
		Rule(
			f"{API}/products/attributes/<int:id>/terms", endpoint=Rest.list_attribute_terms, methods=["GET"]
		),
		Rule(
			f"{API}/products/attributes/<int:id>/terms", endpoint=Rest.post_attribute_term, methods=["POST"]
		),
		Rule(f"{API}/customers", endpoint=Rest.list_customers, methods=["GET"]),
		Rule(f"{API}/customers/<int:id>", endpoint=Rest.get_customer, methods=["GET"]),
		Rule(f"{API}/customers/<int:id>", endpoint=Rest.put_customer, methods=WRITE),
		Rule(f"{API}/customers/<int:id>", endpoint=Rest.delete_customer, methods=["DELETE"]),
		Rule(f"{API}/payments/deposits", endpoint=Rest.list_deposits, methods=["GET"]),
		Rule(f"{API}/payments/deposits/<id>", endpoint=Rest.get_deposit, methods=["GET"]),
		Rule(f"{API}/payments/transactions", endpoint=Rest.list_transactions, methods=["GET"]),
		Rule(f"{API}/data/currencies/current", endpoint=Rest.current_currency, methods=["GET"]),
		Rule(f"{API}/system_status", endpoint=Rest.system_status, methods=["GET"]),
	],
	strict_slashes=False,
)


@dataclass(frozen=True)
class Route:
	"""The endpoint that a request names: `pattern` is its path without the API's, "products/<id>"."""

	pattern: str
	endpoint: Callable[..., Answer]
	values: Mapping[str, Any]

	def answer(self, rest: Rest) -> Answer:
		return self.endpoint(rest, **self.values)


def route_of(request: Request) -> Route:
	"""Raises RestError 404 when there is none."""
	try:
		rule, values = ROUTES.bind_to_environ(request.environ).match(return_rule=True)
	except HTTPException:
		raise no_route() from None
	path = request.path.removeprefix(f"{API}/").removeprefix("/wp-json/").rstrip("/")
	pattern = re.sub(r"/(?:\d+|[0-9a-f]{32})(?=/|$)", "/<id>", path)
	return Route(pattern, rule.endpoint, values)


def _as_status(error: RestError, status: int) -> RestError:
	error.status = status
	return error


def _topic(value: Any, message: str) -> str:
	if not isinstance(value, str) or (value.lower() not in HOOKS and not value.startswith("action.")):
		raise RestError("woocommerce_rest_shop_webhook_invalid_topic", message, 400)
	return value


def _delivery_url(value: Any) -> str:
	if not isinstance(value, str) or not value.startswith(("http://", "https://")):
		message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
		raise RestError("woocommerce_rest_shop_webhook_invalid_delivery_url", message, 400)
	return value


def _status(value: Any) -> str:
	if value not in STATUSES:
		raise RestError("woocommerce_rest_shop_webhook_invalid_status", "Webhook status must be valid.", 400)
	return str(value)
