"""Failed assertions of the contract show both sides too."""

import pytest

pytest.register_assert_rewrite("tests.storefronts.contract", "tests.storefronts.contract_life")
