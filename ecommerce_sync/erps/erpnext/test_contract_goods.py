"""The contract of products, stock and prices on real ERPNext."""

from __future__ import annotations

from ..contract_goods import (
	CatalogueContract,
	ImportContract,
	LevelsContract,
	OpenOrdersContract,
	PricesContract,
	PublishingContract,
	StockContract,
)
from .testing_goods import Goods


class TestStockContract(Goods, StockContract):
	pass


class TestLevelsContract(Goods, LevelsContract):
	pass


class TestPricesContract(Goods, PricesContract):
	pass


class TestCatalogueContract(Goods, CatalogueContract):
	pass


class TestImportContract(Goods, ImportContract):
	pass


class TestOpenOrdersContract(Goods, OpenOrdersContract):
	pass


class TestPublishingContract(Goods, PublishingContract):
	pass


del Goods  # it has no tests of its own
