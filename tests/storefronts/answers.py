"""A requests adapter that answers from a list and keeps what was asked: stores that misbehave on purpose."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse


class Answers(BaseAdapter):
	"""Each answer is an exception to raise or (status, body, headers); the last one stays."""

	def __init__(self, *answers: Any) -> None:
		super().__init__()
		self.answers = list(answers)
		self.asked: list[requests.PreparedRequest] = []

	def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
		"""The next answer."""
		self.asked.append(request)
		answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
		if isinstance(answer, Exception):
			raise answer
		return _response(request, *answer)

	def close(self) -> None:
		"""Nothing is open."""


class Waits(list[float]):
	"""A clock that moves only when somebody sleeps; holds the seconds slept."""

	def sleep(self, seconds: float) -> None:
		"""Sleep in no time."""
		self.append(seconds)

	def clock(self) -> float:
		"""Seconds since the start."""
		return sum(self)


def _response(
	request: requests.PreparedRequest, status: int, body: Any = b"", headers: Mapping[str, str] | None = None
) -> requests.Response:
	raw = body if isinstance(body, bytes) else json.dumps(body).encode()
	response = requests.Response()
	response.status_code = status
	response.headers.update(headers or {})
	response.raw = HTTPResponse(io.BytesIO(raw), preload_content=False, status=status)
	response.url = request.url or ""
	response.request = request
	return response
