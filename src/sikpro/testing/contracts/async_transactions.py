"""The contract of `AsyncTransactions`: whole units of work, their results and their errors, from an event loop."""

import asyncio

import pytest

from sikpro.application.ports.storage import AsyncTransactions, UnitOfWork
from sikpro.domain.people import Person
from sikpro.testing.builders import a_person


def everybody(uow: UnitOfWork) -> list[str]:
    return [person.name for person in uow.people.all()]


@pytest.mark.asyncio
class AsyncTransactionsContract:
    """What transactions of an event loop promise; they need the fixture `transactions`."""

    async def test_what_was_written_is_returned_and_read_afterwards(self, transactions: AsyncTransactions) -> None:
        person = await transactions.write(lambda uow: uow.people.add(a_person("Rina", username="rina")))
        assert person.name == "Rina"
        assert await transactions.read(everybody) == ["Rina"]
        assert await transactions.read_long(everybody) == ["Rina"]

    async def test_an_error_is_raised_where_it_is_awaited_and_nothing_is_kept(
        self, transactions: AsyncTransactions
    ) -> None:
        def work(uow: UnitOfWork) -> None:
            uow.people.add(a_person("Rina", username="rina"))
            raise LookupError("in the middle")

        with pytest.raises(LookupError, match="in the middle"):
            await transactions.write(work)
        assert await transactions.read(everybody) == []

    async def test_writes_that_are_asked_for_at_once_are_all_done(self, transactions: AsyncTransactions) -> None:
        def adding(name: str) -> asyncio.Future[Person]:
            return asyncio.ensure_future(
                transactions.write(lambda uow: uow.people.add(a_person(name, username=name.lower())))
            )

        names = [f"Orang {place}" for place in "ABCDEFGH"]
        await asyncio.gather(*(adding(name) for name in names))
        assert sorted(await transactions.read(everybody)) == names
