"""The closed list of reasons: every one that the source names exists, its text never fails, the docs have it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

from ecommerce_sync.core import reasons
from ecommerce_sync.core.errors import Fixable, Gone, Held, PayloadRefused, SyncError, Transient
from ecommerce_sync.core.reasons import ALL, BUGS, FIXABLE, HOLDS, NOTES, SKIPS, TRANSIENT, Reason, describe

ROOT = Path(__file__).resolve().parents[2]
TABLES = {"Held": HOLDS, "Fixable": FIXABLE, "Transient": TRANSIENT}


class Raised(NamedTuple):
	"""One place of the source that makes an error: its class, its possible codes, the parameters it gives."""

	where: str
	kind: str
	codes: set[str]
	given: set[str] | None  # None where they are not all written out


def placeholders(code: str) -> set[str]:
	texts = ALL[code]
	return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def sources() -> Iterator[tuple[Path, ast.Module]]:
	for layer in ("core", "storefronts", "sync", "erps"):
		for path in sorted((ROOT / "ecommerce_sync" / layer).rglob("*.py")):
			yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def constants(node: ast.AST) -> set[str]:
	"""The texts that an expression may be; parts of its conditions are none."""
	if isinstance(node, ast.IfExp):
		return constants(node.body) | constants(node.orelse)
	return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def raised() -> Iterator[Raised]:
	for path, tree in sources():
		for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
			for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
				name = call.func.id if isinstance(call.func, ast.Name) else ""
				if name in TABLES and call.args:
					given = {keyword.arg for keyword in call.keywords}
					written = None if None in given else {str(key) for key in given}
					codes = codes_of(call.args[0], function, path)
					yield Raised(f"{path}:{call.lineno}", name, codes, written)


def codes_of(argument: ast.expr, function: ast.FunctionDef, path: Path) -> set[str]:
	"""A constant, a variable of the function, or a parameter that the package's other functions fill."""
	if not isinstance(argument, ast.Name):
		return constants(argument)
	values = [
		node.value
		for node in ast.walk(function)
		if isinstance(node, ast.Assign)
		and any(isinstance(target, ast.Name) and target.id == argument.id for target in node.targets)
	]
	if values:
		return set().union(*(constants(value) for value in values))
	names = [parameter.arg for parameter in function.args.args]
	return filled_in(function.name, names.index(argument.id), path.parent)


def filled_in(function: str, position: int, package: Path) -> set[str]:
	found: set[str] = set()
	for path, tree in sources():
		for caller in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
			for call in (node for node in ast.walk(caller) if isinstance(node, ast.Call)):
				named = isinstance(call.func, ast.Name | ast.Attribute) and function in ast.unparse(call.func)
				if named and path.parent == package and len(call.args) > position:
					found |= codes_of(call.args[position], caller, path)
	return found


RAISED = list(raised())


def test_the_source_names_errors() -> None:
	assert {one.kind for one in RAISED} == set(TABLES)
	assert len(RAISED) > 25


@pytest.mark.parametrize("one", RAISED, ids=lambda one: one.where)
def test_every_error_has_a_reason_of_its_class(one: Raised) -> None:
	assert one.codes, "no code could be read"
	assert one.codes <= set(TABLES[one.kind])
	for code in one.codes if one.given is not None else ():
		assert placeholders(code) <= one.given, f"{code} lacks a parameter"


def outcomes() -> dict[str, set[str]]:
	"""The codes that outcomes and plans are made with, by the state that stands beside them ("" for none)."""
	found: dict[str, set[str]] = {}
	for _, tree in sources():
		for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
			words = {keyword.arg: constants(keyword.value) for keyword in call.keywords}
			for code in words.get("skip", set()) | words.get("reason", set()):
				for state in words.get("state") or {""}:
					found.setdefault(state, set()).add(code)
	return found


