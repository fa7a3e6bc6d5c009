"""What a job could not do stands on the Store Connection until the same job succeeds."""

from __future__ import annotations

from typing import Any

import frappe


def failed(store: str, work: str, problem: str) -> None:
	"""The store turns red; `work` names the job at the beginning of the note."""
	frappe.db.rollback()
	write(store, {"health": "Red", "health_note": f"{work}: {problem}"})


def succeeded(store: str, work: str, **values: Any) -> None:
	"""What Test connection found wrong stays until it is tested again; only this job's own note goes."""
	if (frappe.db.get_value("Store Connection", store, "health_note") or "").startswith(f"{work}: "):
		values |= {"health": "Green", "health_note": ""}
	write(store, values)


def write(store: str, values: dict[str, Any]) -> None:
	"""Without touching `modified`: nobody's open form goes stale."""
	if values:
		frappe.db.set_value("Store Connection", store, values, update_modified=False)
		frappe.db.commit()
