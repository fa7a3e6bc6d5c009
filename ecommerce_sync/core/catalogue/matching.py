"""Which Item each variant of a store is: by SKU, then barcode, then name. Names only propose. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from ..products import Product
from ..settings import SkuRule
from .words import ErpProduct, ItemFacts, ListedVariant, Match, Proposal

NAME_SCORE = 88  # of 100, from which on names count as similar
_MOST_CANDIDATES = 5
_WORD = re.compile(r"\w+")


def propose(listings: Sequence[ListedVariant], items: Iterable[ItemFacts], rule: SkuRule) -> list[Proposal]:
	"""One proposal for each listing, in their order. What is bound or ignored stays so.

	A SKU that several listings have is listed for all of them, ignored ones aside. Two listings may mean the
	same Item by their barcode only if a person says so.
	"""
	index = _Index(items, rule)
	skus = Counter(rule.key(one.sku) for one in listings if not one.ignored)
	codes = Counter(rule.item_key(one.barcode) for one in listings if not one.ignored)
	certain = [_certain(one, index, rule, skus, codes) for one in listings]
	meant = {found.item_code for found in certain if found and found.item_code}
	names = _Names(items=(item for item in index.usable if item.item_code not in meant))
	return [found or _by_name(one, names) for one, found in zip(listings, certain, strict=True)]


def propose_by_codes(
	listings: Sequence[ListedVariant], product: Product, erp: ErpProduct, rule: SkuRule
) -> list[Proposal]:
	"""Proposals for the listings of one product that nothing was proposed for, without looking at all Items:
	names are not compared, nor SKUs with those of other products.
	"""
	barcodes: dict[str, set[str]] = {}
	for variant in product.variants:
		for code in erp.found.get(variant.id, ()):
			barcodes.setdefault(code, set()).update(filter(None, (variant.barcode, variant.sku)))
	items = [ItemFacts(item_code=code, barcodes=tuple(own)) for code, own in barcodes.items()]
	unusable = [ItemFacts(item_code=code, usable=False) for code in sorted(erp.taken - barcodes.keys())]
	found = zip(listings, propose(listings, [*items, *unusable], rule), strict=True)
	return [each for one, each in found if not one.item_code and one.variant_id not in erp.decided]


class _Index:
	"""Items by the forms that are compared."""

	def __init__(self, items: Iterable[ItemFacts], rule: SkuRule) -> None:
		self.usable: list[ItemFacts] = []
		self.codes: dict[str, list[ItemFacts]] = defaultdict(list)
		self.barcodes: dict[str, dict[str, ItemFacts]] = defaultdict(dict)
		self.rule = rule
		for item in items:
			self.codes[rule.item_key(item.item_code)].append(item)
			for barcode in item.barcodes:
				self.barcodes[rule.item_key(barcode)][item.item_code] = item
			if item.usable:
				self.usable.append(item)

	def by_sku(self, sku: str | None) -> list[ItemFacts]:
		"""Items that have the SKU as code; none for no SKU."""
		key = self.rule.key(sku)
		return self.codes.get(key, []) if key else []

	def by_barcode(self, *codes: str | None) -> list[ItemFacts]:
		"""Items that have one of the codes as barcode; a SKU may be one."""
		found: dict[str, ItemFacts] = {}
		for code in codes:
			if key := self.rule.item_key(code):
				found |= self.barcodes.get(key, {})
		return list(found.values())


def _certain(
	one: ListedVariant, index: _Index, rule: SkuRule, skus: Counter[str], codes: Counter[str]
) -> Proposal | None:
	"""What codes or a person say about a listing; None where only its name is left."""
	if one.item_code:
		return Proposal(listing=one.name, match="bound", item_code=one.item_code)
	if one.ignored:
		return Proposal(listing=one.name, match="ignored")
	if (sku := rule.key(one.sku)) and skus[sku] > 1:
		return _open(one, "duplicate_sku", index.by_sku(one.sku))
	if found := index.by_sku(one.sku):
		return _matched(one, "sku", found)
	if found := index.by_barcode(one.barcode, one.sku):
		twice = codes[rule.item_key(one.barcode)] > 1 and bool(rule.item_key(one.barcode))
		return _open(one, "ambiguous", found) if twice else _matched(one, "barcode", found)
	return None


def _matched(one: ListedVariant, how: Match, found: list[ItemFacts]) -> Proposal:
	"""One usable Item is it; several, or one that cannot be sold, are a person's choice."""
	usable = [item for item in found if item.usable]
	if len(usable) != 1:
		return _open(one, "ambiguous", usable or found)
	return Proposal(listing=one.name, match=how, item_code=one.chosen or usable[0].item_code)


def _open(one: ListedVariant, why: Match, found: list[ItemFacts]) -> Proposal:
	candidates = tuple(item.item_code for item in found[:_MOST_CANDIDATES])
	return Proposal(listing=one.name, match=why, item_code=one.chosen, candidates=candidates)


class _Names:
	"""Items by name, to be searched for similar ones.

	Words that tell variants apart (sizes, numbers, single letters) must be the same: `Tee S` is not `Tee M`.
	"""

	def __init__(self, items: Iterable[ItemFacts]) -> None:
		self._groups: dict[frozenset[str], list[tuple[str, str]]] = defaultdict(list)
		for item in items:
			words = _words(item.name)
			self._groups[_telling(words)].append((" ".join(words), item.item_code))
		self._choices = {key: [name for name, _ in group] for key, group in self._groups.items()}

	def similar(self, title: str) -> list[tuple[str, float]]:
		"""Item codes and scores, the best first."""
		words = _words(title)
		group = self._groups.get(_telling(words), [])
		if not words or not group:
			return []
		found = process.extract(
			" ".join(words),
			self._choices[_telling(words)],
			scorer=fuzz.ratio,
			score_cutoff=NAME_SCORE,
			limit=_MOST_CANDIDATES,
		)
		return [(group[position][1], round(score, 1)) for _, score, position in found]


def _words(name: str) -> list[str]:
	return sorted(_WORD.findall(name.casefold()))


def _telling(words: list[str]) -> frozenset[str]:
	return frozenset(word for word in words if len(word) < 3 or any(sign.isdigit() for sign in word))


def _by_name(one: ListedVariant, names: _Names) -> Proposal:
	found = names.similar(one.title)
	has_sku = bool((one.sku or "").strip())
	match: Match = "no_sku" if not has_sku else "name" if found else "create"
	return Proposal(
		listing=one.name,
		match=match,
		item_code=one.chosen,
		candidates=tuple(code for code, _ in found),
		score=found[0][1] if found else None,
	)
