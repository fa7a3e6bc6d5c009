"""What ERPNext says when it refuses a document, as errors that a person can act on.

Programming errors are no refusals: they pass through.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import frappe
from frappe.utils import strip_html

from ...core.errors import Fixable, Transient

# Another worker was a moment faster: the next try finds what it made.
_CONFLICTS = (frappe.DuplicateEntryError, frappe.UniqueValidationError, frappe.TimestampMismatchError)

_REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.NameError)


@contextmanager
def refusals(customer: str = "") -> Iterator[None]:
	"""Raise `Fixable` for what ERPNext refuses, `Transient` for what a second try cures."""
	messages = len(frappe.local.message_log)
	try:
		yield
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		raise
	except _CONFLICTS as error:
		raise Transient("database_busy", detail=_text(error, messages)) from error
	except _REFUSALS as error:
		if isinstance(
			error.__context__, _CONFLICTS
		):  # ERPNext looked for the other's Bin: not in this snapshot
			raise Transient("database_busy", detail=_text(error, messages)) from error
		raise _refusal(error, customer, messages) from error


def _refusal(error: Exception, customer: str, messages: int) -> Fixable:
	detail = _text(error, messages)
	if any(frame.name == "check_credit_limit" for frame in traceback.extract_tb(error.__traceback__)):
		return Fixable("credit_limit", cause=f"credit:{customer}", customer=customer, detail=detail)
	return Fixable("erp_refused", cause="erp:refused", detail=detail)


def _text(error: Exception, messages: int) -> str:
	"""The message that a person would have seen, without markup; it names the field."""
	said = [str(frappe.parse_json(message).get("message") or "") for message in _since(messages)]
	if isinstance(error, frappe.PermissionError):
		said.append(str(frappe.flags.error_message or ""))
	text = " ".join(dict.fromkeys(part for part in map(_plain, [*said, *map(str, error.args)]) if part))
	return text[:1000] or type(error).__name__


def _since(messages: int) -> list[str | dict[str, str]]:
	return list(frappe.local.message_log[messages:])[-3:]


def _plain(text: str) -> str:
	spaced = text.replace("<br>", " ").replace("</li>", " ")
	return " ".join(unescape(strip_html(spaced)).split())