def test_every_hold_is_raised_somewhere() -> None:
	raised_ones = set().union(*(one.codes for one in RAISED if one.kind == "Held"))
	assert raised_ones | outcomes()["Held"] == set(HOLDS)


def test_outcomes_and_skips_have_reasons() -> None:
	found = set().union(*outcomes().values())
	assert {"stale", "unchanged", "gone_in_store"} <= found <= set(ALL)
	assert set(NOTES) <= outcomes()["Done"] <= {*NOTES, *SKIPS}


def test_no_code_stands_for_two_reasons() -> None:
	tables = (HOLDS, FIXABLE, NOTES, SKIPS, TRANSIENT, BUGS)
	assert len(ALL) == sum(len(table) for table in tables)


@pytest.mark.parametrize("code", sorted(ALL))
def test_a_text_never_fails(code: str) -> None:
	empty = describe(code, {})
	assert all(f"<{name}>" in empty.message + empty.remedy for name in placeholders(code))
	full = describe(code, {name: "{x} %s <b>" for name in placeholders(code)})
	assert "{x} %s <b>" in full.message + full.remedy or not placeholders(code)
	assert describe(code, {"detail": None, "unknown": object()}).message


@pytest.mark.parametrize("code", sorted({**HOLDS, **FIXABLE, **TRANSIENT, **BUGS}))
def test_whatever_stops_an_order_has_a_remedy(code: str) -> None:
	assert ALL[code].remedy


def test_an_unknown_code_and_a_translation() -> None:
	assert describe("nothing we know", {}) == Reason("nothing we know", "")
	german = {HOLDS["currency_precision"].message: "{currency}: {digits} Stellen"}
	told = describe(
		"currency_precision", {"currency": "KWD", "digits": 3}, lambda text: german.get(text, text)
	)
	assert told.message == "KWD: 3 Stellen"


def test_errors_say_what_happened() -> None:
	assert "KWD has 3 decimals" in str(Held("currency_precision", currency="KWD", digits=3, site_digits=2))
	assert "slow down" in str(Transient("throttled", retry_after=2))
	assert "line_items[2].price: is no number" in str(PayloadRefused("line_items[2].price", "is no number"))
	assert str(Gone("order", "7")) == "order 7 does not exist in the store any more."
	assert Fixable("sku_unknown", cause="sku:X").cause == "sku:X"
	assert isinstance(Gone("order", "7"), SyncError)


# -- docs/holds.md -----------------------------------------------------------------------------------


def documented() -> dict[str, list[list[str]]]:
	"""The rows of every table in docs/holds.md, by heading."""
	found: dict[str, list[list[str]]] = {}
	heading = ""
	for text in (ROOT / "docs" / "holds.md").read_text("utf-8").splitlines():
		heading = text.removeprefix("## ") if text.startswith("## ") else heading
		if text.startswith("| `"):
			found.setdefault(heading, []).append([cell.strip() for cell in text.strip("|").split("|")])
	return found


@pytest.mark.parametrize(
	("heading", "table"),
	[
		("Held", HOLDS),
		("Failed", {**FIXABLE, **BUGS}),
		("Done, and worth knowing", NOTES),
		("Skipped", SKIPS),
		("Waiting to retry", TRANSIENT),
	],
)
def test_the_docs_list_the_reasons(heading: str, table: dict[str, Reason]) -> None:
	rows = documented()[heading]
	assert [row[0].strip("`") for row in rows] == list(table)
	assert [row[1] for row in rows] == [reason.message for reason in table.values()]
	if heading in ("Held", "Failed"):
		assert [row[-1] for row in rows] == [reason.remedy for reason in table.values()]
	if heading == "Held":
		assert all(len(row) == 4 and row[2] for row in rows)


def test_reasons_are_listed_in_the_docs_only_once() -> None:
	codes = [row[0].strip("`") for rows in documented().values() for row in rows]
	assert sorted(codes) == sorted(reasons.ALL)
