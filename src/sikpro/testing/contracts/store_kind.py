"""What a kind of store promises: it opens the store at a URL, makes it where there is none, and nothing is lost."""

import asyncio

import pytest

from sikpro.application.ports.health import Integrity
from sikpro.application.ports.plugins import StoreKind
from sikpro.testing.builders import a_person
from sikpro.testing.contracts.base import PROCESS


class StoreKindContract:
    """What a kind of store promises; it needs the fixtures `kind` and `url`, of a store that is not there yet."""

    def test_a_store_that_is_not_there_is_made_empty(self, kind: StoreKind, url: str) -> None:
        store = kind.open(url, None, PROCESS)
        assert store.transactions.read(lambda unit: unit.people.all()) == ()
        store.close()

    def test_what_was_written_is_there_when_it_is_opened_again(self, kind: StoreKind, url: str) -> None:
        first = kind.open(url, None, PROCESS)
        rina = first.transactions.write(lambda unit: unit.people.add(a_person("Rina")))
        first.close()
        again = kind.open(url, None, "2-def")
        assert again.transactions.read(lambda unit: unit.people.get(rina.id)) == rina
        again.close()

    def test_its_place_is_sound(self, kind: StoreKind, url: str) -> None:
        store = kind.open(url, None, PROCESS)
        assert asyncio.run(store.place.check_integrity()).integrity is not Integrity.DAMAGED
        store.close()

    def test_a_url_that_it_does_not_understand_is_refused(self, kind: StoreKind, url: str) -> None:
        scheme = url.partition("://")[0]
        with pytest.raises(ValueError, match=scheme):
            kind.open(f"{scheme}://?", None, PROCESS)
