"""Keeps secrets out of every text that leaves the transport: errors, logs, representations."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"
_SHORTEST = 4  # masking shorter ones would only blot the text
_NAMED = re.compile(
	r"(?i)\b((?:consumer_|client_|oauth_)?(?:secret|signature|access_token|consumer_key|password|hmac))"
	r"([\"']?\s*[=:]\s*[\"']?)([^&\s\"',}]+)"
)
_HEADER = re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{8,}")
_SHOPIFY = re.compile(r"\bshp[a-z]{2}_[A-Za-z0-9]+")
_WOOCOMMERCE = re.compile(r"\b(ck|cs)_[0-9A-Za-z]{8,}")


def masked(text: str, secrets: Iterable[str] = ()) -> str:
	"""The text without the secrets as they stand, URL-quoted or base64, and without what looks like one."""
	for secret in sorted({*secrets}, key=len, reverse=True):
		if len(secret) >= _SHORTEST:
			for form in _forms(secret):
				text = text.replace(form, MASK)
	text = _HEADER.sub(rf"\1 {MASK}", _NAMED.sub(rf"\1\2{MASK}", text))
	return _WOOCOMMERCE.sub(MASK, _SHOPIFY.sub(MASK, text))


def _forms(secret: str) -> tuple[str, ...]:
	return secret, quote(secret, safe=""), quote_plus(secret), b64encode(secret.encode()).decode()
