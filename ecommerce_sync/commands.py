"""`bench --site SITE ecommerce-sync …`: the app from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click
import frappe
from frappe.commands import get_site, pass_context


@click.group("ecommerce-sync")
def ecommerce_sync() -> None:
	"""Ecommerce Sync: repair, try out and look into the exchange with online stores."""


@ecommerce_sync.command()
@click.option("--store", required=True, help="Name of the Store Connection.")
@click.option("--order", required=True, help="The order's id or number in the store.")
@click.option("--again", is_flag=True, help="Import it anew although its Sales Order was cancelled.")
@pass_context
def resync(context: Any, store: str, order: str, again: bool) -> None:
	"""Ask the store for one order and bring ERPNext to what it says."""
	from . import resync as run
	from .core.errors import SyncError

	with _site(context):
		try:
			state = run(store, order, again)
		except SyncError as error:
			raise click.ClickException(str(error)) from error
	click.echo(state)
	sys.exit(0 if state in ("Done", "Skipped") else 1)


@ecommerce_sync.command()
@click.option("--store", required=True, help="Name of the Store Connection.")
@click.argument("file", type=click.File("rb"))
@pass_context
def preview(context: Any, store: str, file: BinaryIO) -> None:
	"""Show what the order in FILE (- for standard input) would become, as JSON; nothing is kept.

	Exit status: 0 the totals match, 1 held or failed, 2 no order, 3 no Sales Order wanted.
	"""
	with _site(context):
		status, result = _preview(store, file.read())
	click.echo(json.dumps(result, indent=2, ensure_ascii=False, default=str))
	sys.exit(status)


@ecommerce_sync.command()
@click.option("--company", help="Whose books; the site's default when left out.")
@click.option("--orders", default=120, show_default=True, help="Orders for each store.")
@click.option("--seed", default=1, show_default=True, help="The same seed tells the same orders.")
@click.option("--page", default="demo.html", show_default=True, type=click.Path(path_type=Path))
@pass_context
def demo(context: Any, company: str | None, orders: int, seed: int, page: Path) -> None:
	"""Let two emulated stores and this site exchange catalogue, stock, prices and orders, and show both sides.

	The documents stay.
	"""
	from .demo_site import run_demo

	with _site(context):
		report = run_demo(company, seed, orders, page.resolve(), click.echo)
	sys.exit(0 if report.ok else 1)


@ecommerce_sync.command()
@click.option("--seconds", default=3600.0, show_default=True, help="Stop after this time.")
@pass_context
def drain(context: Any, seconds: float) -> None:
	"""Work through the inbox here and now, and say how many orders ended in which state."""
	from .jobs.drain import run

	with _site(context):
		done = run(seconds)
	click.echo(json.dumps(done, sort_keys=True))


@ecommerce_sync.command()
@click.option("--store", required=True, help="Name of the Store Connection.")
@click.argument("action", type=click.Choice(["list", "register", "remove"]), default="list")
@pass_context
def webhooks(context: Any, store: str, action: str) -> None:
	"""Show, register or remove the webhooks by which the store sends its orders."""
	with _site(context):
		click.echo(json.dumps(_webhooks(store, action), indent=2))


@contextmanager
def _site(context: Any) -> Iterator[None]:
	"""Connected as Administrator, as bench commands are; the sync itself writes as its own user."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		yield
	except frappe.DoesNotExistError as error:
		raise click.ClickException(str(error)) from error
	finally:
		frappe.destroy()


def _preview(store: str, body: bytes) -> tuple[int, dict[str, Any]]:
	from .bootstrap import connection, machine
	from .ecommerce_sync.doctype.store_connection.defaults import for_preview
	from .sync.preview import REFUSED
	from .sync.preview import preview as run

	try:
		payload = json.loads(body)
		if not isinstance(payload, dict):
			raise ValueError("not an object")
	except ValueError as error:
		return REFUSED, {"reason": "payload_refused", "path": "", "message": f"no JSON: {error}"}
	found = connection(store)
	return run(machine().erp, replace(found, settings=for_preview(found.settings)), payload)


def _webhooks(store: str, action: str) -> Any:
	from .api import store as buttons
	from .bootstrap import connection

	if action == "register":
		found = buttons.register_webhooks(store)
	elif action == "remove":
		found = buttons.remove_webhooks(store)
	else:
		return [webhook.model_dump() for webhook in connection(store).storefront().webhooks()]
	frappe.db.commit()
	return found


commands = [ecommerce_sync]
