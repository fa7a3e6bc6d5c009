"""JSON as WordPress writes it, to the byte: slashes and non-ASCII escaped, no blanks, 15.0 written as 15."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def wp_json(value: Any) -> bytes:
	"""wp_json_encode: what the REST API answers and what webhooks send and sign."""
	return json.dumps(value, separators=(",", ":")).replace("/", r"\/").encode("ascii")


def number(value: Decimal | float) -> int | float:
	"""A PHP float as JSON has it: without a fraction when it has none."""
	return int(value) if value == int(value) else float(value)


def trimmed(value: Decimal) -> str:
	"""A decimal without trailing zeros, as coupon lines carry it: "5", "5.75"."""
	text = f"{value:f}"
	return text.rstrip("0").rstrip(".") if "." in text else text
