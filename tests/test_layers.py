"""The layers hold: import-linter's contracts, and an interpreter in which Frappe and ERPNext do not exist."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

IMPORT_ALL = """
import importlib, pkgutil, sys

class Blocked:
	def find_spec(self, name, path=None, target=None):
		if name.partition(".")[0] in ("frappe", "erpnext"):
			raise ImportError(f"{name} is blocked: this module must work without Frappe")

DOORS = "api jobs doc_events commands demo_site install hooks bootstrap ecommerce_sync testing erps.erpnext"
DOORS = {f"ecommerce_sync.{door}" for door in DOORS.split()}

def walk(package):
	for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
		if found.name in DOORS or found.name.endswith("__main__") or ".test_" in found.name:
			continue
		module = importlib.import_module(found.name)
		print(found.name)
		if found.ispkg:
			walk(module)

sys.meta_path.insert(0, Blocked())
walk(importlib.import_module("ecommerce_sync"))
assert not {"frappe", "erpnext"} & set(sys.modules)
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
	return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_everything_but_the_doors_imports_without_frappe() -> None:
	done = run(sys.executable, "-c", IMPORT_ALL)
	assert done.returncode == 0, done.stderr
	imported = set(done.stdout.split())
	for layer in ("core", "storefronts", "erps.embedded", "sync", "sandbox"):
		assert f"ecommerce_sync.{layer}" in imported


def test_the_import_contracts_hold() -> None:
	done = run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()")
	assert done.returncode == 0, done.stdout + done.stderr
	assert "0 broken" in done.stdout
