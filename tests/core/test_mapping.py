"""Field Mapping: paths, transforms, what is missing, and expressions that fail or would never end."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce_sync.core.errors import Fixable
from ecommerce_sync.core.mapping import FieldRule, mapped_fields, value_of

DOC = {
	"id": 450,
	"note": "Grüße 🎁",
	"empty": "",
	"nothing": None,
	"gift": True,
	"zero": 0,
	"tags": ["a", None, "b"],
	"none_at_all": [],
	"address": {"city": "Kiel", "zip": "24103"},
	"line_items": [{"sku": "A", "price": "1.50"}, {"sku": "B", "price": "2.50"}],
	"created": "2026-10-01T23:30:00Z",
	"offset": "2026-10-01T23:30:00.123+02:00",
	"day": "2026-12-24",
	"method": "dhl",
}


def rule(source: str, transform: str = "None", argument: str = "", **more: Any) -> FieldRule:
	given_ = {"name": "Gift note", "entity": "Order", "target_doctype": "Sales Order", "target_field": "x"}
	return FieldRule(source=source, transform=transform, argument=argument, **{**given_, **more})


def failure(broken: FieldRule, document: dict[str, Any] = DOC) -> Fixable:
	with pytest.raises(Fixable) as found:
		value_of(broken, document)
	error = found.value
	assert (error.reason, error.cause) == ("mapping_failed", "mapping:Gift note")
	assert "Gift note" in str(error)
	return error


@pytest.mark.parametrize(
	("source", "value"),
	[
		("note", "Grüße 🎁"),
		("address.city", "Kiel"),
		("line_items[1].sku", "B"),
		("line_items[*].sku", "A, B"),
		("line_items[?sku=='B'].price | [0]", "2.50"),
		("tags", "a, b"),
		("gift", True),
		("zero", 0),
		("length(line_items)", 2),
		("nothing", None),
		("empty", None),
		("none_at_all", None),
		("address.street", None),
		("note.deeper", None),
	],
)
def test_paths(source: str, value: Any) -> None:
	assert value_of(rule(source), DOC) == value


@pytest.mark.parametrize("source", ["address", "line_items", "[address]"])
def test_an_object_is_no_value(source: str) -> None:
	assert "one of its parts" in failure(rule(source)).params["detail"]


@pytest.mark.parametrize(
	"source", ["a..b", "[", "nope(id)", "length(id)", "sum(line_items[*].price)", "tags[::0]", "[" * 5000]
)
def test_a_bad_path_names_the_mapping(source: str) -> None:
	assert "source path" in failure(rule(source)).params["detail"]


@pytest.mark.parametrize("source", ["nothing", "empty", "address.street", "none_at_all"])
def test_what_is_missing(source: str) -> None:
	assert value_of(rule(source, when_missing="Leave empty", default="no"), DOC) is None
	assert value_of(rule(source, when_missing="Use default", default="no"), DOC) == "no"
	assert "missing" in failure(rule(source, when_missing="Fail")).params["detail"]


TABLE = "dhl = DHL Express\n true=Yes\nup s = UPS = Ground\n\nnonsense"


@pytest.mark.parametrize(
	("source", "found"),
	[("method", "DHL Express"), ("gift", "Yes"), ("'up s'", "UPS = Ground"), ("id", None)],
)
def test_lookup(source: str, found: str | None) -> None:
	assert value_of(rule(source, "Lookup", TABLE), DOC) == found


def test_a_lookup_that_finds_nothing_is_missing() -> None:
	assert value_of(rule("id", "Lookup", TABLE, when_missing="Use default", default="Post"), DOC) == "Post"
	failure(rule("id", "Lookup", TABLE, when_missing="Fail"))


@pytest.mark.parametrize(
	("source", "value"),
	[
		("day", date(2026, 12, 24)),
		("created", datetime(2026, 10, 1, 23, 30, tzinfo=timezone.utc)),
		("'2026-10-01T10:00:00'", datetime(2026, 10, 1, 10, 0)),
	],
)
def test_date(source: str, value: date) -> None:
	assert value_of(rule(source, "Date"), DOC) == value


def test_times_are_the_sites() -> None:
	fields = mapped_fields([rule("created", "Date")], "Order", "Sales Order", DOC, "Asia/Tokyo")
	assert fields == {"x": datetime(2026, 10, 2, 8, 30)}
	assert value_of(rule("offset", "Date"), DOC, "UTC") == datetime(2026, 10, 1, 21, 30, 0, 123000)
	assert value_of(rule("day", "Date"), DOC, "Asia/Tokyo") == date(2026, 12, 24)


@pytest.mark.parametrize("source", ["note", "id", "tags", "'2026-13-01'"])
def test_no_date(source: str) -> None:
	failure(rule(source, "Date"))


def test_number() -> None:
	assert value_of(rule("line_items[0].price", "Number"), DOC) == Decimal("1.50")
	assert value_of(rule("id", "Number"), DOC) == Decimal(450)
	for source in ("note", "gift", "tags", "'NaN'", "'Infinity'", "'1,50'"):
		failure(rule(source, "Number"))


@pytest.mark.parametrize(
	("text", "value"),
	[
		("{{ value | upper }}", "GRÜSSE 🎁"),
		(" {{ doc.address.city }} ({{ doc['id'] }}) ", "Kiel (450)"),
		("{% for l in doc.line_items %}{{ loop.index }}{{ l.sku }}{% endfor %}", "1A2B"),
		("{% if doc.gift %}Gift{% endif %}", "Gift"),
		("{% if doc.zero %}Gift{% endif %}", None),
		("{{ doc.nowhere }}", None),
		("{{ 'ab' * 3 }} {{ 2 ** 10 }} {{ 1.5 * 2 }}", "ababab 1024 3.0"),
		("{{ ''.__class__ }}", None),
	],
)
def test_jinja(text: str, value: str | None) -> None:
	assert value_of(rule("note", "Jinja", text), DOC) == value


@pytest.mark.parametrize(
	"text",
	[
		"{{ value",
		"{% for %}",
		"{{ value | nope }}",
		"{{ doc.nowhere.deeper }}",
		"{{ 1 / 0 }}",
		"{% include 'x' %}",
		"{{ ''.__class__.__mro__[1].__subclasses__() }}",
		"{{ value.__init__.__globals__ }}",
		"{{ doc.update({'id': 1}) }}",
		"{{ '{0.__class__.__mro__}'.format(value) }}",
		"{{ self.__init__.__globals__ }}",
		"{{ cycler.__init__.__globals__.os.popen('id').read() }}",
		"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
	],
)
def test_bad_templates_and_break_outs_name_the_mapping(text: str) -> None:
	failure(rule("note", "Jinja", text))
	assert DOC["id"] == 450


@pytest.mark.parametrize(
	"text",
	[
		"{% for a in range(10**9) %}{% endfor %}",
		"{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
		"{% macro m() %}{% for a in range(99999) %}{% endfor %}{% endmacro %}{{ m() }}{{ m() }}",
		"{{ 'a' * 10**9 }}",
		"{{ 10**9 * [1] }}",
		"{{ 9 ** (9 ** 9) }}",
		"{% set n = namespace(x=9) %}{% for a in range(40) %}{% set n.x = n.x * n.x %}{% endfor %}",
	],
)
def test_what_would_not_end_fails_soon(text: str) -> None:
	started = monotonic()
	failure(rule("note", "Jinja", text))
	assert monotonic() - started < 5


def test_every_render_has_its_own_steps() -> None:
	text = "{% for a in range(60000) %}{% endfor %}done"
	assert [value_of(rule("note", "Jinja", text), DOC) for _ in range(2)] == ["done", "done"]


def test_only_rules_of_the_entity_and_doctype_apply() -> None:
	rules = [
		rule("id", target_field="a"),
		rule("id", target_field="b", entity="Order Line"),
		rule("id", target_field="c", target_doctype="Customer"),
		rule("nothing", target_field="d"),
		rule("zero", target_field="e"),
	]
	assert mapped_fields(rules, "Order", "Sales Order", DOC) == {"a": 450, "e": 0}


def test_a_half_emoji_cannot_be_stored() -> None:
	assert value_of(rule("note"), {"note": "Hi \ud83d"}) == "Hi \ufffd"


def test_a_long_value_is_cut_in_the_message() -> None:
	assert len(failure(rule("note", "Number"), {"note": "x" * 9999}).params["detail"]) < 250


json_values = st.recursive(
	st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
	lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
	max_leaves=6,
)


@given(json_values, st.sampled_from(["None", "Lookup", "Jinja", "Date", "Number"]), st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_document_gives_a_value_or_a_named_failure(found: Any, transform: str, argument: str) -> None:
	try:
		value = value_of(rule("x", transform, argument), {"x": found}, "Europe/Berlin")
	except Fixable as error:
		assert error.params["mapping"] == "Gift note"
	else:
		assert value is None or isinstance(value, str | int | float | bool | Decimal | date)


def test_an_item_s_fields_go_to_the_store() -> None:
	of_item = FieldRule(name="Fabric", entity="Item", source="fabric", target_field="custom.fabric")
	rules = (of_item, rule("note"))
	assert mapped_fields(rules, "Item", "", {"fabric": "Wool", "note": "x"}) == {"custom.fabric": "Wool"}
	assert mapped_fields(rules, "Product", "Item", {"fabric": "Wool"}) == {}
