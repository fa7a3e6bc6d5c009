"""What both emulated stores sell: forty products, so that their orders, and the ERP's items, agree on SKUs.

Ids follow from a product's position in the list and never change: product n is 1000 + n, its variants are
10 × that plus their own position. A platform that wants longer ids adds a constant of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .story import Bought

Kind = Literal["goods", "food", "gift_card", "bundle"]


@dataclass(frozen=True)
class Variant:
	"""One sellable thing. `price` is in units of a dollar-like currency; `sku` and `barcode` may be missing."""

	id: int
	product_id: int
	product_title: str
	title: str | None  # None where the product comes in one form only
	sku: str | None
	barcode: str | None
	price: Decimal
	grams: int
	kind: Kind


@dataclass(frozen=True)
class Product:
	"""A product with its variants. `parts` are the SKUs and quantities inside a bundle.

	`options` names what variants differ in; a variant's title holds one value for each, parted by " / ".
	"""

	id: int
	title: str
	vendor: str
	kind: Kind
	variants: tuple[Variant, ...]
	parts: tuple[tuple[str, int], ...] = ()
	options: tuple[str, ...] = ()


# SKU stem, title, price, grams, variant titles (the SKU gets a suffix for each)
_GOODS = (
	("TEE", "Organic T-Shirt", "24.90", 180, ("S", "M", "L", "XL")),
	("HOOD", "Hooded Sweater", "59.00", 640, ("S", "M", "L")),
	("SOCK", "Wool Socks", "12.50", 90, ("36-39", "40-43", "44-47")),
	("CAP", "Baseball Cap", "19.99", 110, ("Navy", "Sand")),
	("BAG", "Canvas Tote Bag", "14.95", 150, ()),
	("BELT", "Leather Belt", "39.00", 210, ("85", "95", "105")),
	("SCARF", "Schal „Föhr“", "44.44", 170, ()),
	("GLOVE", "Gloves, touch-screen", "27.30", 95, ("S/M", "L/XL")),
	("MUG", "Stoneware Mug", "11.00", 380, ("White", "Slate", "Moss")),
	("PLATE", "Dinner Plate Ø 27 cm", "17.45", 720, ()),
	("BOWL", "Cereal Bowl", "9.95", 450, ()),
	("KNIFE", "Chef’s Knife 20 cm", "89.00", 260, ()),
	("BOARD", "Cutting Board, oak", "34.60", 1400, ()),
	("PAN", "Cast Iron Pan", "64.99", 2600, ("24 cm", "28 cm")),
	("LAMP", "Desk Lamp", "79.90", 1900, ()),
	("BULB", "LED Bulb E27", "4.49", 60, ("2700 K", "4000 K")),
	("CABLE", "USB-C Cable 1 m", "8.99", 40, ()),
	("CHARG", "Wall Charger 65 W", "45.00", 130, ("EU", "UK", "US")),
	("PHONE", "Phone Stand", "16.66", 220, ()),
	("NOTE", "Notebook A5, dotted", "7.77", 250, ()),
	("PEN", "Fineliner 0.4", "2.35", 12, ("Black", "Blue", "Red")),
	("CLIP", "Paper Clip, single", "0.03", 1, ()),
	("SCREW", "Screw M4×20", "0.11", 3, ()),
	("NAIL", "Nail 60 mm", "0.07", 2, ()),
	("SOFA", "Three-Seat Sofa", "1249.00", 48000, ("Linen", "Velvet")),
	("DESK", "Standing Desk", "689.50", 39000, ()),
	("CHAIR", "Office Chair", "329.00", 17000, ()),
	("YOGA", "ヨガマット 6mm", "38.00", 1100, ()),
	("BALL", "Football ⚽ size 5", "21.21", 420, ()),
	("SAMPLE", "Fabric Sample", "0.00", 5, ()),
	("OLD", "Discontinued Vase", "33.33", 900, ()),
)
_FOOD = (
	("COFF", "Coffee Beans", "13.80", 1000, ("250 g", "1 kg")),
	("TEA", "Thé vert à la menthe", "6.40", 100, ()),
	("HONEY", "Honey 500 g", "8.25", 700, ()),
	("CHOC", "Dark Chocolate 85 %", "3.19", 100, ()),
	("RICE", "Basmati Rice بسمتي", "5.05", 1000, ()),
)
_GIFT_CARDS = (("GIFT", "Gift Card", "25.00", 0, ("25", "50", "100")),)
_BUNDLES = (
	("SET-DESK", "Desk Starter Set", "99.00", 2200, ()),
	("SET-COFF", "Coffee Lover’s Set", "29.00", 1400, ()),
	("SET-GIFT", "Gift Box 🎁", "35.00", 500, ()),
)
_PARTS: dict[str, tuple[tuple[str, int], ...]] = {
	"SET-DESK": (("LAMP", 1), ("NOTE", 2), ("PEN-BLACK", 3)),
	"SET-COFF": (("COFF-250G", 1), ("MUG-WHITE", 2)),
	"SET-GIFT": (("TEA", 1), ("HONEY", 1), ("CHOC", 2)),
}
_WITHOUT_SKU = ("YOGA", "OLD")  # the shop never typed one in
_WITHOUT_BARCODE = ("SAMPLE", "CLIP", "OLD", "GIFT")
_Row = tuple[str, str, str, int, tuple[str, ...]]


def _barcode(variant_id: int) -> str:
	digits = f"40{variant_id:010d}"
	weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
	return digits + str(-weighted % 10)


def _sku(stem: str, title: str | None) -> str | None:
	if stem in _WITHOUT_SKU:
		return None
	suffix = "".join(letter for letter in title or "" if letter.isascii() and letter.isalnum())
	return f"{stem}-{suffix.upper()}" if suffix else stem


def _price(row: _Row, kind: Kind, title: str | None) -> Decimal:
	return Decimal(title) if kind == "gift_card" and title else Decimal(row[2])


def _variants(product_id: int, kind: Kind, row: _Row) -> Iterator[Variant]:
	stem, product_title, _, grams, titles = row
	for position, title in enumerate(titles or (None,)):
		number = product_id * 10 + position
		barcode = None if stem in _WITHOUT_BARCODE else _barcode(number)
		sku, price = _sku(stem, title), _price(row, kind, title)
		yield Variant(number, product_id, product_title, title, sku, barcode, price, grams, kind)


def _products() -> Iterator[Product]:
	kinds: tuple[tuple[Kind, tuple[_Row, ...]], ...] = (
		("goods", _GOODS),
		("food", _FOOD),
		("gift_card", _GIFT_CARDS),
		("bundle", _BUNDLES),
	)
	rows = [(kind, row) for kind, rows in kinds for row in rows]
	for position, (kind, row) in enumerate(rows):
		number = 1000 + position
		variants = tuple(_variants(number, kind, row))
		options = ("Option",) if row[4] else ()
		yield Product(number, row[1], "Northwind Supply", kind, variants, _PARTS.get(row[0], ()), options)


PRODUCTS: tuple[Product, ...] = tuple(_products())
VARIANTS: tuple[Variant, ...] = tuple(variant for product in PRODUCTS for variant in product.variants)


def generated(products: int, variants: int) -> tuple[Product, ...]:
	"""A large catalogue of as many products with as many variants in all (not fewer than products).

	Ids begin at 100,000 (products) and 10,000,000 (variants); SKUs are `G-<product>` and `G-<product>-<n>`.
	"""
	each, more = divmod(variants, products)
	counts = [each + (position < more) for position in range(products)]
	return tuple(_generated(100_000 + position, count) for position, count in enumerate(counts))


def _generated(number: int, count: int) -> Product:
	title, colours = f"Article {number}", ("Red", "Green", "Blue", "Black", "White")
	titles = [f"{colours[n % 5]} / {n // 5 + 1}" for n in range(count)] if count > 1 else [None]
	price = Decimal(500 + number % 9500) / 100
	variants = tuple(
		Variant(
			number * 100 + n,
			number,
			title,
			name,
			f"G-{number}" if name is None else f"G-{number}-{n + 1}",
			_barcode(number * 100 + n),
			price + n,
			100 + number % 900,
			"goods",
		)
		for n, name in enumerate(titles)
	)
	options = ("Colour", "Size") if count > 1 else ()
	return Product(number, title, "Northwind Supply", "goods", variants, (), options)


_BY_SKU = {variant.sku: variant for variant in VARIANTS if variant.sku}
_BY_TITLE = {(variant.product_title, variant.title): variant for variant in VARIANTS}


def by_sku(sku: str | None) -> Variant | None:
	"""The variant with this SKU; None when the shop sells nothing under it."""
	return _BY_SKU.get(sku) if sku else None


def variant_of(line: Bought) -> Variant | None:
	"""The variant that a story's line bought, by SKU or, where the shop has none, by its titles."""
	return by_sku(line.sku) or _BY_TITLE.get((line.title, line.variant_title))


def product(number: int) -> Product:
	"""The product with this id. Raises KeyError when there is none."""
	for found in PRODUCTS:
		if found.id == number:
			return found
	raise KeyError(number)
