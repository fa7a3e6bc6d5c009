"""Shopify's real Admin GraphQL schema, trimmed: types to validate against and access scopes to demand."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLSchema, build_client_schema

API_VERSION = "2026-07"
Requirement = tuple[frozenset[str], str]


@cache
def schema() -> GraphQLSchema:
	"""The schema; Shopify's own breaks rules of the plain validator, hence `assume_valid`."""
	built = build_client_schema(_load(f"schema_{API_VERSION}.json.gz")["data"], assume_valid=True)
	return built


@cache
def requirements() -> dict[tuple[str, str | None], Requirement]:
	"""By (type, field) or (type, None): the scopes of which one is needed, and Shopify's words for it."""
	items = _load(f"schema_{API_VERSION}.json.gz")["offline_scopes"]
	return {
		(item["typeName"], item["fieldName"]): (frozenset(item["offlineScopes"]), item["requiredAccess"])
		for item in items
	}


@cache
def webhook_schemas() -> dict[str, Any]:
	"""The JSON Schemas of webhook payloads by topic ("orders/create")."""
	schemas: dict[str, Any] = _load(f"webhook_schemas_{API_VERSION}.json.gz")["schemas"]
	return schemas


@cache
def webhook_scopes() -> dict[str, tuple[str, ...]]:
	"""By topic, the access scopes of which one is needed to subscribe; empty for none."""
	scopes = _load(f"webhook_schemas_{API_VERSION}.json.gz")["access_scopes"]
	return {topic: tuple(f"read_{name}" for name in names) for topic, names in scopes.items()}


@cache
def _load(name: str) -> dict[str, Any]:
	data = (files(__package__) / name).read_bytes()
	loaded: dict[str, Any] = json.loads(gzip.decompress(data))
	return loaded
