"""`python -m ecommerce_sync.sandbox` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecommerce_sync.sandbox.__main__ import sandbox
from ecommerce_sync.sandbox.generator import stories
from ecommerce_sync.sandbox.shopify.orders import write_down as as_shopify
from ecommerce_sync.sandbox.woocommerce.orders import write_down as as_woocommerce


def payload(platform: str, seed: int = 3) -> dict[str, object]:
	story = next(iter(stories(seed, 1, platform=platform, healthy=True)))  # type: ignore[arg-type]
	if platform == "shopify":
		return as_shopify(story).as_webhook()
	return as_woocommerce(story).as_json("http://shop.example")


def preview(platform: str, content: object) -> tuple[int, dict[str, object]]:
	text = content if isinstance(content, str) else json.dumps(content)
	result = CliRunner().invoke(sandbox, ["preview", platform, "-"], input=text)
	return result.exit_code, json.loads(result.output)


@pytest.mark.parametrize("platform", ["shopify", "woocommerce"])
def test_preview_of_an_order_that_balances(platform: str) -> None:
	status, shown = preview(platform, payload(platform))
	assert status == 0
	assert shown["matches"] is True
	assert {"order", "plan", "sales_order", "store_total"} <= shown.keys()


@pytest.mark.parametrize(
	("platform", "changes", "status"),
	[
		("shopify", {"total_price": "1.00"}, 1),
		("woocommerce", {"total": "1.00"}, 1),
		("shopify", {"total_price": "a lot"}, 2),
		("woocommerce", {"currency": None}, 2),
		("shopify", {"cancelled_at": "2026-09-02T00:00:00Z"}, 3),
		("shopify", {"test": True}, 3),
	],
)
def test_preview_says_by_its_exit_status_why_not(
	platform: str, changes: dict[str, object], status: int
) -> None:
	found, shown = preview(platform, {**payload(platform), **changes})
	assert found == status
	assert shown["message"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"text"'])
def test_preview_refuses_what_is_no_object(content: str) -> None:
	assert preview("shopify", content)[0] == 2


def test_the_demo_ends_with_both_sides_equal(tmp_path: Path) -> None:
	page = tmp_path / "demo.html"
	result = CliRunner().invoke(sandbox, ["demo", "--orders", "15", "--page", str(page)])
	assert result.exit_code == 0, result.output
	assert "both sides agree" in result.output
	assert "held: total_mismatch" in result.output  # the ones that a plugin made cheaper
	assert "401" in result.output  # the forged ones
	assert "stood at 40 in the store" in result.output  # the number typed into a store
	assert "oversold: 1 × VASE-BLUE in" in result.output  # the oversold order
	assert "2 orders from checkout to refund: both sides agree" in result.output
	assert "Both sides agree" in page.read_text(encoding="utf-8")
