"""`python -m ecommerce_sync.sandbox`: the demo and the preview on a machine without a bench."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, NoReturn

import click

from ..storefronts.base import names, platform
from ..sync.machine import Connection
from ..sync.preview import REFUSED, Preview, preview
from .demo import run_demo
from .world import settings_for


@click.group()
def sandbox() -> None:
	"""Ecommerce Sync without a bench: emulated stores and an embedded ERP."""


@sandbox.command()
@click.option("--orders", default=120, show_default=True, help="Orders for each store.")
@click.option("--seed", default=1, show_default=True, help="The same seed tells the same orders.")
@click.option("--page", default="demo.html", show_default=True, type=click.Path(path_type=Path))
def demo(orders: int, seed: int, page: Path) -> None:
	"""Catalogue, stock, prices and varied orders of both stores travel; shows both sides."""
	report = run_demo(seed, orders, page.resolve(), click.echo)
	sys.exit(0 if report.ok else 1)


@sandbox.command("preview")
@click.argument("platform_name", metavar="PLATFORM", type=click.Choice(names()))
@click.argument("file", type=click.File("rb"))
def preview_command(platform_name: str, file: BinaryIO) -> None:
	"""Show what the order in FILE (- for standard input) would become, as JSON.

	Exit status: 0 the totals match, 1 held or failed, 2 no order, 3 no Sales Order wanted.
	"""
	found = preview_payload(platform_name, file.read())
	click.echo(json.dumps(found.result, indent=2, ensure_ascii=False, default=str))
	sys.exit(found.status)


def preview_payload(platform_name: str, body: bytes) -> Preview:
	"""Preview one payload on an empty embedded ERP."""
	from ..erps.embedded import Database, EmbeddedErp

	try:
		payload = json.loads(body)
	except ValueError as error:
		return Preview(REFUSED, {"reason": "payload_refused", "path": "", "message": f"no JSON: {error}"})
	if not isinstance(payload, dict):
		return Preview(REFUSED, {"reason": "payload_refused", "path": "", "message": "not an object"})
	spoken = platform(platform_name)
	connection = Connection("Preview", spoken, settings_for("Preview"), _no_store)
	with tempfile.TemporaryDirectory() as folder:
		return preview(EmbeddedErp(Database(Path(folder) / "erp.sqlite")), connection, payload)


def _no_store() -> NoReturn:
	raise click.ClickException("a preview reads no store")


if __name__ == "__main__":
	sandbox()
