"""What every REST endpoint of the emulated store shares: its caller, its parameters, its pages, its body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from ecommerce_sync.sandbox.woocommerce.auth import ApiKey
from ecommerce_sync.sandbox.woocommerce.errors import RestError, cannot
from ecommerce_sync.sandbox.woocommerce.params import page_of

if TYPE_CHECKING:
	from ecommerce_sync.sandbox.woocommerce.store import Store


@dataclass(frozen=True)
class Answer:
	"""What an endpoint answers, before it is JSON."""

	content: Any
	status: int = 200
	headers: dict[str, str] = field(default_factory=dict)


class Endpoint:
	"""One request's view of the store. Every endpoint but the index first checks that somebody calls."""

	def __init__(self, store: Store, request: Request, caller: ApiKey | None) -> None:
		self.store, self.request, self.caller = store, request, caller
		self.args = {name.removesuffix("[]"): _last_or_all(request, name) for name in request.args}

	def body(self) -> dict[str, Any]:
		"""The posted parameters. Raises RestError 400 for what is no JSON object."""
		body = self.request.get_json(silent=True) if self.request.is_json else self.request.form.to_dict()
		if not isinstance(body, dict):
			details = {"json_error_code": 4, "json_error_message": "Syntax error"}
			raise RestError("rest_invalid_json", "Invalid JSON body passed.", 400, details)
		return body

	@property
	def _here(self) -> str:
		return self.store.url + self.request.path

	def _may(self, what: str) -> None:
		if self.caller is None:
			raise cannot(what)

	def _listed(self, things: Sequence[dict[str, Any]]) -> Answer:
		page = page_of(self.args)
		return self._paged(page.of(things), len(things))

	def _paged(self, shown: list[dict[str, Any]], total: int) -> Answer:
		"""One page that was cut already, out of `total`."""
		headers = page_of(self.args).headers(self._here, self._plain_args(), total)
		return Answer(self._fields(shown), headers=headers)

	def _fields(self, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
		"""`_fields`: only these keys."""
		wanted = [name.strip() for name in self.args.get("_fields", "").split(",") if name.strip()]
		return [{key: thing[key] for key in thing if key in wanted} for thing in things] if wanted else things

	def _plain_args(self) -> dict[str, str]:
		return {name: value for name, value in self.args.items() if name != "consumer_secret"}

	def _flag(self, name: str) -> bool:
		return self.args.get(name, "").lower() in ("1", "true")


def _last_or_all(request: Request, name: str) -> str:
	"""PHP's reading of a repeated parameter: the last one, or all when its name ends in []."""
	values = request.args.getlist(name)
	return ",".join(values) if name.endswith("[]") else values[-1]
