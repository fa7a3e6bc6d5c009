"""The site as the demo uses it: threads connected to it, its web door, what its config allows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.installer import update_site_config
from werkzeug.serving import make_server

from ..sandbox.woocommerce.server import QuietHandler
from ..sandbox.world import PATH

_ALLOWING = ("ecommerce_sync_allow_http", "ecommerce_sync_allow_private_hosts")


@contextmanager
def on_site(site: str) -> Iterator[None]:
	"""The calling thread connected to the site."""
	frappe.init(site=site)
	frappe.connect()
	try:
		yield
	finally:
		frappe.destroy()


@contextmanager
def allowed_for_the_demo() -> Iterator[None]:
	"""Emulated stores are plain http on this machine, which a site refuses unless its config allows it."""
	before = {key: frappe.conf.get(key) for key in _ALLOWING}
	frappe.conf.update(dict.fromkeys(_ALLOWING, 1))
	try:
		yield
	finally:
		frappe.conf.update(before)


@contextmanager
def allowed_for_workers() -> Iterator[None]:
	"""The same for the site's own workers, which push too and read the site's config file."""
	before = {key: frappe.conf.get(key) for key in _ALLOWING}
	for key in _ALLOWING:
		update_site_config(key, 1)
	try:
		yield
	finally:
		for key, value in before.items():
			update_site_config(key, "None" if value is None else value)


@contextmanager
def web_door() -> Iterator[str]:
	"""Frappe's own web application on a free port; yields the webhook address."""
	import frappe.app

	frappe.app._site = frappe.local.site
	server = make_server("127.0.0.1", 0, frappe.app.application, threaded=True, request_handler=QuietHandler)
	threading.Thread(target=server.serve_forever, daemon=True, name="web-door").start()
	try:
		yield f"http://127.0.0.1:{server.server_port}{PATH}"
	finally:
		server.shutdown()
		server.server_close()
