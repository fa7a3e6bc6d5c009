"""Real processes around a site: Redis servers of the check's own, the web server, Frappe's worker.

Redis is the check's own on free ports, named to every Frappe process by environment, so that stopping it
stops nobody else's. Import this module's `use_own_redis` and call it before Frappe connects.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import requests
from printed import say

PATH = "/api/method/ecommerce_sync.api.webhook.receive"


class Redis:
	"""Cache and queue, which can be stopped and started again on the same ports, empty."""

	def __init__(self) -> None:
		self.ports = (free_port(), free_port())
		self.servers: list[subprocess.Popen[bytes]] = []

	def start(self) -> None:
		self.servers = [_quiet(["redis-server", "--port", str(port), "--save", ""]) for port in self.ports]
		for port in self.ports:
			_wait_for(port)

	def stop(self) -> None:
		for server in self.servers:
			server.kill()
			server.wait()
		self.servers = []

	def variables(self) -> dict[str, str]:
		cache, queue = (f"redis://127.0.0.1:{port}" for port in self.ports)
		return {"FRAPPE_REDIS_CACHE": cache, "FRAPPE_REDIS_QUEUE": queue}


@contextmanager
def own_redis() -> Iterator[Redis]:
	"""Redis servers for this process and all that it starts. Enter it before `frappe.init`."""
	redis = Redis()
	redis.start()
	os.environ.update(redis.variables())
	try:
		yield redis
	finally:
		redis.stop()


@contextmanager
def web_server() -> Iterator[str]:
	"""Frappe's web application under gunicorn; yields the address of the webhook door."""
	port = free_port()
	command = ["-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "10", "-t", "120"]
	server = _quiet([sys.executable, *command, "frappe.app:application"])
	try:
		_wait_for(port)
		yield f"http://127.0.0.1:{port}{PATH}"
	finally:
		_end(server)


class FrappeWorker:
	"""`bench worker`; `tend` starts it again when it ended, as a bench's supervisor does."""

	_COMMAND = (sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "worker", "--queue", "default")

	def __init__(self) -> None:
		self.process = _quiet([*self._COMMAND])
		self.restarts = 0

	def tend(self) -> None:
		if self.process.poll() is not None:
			self.restarts += 1
			say("the Frappe worker ended; started again")
			self.process = _quiet([*self._COMMAND])

	def stop(self) -> None:
		_end(self.process)


@contextmanager
def frappe_worker() -> Iterator[FrappeWorker]:
	"""One Frappe worker for the length of the block."""
	worker = FrappeWorker()
	try:
		yield worker
	finally:
		worker.stop()


def run_minute_sweep(site: str) -> None:
	"""What the scheduler starts every minute, in a process of its own."""
	command = ["-m", "frappe.utils.bench_helper", "frappe", "--site", site, "execute"]
	subprocess.run([sys.executable, *command, "ecommerce_sync.jobs.sweep.minute"], check=True, timeout=300)


def send(door: str, site: str, store: str, headers: dict[str, str], body: bytes) -> requests.Response:
	"""Post one message as the store does."""
	extra = {"X-Frappe-Site-Name": site, "Content-Type": "application/json"}
	return requests.post(door, params={"store": store}, data=body, headers={**headers, **extra}, timeout=120)


def free_port() -> int:
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		return int(probe.getsockname()[1])


def _quiet(command: list[str]) -> subprocess.Popen[bytes]:
	"""In a session of its own: an interrupt at the terminal is for the check, which ends its processes."""
	log = open(os.environ.get("CHECK_LOG", os.devnull), "ab")
	return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def _end(process: subprocess.Popen[bytes]) -> None:
	process.terminate()
	with suppress(subprocess.TimeoutExpired):
		process.wait(20)
	process.kill()
	process.wait()


def _wait_for(port: int, seconds: float = 60) -> None:
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
			return
		time.sleep(0.1)
	raise RuntimeError(f"nothing listens on port {port}")
