"""The contract of `StoreKind`, kept by the plugin of the tests: our own stores are not plugins."""

from pathlib import Path

import pytest

from sikpro.application.ports.plugins import StoreKind
from sikpro.testing.contracts.store_kind import StoreKindContract
from tests.plugins.kept_plugin import Kept, Settings


class TestStoreKind(StoreKindContract):
    @pytest.fixture
    def kind(self, tmp_path: Path) -> StoreKind:
        return Kept(Settings(folder=tmp_path))

    @pytest.fixture
    def url(self) -> str:
        return "kept://main"
