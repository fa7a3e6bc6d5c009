"""Whole lives of orders on the embedded ERP: both sides agree at the end, or a person is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecommerce_sync.core.reasons import HOLDS
from ecommerce_sync.sandbox.baskets import Platform
from ecommerce_sync.sandbox.life_check import Checker, Verdict, table
from ecommerce_sync.sandbox.life_desk import EmbeddedDesk
from ecommerce_sync.sandbox.life_generator import TRAITS, TRANSITIONS, lives, transitions
from ecommerce_sync.sandbox.life_run import LifeRun
from ecommerce_sync.sandbox.life_world import settings_of
from ecommerce_sync.sandbox.sellers import both
from ecommerce_sync.sandbox.world import HELPERS, EmbeddedWorld, skus

PLATFORMS: tuple[Platform, ...] = ("shopify", "woocommerce")


def lived(folder: Path, seed: int, count: int) -> Iterator[Verdict]:
	"""What both sides say about `count` orders of each store at the end."""
	with both(seed) as sellers:
		world = EmbeddedWorld(folder / "erp.db", [each.shop() for each in sellers], settings_of)
		with world.database.transaction():
			for sku in set(skus()) - set(HELPERS):
				world.erp.add_item(sku)
		told = [(each, life) for each in sellers for life in lives(seed, count, each.platform)]
		for each in sellers:
			each.listen()
		run = LifeRun(world, EmbeddedDesk(world), told, seed)
		run.run()
		with world.worker() as machine:
			checker = Checker(machine, world.events())
			for n, (seller, _) in enumerate(told):
				yield checker.verdict(seller.store, seller, run.orders[n])


@pytest.mark.parametrize("seed", [101, 102])
def test_both_sides_agree_at_the_end(tmp_path: Path, seed: int) -> None:
	verdicts = list(lived(tmp_path, seed, 10))
	assert [v for v in verdicts if v.differences and v.reason is None] == []
	held = [v.reason for v in verdicts if v.reason is not None]
	assert set(held) <= set(HOLDS) and len(held) < len(verdicts) / 4


def test_a_seed_tells_the_same_lives() -> None:
	assert list(lives(7, 5, "shopify")) == list(lives(7, 5, "shopify"))
	assert list(lives(7, 5, "shopify")) != list(lives(8, 5, "shopify"))


def test_every_trait_meets_every_transition() -> None:
	told = [life for seed in (1, 2, 3) for platform in PLATFORMS for life in lives(seed, 50, platform)]
	missing = [pair for pair, count in table(told).items() if not count]
	assert not missing and len(table(told)) == len(TRAITS) * len(TRANSITIONS)


def test_woocommerce_orders_are_not_edited_once_paid() -> None:
	for life in lives(3, 60, "woocommerce"):
		paid = life.story.paid
		for act in life.acts:
			paid = paid or act.name == "pay"
			assert not (paid and act.name == "edit")
		assert transitions(life.acts) <= set(TRANSITIONS)
