"""The trimmed schemas: whole, small, of named origin, and what the trimming script makes."""

from __future__ import annotations

import gzip
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from graphql import get_named_type
from jsonschema import Draft202012Validator

import ecommerce_sync.sandbox.shopify as shopify
from ecommerce_sync.sandbox.shopify.schema import requirements, schema, webhook_schemas, webhook_scopes

FOLDER = Path(shopify.__file__).parent
SCRIPT = Path(__file__).parents[2] / "scripts" / "trim_shopify_schema.py"
SCHEMA, WEBHOOKS = "schema_2026-07.json.gz", "webhook_schemas_2026-07.json.gz"


def read(name: str) -> Any:
	return json.loads(gzip.decompress((FOLDER / name).read_bytes()))


@pytest.mark.parametrize(("name", "licence"), [(SCHEMA, "ISC"), (WEBHOOKS, "MIT")])
def test_origin_and_licence_are_in_the_head(name: str, licence: str) -> None:
	head = read(name)["head"]
	assert "npm" in head["source"]
	assert head["licence"].startswith(licence)
	assert (FOLDER / name).stat().st_size < 300_000


def test_every_type_that_a_kept_field_needs_is_kept() -> None:
	for kept in schema().type_map.values():
		for field in getattr(kept, "fields", {}).values():
			assert get_named_type(field.type).name in schema().type_map


def test_descriptions_and_deprecated_members_are_left_out() -> None:
	text = json.dumps(read(SCHEMA)["data"])
	assert '"description":' not in text
	assert '"isDeprecated": true' not in text


def test_scopes_are_kept_for_what_is_kept() -> None:
	scopes, words = requirements()["Order", None]
	assert "read_orders" in scopes
	assert "`read_orders` access scope" in words
	assert all(name in schema().type_map for name, _ in requirements())
	assert webhook_scopes()["orders/create"][0] == "read_orders"


def test_webhook_schemas_are_valid_schemas() -> None:
	for of_topic in webhook_schemas().values():
		Draft202012Validator.check_schema(of_topic)


def test_trimming_what_is_trimmed_changes_nothing() -> None:
	script, trimmed = runpy.run_path(str(SCRIPT)), read(SCHEMA)
	again = script["trim_graphql"]({**trimmed, "offline_scopes": {"items": trimmed["offline_scopes"]}})
	assert again["data"] == trimmed["data"]
	assert again["offline_scopes"] == trimmed["offline_scopes"]
