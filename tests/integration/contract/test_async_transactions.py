"""The contract of `AsyncTransactions`: whole units of work, their results and their errors, from an event loop."""

import asyncio
from collections.abc import Iterator

import pytest

from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.application.ports.storage import AsyncTransactions, Transactions, UnitOfWork
from sikpro.domain.people import Person
from tests.builders import a_person
from tests.unit.application.inline import InlineTransactions


@pytest.fixture(params=["threads", "inline"])
def transactions(request: pytest.FixtureRequest, store: Transactions) -> Iterator[AsyncTransactions]:
    """Each way to a store, over each store; the second is that of unit tests."""
    if request.param == "inline":
        yield InlineTransactions(store)
        return
    threads = ThreadedTransactions.over(store)
    yield threads
    threads.close()


def everybody(uow: UnitOfWork) -> list[str]:
    return [person.name for person in uow.people.all()]


async def test_what_was_written_is_returned_and_read_afterwards(transactions: AsyncTransactions) -> None:
    person = await transactions.write(lambda uow: uow.people.add(a_person("Rina", username="rina")))
    assert person.name == "Rina"
    assert await transactions.read(everybody) == ["Rina"]


async def test_an_error_is_raised_where_it_is_awaited_and_nothing_is_kept(transactions: AsyncTransactions) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.people.add(a_person("Rina", username="rina"))
        raise LookupError("in the middle")

    with pytest.raises(LookupError, match="in the middle"):
        await transactions.write(work)
    assert await transactions.read(everybody) == []


async def test_writes_that_are_asked_for_at_once_are_all_done(transactions: AsyncTransactions) -> None:
    def adding(name: str) -> asyncio.Future[Person]:
        return asyncio.ensure_future(
            transactions.write(lambda uow: uow.people.add(a_person(name, username=name.lower())))
        )

    names = [f"Orang {place}" for place in "ABCDEFGH"]
    await asyncio.gather(*(adding(name) for name in names))
    assert sorted(await transactions.read(everybody)) == names
