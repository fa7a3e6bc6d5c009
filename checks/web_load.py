"""A web server of a bench's site, and clients that count what an answer costs."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click
import frappe


@contextmanager
def server(site: str) -> Iterator[int]:
	"""Frappe's web application under gunicorn, as on a production bench."""
	port = 8765
	sites = Path(frappe.utils.get_bench_path()) / "sites"
	command = [
		"../env/bin/gunicorn",
		"-b",
		f"127.0.0.1:{port}",
		"-w",
		"2",
		"--threads",
		"4",
		"-t",
		"120",
		"frappe.app:application",
	]
	process = subprocess.Popen(
		command,
		cwd=sites,
		stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL,
		env={**os.environ, "FRAPPE_SITE": site},
	)
	try:
		_await(port, site)
		yield port
	finally:
		process.terminate()
		process.wait()


def _await(port: int, site: str) -> None:
	for _ in range(120):
		try:
			if (
				_one(
					site,
					http.client.HTTPConnection("127.0.0.1", port),
					"GET",
					"/api/method/frappe.ping",
					{},
					b"",
				)
				== 200
			):
				return
		except OSError:
			time.sleep(0.5)
	raise click.ClickException(f"no answer from {site} on port {port}")


def per_request(
	site: str, port: int, clients: int, requests: list[tuple[str, str, dict[str, str], bytes]]
) -> float:
	"""Mean seconds that a client waits for one answer."""
	with ThreadPoolExecutor(clients) as pool:
		started = time.perf_counter()
		statuses = list(pool.map(lambda n: _client(site, port, requests[n::clients]), range(clients)))
		seconds = time.perf_counter() - started
	if wrong := {status for of_client in statuses for status in of_client} - {200}:
		raise click.ClickException(f"not all were answered 200: {wrong}")
	return seconds * clients / len(requests)


def _client(site: str, port: int, requests: list[tuple[str, str, dict[str, str], bytes]]) -> list[int]:
	connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
	return [_one(site, connection, *request) for request in requests]


def _one(
	site: str,
	connection: http.client.HTTPConnection,
	method: str,
	path: str,
	headers: dict[str, str],
	body: bytes,
) -> int:
	connection.request(
		method,
		path,
		body or None,
		{**headers, "Host": site, "X-Frappe-Site-Name": site},
	)
	answer = connection.getresponse()
	answer.read()
	return answer.status
