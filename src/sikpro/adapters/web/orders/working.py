"""Write to an order that another helpdesk may have: the error names the holder."""

from collections.abc import Callable
from typing import TypeVar

from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import AlreadyTaken

T = TypeVar("T")


async def naming_holder(parts: WebParts, work: Callable[[UnitOfWork], T]) -> T:
    """Write in one transaction. Raises the errors of the work; `AlreadyTaken` includes the holder's name."""
    try:
        return await parts.transactions.write(work)
    except AlreadyTaken as error:
        holder = error.holder
        name = await parts.transactions.read(lambda uow: uow.people.get(holder).name)
        raise error.named(name) from None
