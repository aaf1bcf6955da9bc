"""What the unit of work and the owner of transactions promise."""

import pytest

from sikpro.testing.contracts.transactions import TransactionsContract
from tests.integration.contract.conftest import POSTGRES

pytestmark = pytest.mark.parametrize("new_store", ["memory", "sqlite", POSTGRES, "failing"], indirect=True)
"""Each store, and the transactions of the console's tests."""


class TestTransactions(TransactionsContract):
    pass
