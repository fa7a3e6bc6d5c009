"""What all neutral models are made of: the base class, and the tax line that many of them have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

ZERO = Decimal(0)


def whole_text(text: str) -> str:
	"""Without halves of surrogate pairs: an emoji that a store cut in two can be neither stored nor sent."""
	return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Model(BaseModel):
	"""Base of all neutral models: immutable, no unknown fields, texts that every encoding takes."""

	model_config = ConfigDict(frozen=True, extra="forbid")

	@model_validator(mode="before")
	@classmethod
	def _whole_texts(cls, data: Any) -> Any:
		return {key: _whole(value) for key, value in data.items()} if isinstance(data, dict) else data


def _whole(value: Any) -> Any:
	if isinstance(value, tuple | list):
		return tuple(whole_text(part) if isinstance(part, str) else part for part in value)
	return whole_text(value) if isinstance(value, str) else value


class TaxLine(Model):
	"""One tax on a line, a shipping line, a charge or (summed) the order. `rate` is a fraction: 0.2 is 20 %."""

	title: str
	amount: Decimal
	rate: Decimal | None = None
	code: str | None = None
