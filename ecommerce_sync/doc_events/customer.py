"""Keeps the links of a Customer's addresses and contacts when somebody renames or merges it."""

from __future__ import annotations

from typing import Any

from ..erps.erpnext.links import follow_rename


def after_rename(doc: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Frappe's doc event."""
	follow_rename(old, new)
