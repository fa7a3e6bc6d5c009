"""Proposals: which Item each variant of a store is, and what a person must decide."""

from __future__ import annotations

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ecommerce_sync.core.catalogue import ItemFacts, ListedVariant, Proposal, propose
from ecommerce_sync.core.settings import SkuRule

RULE = SkuRule()


def listed(sku: str | None = None, name: str = "L1", **more: object) -> ListedVariant:
	return ListedVariant(**{"name": name, "product_id": "7", "sku": sku, **more})


def item(code: str, name: str = "", *barcodes: str, usable: bool = True) -> ItemFacts:
	return ItemFacts(item_code=code, name=name, barcodes=barcodes, usable=usable)


def one(listing: ListedVariant, *items: ItemFacts, rule: SkuRule = RULE) -> Proposal:
	(found,) = propose([listing], items, rule)
	return found


def test_bound_and_ignored_stay_so() -> None:
	assert one(listed("MUG", item_code="CUP"), item("MUG")).item_code == "CUP"
	ignored = one(listed("MUG", ignored=True), item("MUG"))
	assert (ignored.match, ignored.item_code) == ("ignored", None)


@pytest.mark.parametrize(
	("rule", "sku", "code", "fits"),
	[
		(RULE, " mug ", "MUG", True),
		(SkuRule(ignore_case=False), "mug", "MUG", False),
		(SkuRule(ignore_case=False), " MUG", "MUG ", True),
		(SkuRule(prefix="WEB-"), "web-MUG", "MUG", True),
		(SkuRule(prefix="WEB-"), "MUG", "MUG", True),
		(SkuRule(prefix="WEB-"), "MUG", "WEB-MUG", False),
		(SkuRule(prefix="WEB-"), "WEB-WEB-MUG", "WEB-MUG", True),
		(RULE, "MUG", "MUG-1", False),
	],
)
def test_a_sku_is_an_item_code_by_the_rule(rule: SkuRule, sku: str, code: str, fits: bool) -> None:
	found = one(listed(sku), item(code), rule=rule)
	assert (found.match, found.item_code) == (("sku", code) if fits else ("create", None))


def test_the_sku_goes_before_the_barcode() -> None:
	both = (item("MUG"), item("CUP", "", "4006"))
	assert one(listed("MUG", barcode="4006"), *both).item_code == "MUG"
	by_barcode = one(listed("TEA", barcode=" 4006"), *both)
	assert (by_barcode.match, by_barcode.item_code) == ("barcode", "CUP")


def test_a_barcode_may_stand_as_sku_or_without_one() -> None:
	assert one(listed("4006"), item("CUP", "", "4006")).match == "barcode"
	assert one(listed(None, barcode="4006"), item("CUP", "", "4006")).item_code == "CUP"


def test_several_items_are_a_person_s_choice() -> None:
	found = one(listed("TEA", barcode="4006"), item("B", "", "4006"), item("A", "", "4006"))
	assert (found.match, found.item_code, set(found.candidates)) == ("ambiguous", None, {"A", "B"})


def test_an_item_that_cannot_be_sold_is_shown_and_not_bound() -> None:
	found = one(listed("MUG"), item("MUG", usable=False))
	assert (found.match, found.item_code, found.candidates) == ("ambiguous", None, ("MUG",))
	assert (
		one(listed("X", barcode="1"), item("A", "", "1", usable=False), item("B", "", "1")).item_code == "B"
	)


def test_a_sku_that_comes_twice_is_listed_for_both() -> None:
	found = propose([listed("MUG", "L1"), listed(" mug", "L2"), listed("TEA", "L3")], [item("MUG")], RULE)
	assert [each.match for each in found] == ["duplicate_sku", "duplicate_sku", "create"]
	assert {each.candidates for each in found[:2]} == {("MUG",)}
	assert not any(each.item_code for each in found)


def test_a_bound_twin_counts_and_an_ignored_one_does_not() -> None:
	bound = propose([listed("MUG", "L1", item_code="MUG"), listed("MUG", "L2")], [item("MUG")], RULE)
	assert [each.match for each in bound] == ["bound", "duplicate_sku"]
	ignored = propose([listed("MUG", "L1", ignored=True), listed("MUG", "L2")], [item("MUG")], RULE)
	assert [each.match for each in ignored] == ["ignored", "sku"]


def test_a_barcode_of_two_listings_is_not_guessed() -> None:
	twins = [listed("A", "L1", barcode="4006"), listed(None, "L2", barcode="4006")]
	found = propose(twins, [item("CUP", "", "4006")], RULE)
	assert [(each.match, each.candidates) for each in found] == [("ambiguous", ("CUP",))] * 2


