"""The errors of WordPress's REST API: a code, a message for people, a status, and what else is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CANNOT = {
	"list": ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
	"view": ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
	"create": ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
	"edit": ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
	"delete": ("woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource."),
}


class RestError(Exception):
	"""A refusal as the REST API words it; `data` joins the status."""

	def __init__(self, code: str, message: str, status: int, data: Mapping[str, Any] | None = None) -> None:
		super().__init__(message)
		self.code, self.message, self.status, self.data = code, message, status, dict(data or {})
		self.headers: dict[str, str] = {}

	def as_json(self) -> dict[str, Any]:
		return {"code": self.code, "message": self.message, "data": {"status": self.status, **self.data}}


def cannot(what: str) -> RestError:
	"""The refusal of a caller who is nobody; `what` is list, view, create, edit or delete."""
	return RestError(*CANNOT[what], 401)


def authentication_error(message: str) -> RestError:
	return RestError("woocommerce_rest_authentication_error", message, 401)


def invalid_param(name: str, code: str, message: str) -> RestError:
	"""WP_REST_Request::has_valid_params: one parameter that its schema refuses."""
	details = {name: {"code": code, "message": message, "data": None}}
	data = {"params": {name: message}, "details": details}
	return RestError("rest_invalid_param", f"Invalid parameter(s): {name}", 400, data)


def missing_param(name: str) -> RestError:
	"""A required parameter that was not sent."""
	message = f"Missing parameter(s): {name}"
	return RestError("rest_missing_callback_param", message, 400, {"params": [name]})


def no_route() -> RestError:
	return RestError("rest_no_route", "No route was found matching the URL and request method.", 404)


def unsupported(what: str) -> RestError:
	"""Not WooCommerce's: the real store knows `what`, the emulated one does not and says so."""
	message = f"The emulated store does not support {what}. Extend ecommerce_sync.sandbox.woocommerce."
	return RestError("emulator_unsupported", message, 501)
