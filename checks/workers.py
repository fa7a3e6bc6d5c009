"""Worker processes of a check: real ones, each with its own connection, that drain the inbox until stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import frappe
from bench_site import as_sync_user, scalar, site_name
from printed import say

# A clean process that has loaded the code and opened nothing forks the workers, as Frappe's worker forks
# its jobs: one that was killed is replaced at once.
# It finds this folder by PYTHONPATH: before Python 3.12 it is told nothing of sys.path.
os.environ["PYTHONPATH"] = os.pathsep.join(
	[str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
)
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["preloaded", "workers"])
_OPEN = """select count(*) from `tabSync Log` where store in %(stores)s
	and state in ('Queued', 'Waiting to retry')"""


class Workers:
	"""So many worker processes that do `task`; one that dies is started again by `tend`."""

	def __init__(self, count: int, task: Callable[..., None] | None = None, *arguments: object) -> None:
		self._task, self._arguments = task or work, arguments
		self.processes = [self._start() for _ in range(count)]
		self.killed = 0
		self.crashed = 0

	def kill(self, place: int) -> None:
		"""`kill -9`, and a new one in its place."""
		self.processes[place].kill()
		self.processes[place].join()
		self.killed += 1
		self.processes[place] = self._start()

	def tend(self) -> None:
		"""Start again what ended by itself, which a worker should never do."""
		for place, process in enumerate(self.processes):
			if not process.is_alive():
				self.crashed += 1
				self.processes[place] = self._start()

	def stop(self) -> None:
		"""Let each finish its order."""
		for process in self.processes:
			process.terminate()
		for process in self.processes:
			process.join(60)

	def _start(self) -> ForkServerProcess:
		process = _FORKS.Process(target=self._task, args=self._arguments, daemon=True)
		process.start()
		return process


@contextmanager
def workers(count: int, task: Callable[..., None] | None = None, *arguments: object) -> Iterator[Workers]:
	"""Worker processes for the length of the block; they drain the inbox unless another task is given."""
	team = Workers(count, task, *arguments)
	try:
		yield team
	finally:
		team.stop()


def open_events(stores: Sequence[str]) -> int:
	"""How many events of the stores are not done with, as committed now."""
	return int(scalar(_OPEN, {"stores": tuple(stores)}))


def wait_until_done(stores: Sequence[str], team: Workers | None = None, limit: float = 7200) -> float:
	"""Until no event of the stores is open; returns the seconds. Says every half minute how far it is."""
	started = told = time.monotonic()
	while (left := open_events(stores)) and time.monotonic() - started < limit:
		if team:
			team.tend()
		if time.monotonic() - told > 30:
			told = time.monotonic()
			say(f"{left} events are waiting")
		time.sleep(0.25)
	return time.monotonic() - started


def work() -> None:
	"""What a worker process does; a polite stop comes between two orders."""
	from ecommerce_sync.bootstrap import machine
	from ecommerce_sync.sync.work import drain

	asked, parent = list[int](), os.getppid()
	signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
	with as_sync_user(site_name()):
		engine = machine()
		while not asked and os.getppid() == parent:
			if not drain(engine, budget=20, limit=10):
				frappe.db.rollback()
				time.sleep(0.1)