def test_names_only_propose() -> None:
	found = one(listed("X", title="Coffee mug, blue"), item("A", "Blue Coffee Mugs"), item("B", "Tea pot"))
	assert (found.match, found.item_code, found.candidates) == ("name", None, ("A",))
	assert found.score is not None and 88 <= found.score <= 100


@pytest.mark.parametrize("name", ["Tee blue M", "Tee blue", "Tee blue S 2", "Something else", ""])
def test_names_that_tell_variants_apart_are_not_similar(name: str) -> None:
	assert one(listed("X", title="Tee blue S"), item("A", name)).match == "create"


def test_an_item_that_another_listing_means_is_not_proposed_by_name() -> None:
	mugs = [listed("MUG", "L1", title="Blue mug"), listed("X", "L2", title="Blue mug")]
	assert [each.match for each in propose(mugs, [item("MUG", "Blue mug")], RULE)] == ["sku", "create"]


def test_without_codes_a_person_is_asked() -> None:
	assert one(listed(" ", title="Blue mug")).match == "no_sku"
	found = one(listed(None, title="Blue mug"), item("MUG", "blue mug"))
	assert (found.match, found.item_code, found.candidates) == ("no_sku", None, ("MUG",))


@pytest.mark.parametrize("sku", [None, "X", "MUG"])
def test_what_a_person_chose_stays(sku: str | None) -> None:
	assert one(listed(sku, chosen="CUP", title="Mug"), item("MUG", "Mug"), item("CUP")).item_code == "CUP"


def test_a_large_catalogue_takes_seconds() -> None:
	"""6,000 listings that nothing fits, against 10,000 Items: the names of all are compared."""
	sounds = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u")]

	def name(seed: int) -> str:
		return " ".join(
			"".join(sounds[(seed * factor + step) % len(sounds)] for step in range(3))
			for factor in (1, 7, 31)
		)

	items = [item(f"I{n}", name(n * 3)) for n in range(10_000)]
	listings = [listed(f"S{n}", f"L{n}", title=f"{name(n)} extra") for n in range(6_000)]
	start = monotonic()
	assert len(propose(listings, items, RULE)) == 6_000
	assert monotonic() - start < 60


_codes = st.sampled_from([None, "", " ", "A", "a", "B", "C", "web-A", "1", "2"])


@given(
	rows=st.lists(
		st.tuples(
			_codes,
			_codes,
			st.sampled_from([None, "A", "Z"]),
			st.booleans(),
			st.sampled_from(["", "Mug", "Mugs"]),
		),
		max_size=6,
	),
	items=st.lists(
		st.tuples(st.sampled_from("ABC"), st.sampled_from([(), ("1",), ("1", "2")]), st.booleans()),
		max_size=3,
		unique_by=lambda each: each[0],
	),
	rule=st.builds(SkuRule, ignore_case=st.booleans(), prefix=st.sampled_from(["", "WEB-"])),
)
@profile(max_examples=200)
def test_nothing_doubtful_is_bound(rows: list[tuple], items: list[tuple], rule: SkuRule) -> None:
	"""One proposal for each, in order; an Item is named only where one usable Item has exactly that code."""
	listings = [
		listed(sku, f"L{n}", barcode=barcode, item_code=bound, ignored=ignored, title=title)
		for n, (sku, barcode, bound, ignored, title) in enumerate(rows)
	]
	facts = [item(code, "Mug", *barcodes, usable=usable) for code, barcodes, usable in items]
	found = propose(listings, facts, rule)
	assert [each.listing for each in found] == [each.name for each in listings]
	for listing, proposal in zip(listings, found, strict=True):
		if proposal.match in ("sku", "barcode"):
			assert proposal.item_code in _fitting(listing, facts, rule)
			twins = [x for x in listings if rule.key(x.sku) == rule.key(listing.sku) and not x.ignored]
			assert not rule.key(listing.sku) or len(twins) == 1
		elif proposal.match != "bound":
			assert proposal.item_code is None
		assert (proposal.match == "bound") == bool(listing.item_code)


def _fitting(listing: ListedVariant, facts: list[ItemFacts], rule: SkuRule) -> set[str]:
	def same(ours: str, theirs: str | None) -> bool:
		theirs = (theirs or "").strip()
		return ours == theirs or (rule.ignore_case and ours.lower() == theirs.lower())

	sku = (listing.sku or "").strip()
	bare = sku[4:].strip() if rule.prefix and sku.lower().startswith("web-") else sku
	by_code = {fact.item_code for fact in facts if fact.usable and same(fact.item_code, bare)}
	codes = [listing.barcode, sku]
	return by_code or {
		f.item_code for f in facts if f.usable for b in f.barcodes if any(same(b, c) for c in codes)
	}
