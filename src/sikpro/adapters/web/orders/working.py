"""Work on orders, when somebody else may have them: the refusal says who."""

from collections.abc import Callable
from typing import TypeVar

from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import AlreadyTaken

T = TypeVar("T")


async def naming_holder(parts: WebParts, work: Callable[[UnitOfWork], T]) -> T:
    """Write, in one transaction. Raises as the work does; `AlreadyTaken` with the holder's name in it."""
    try:
        return await parts.transactions.write(work)
    except AlreadyTaken as error:
        holder = error.holder
        name = await parts.transactions.read(lambda uow: uow.people.get(holder).name)
        raise error.named(name) from None
