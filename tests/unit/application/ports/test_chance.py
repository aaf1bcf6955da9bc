"""Chance: from a seed everything that nobody may foresee is the same again; without one it is not."""

from datetime import timedelta
from random import Random

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.outbox import OutboxItem
from tests.unit.chat import NINE, WHOLE, Phone, World


def seeded(seed: int) -> Chance:
    random = Random(seed)
    return Chance(random.randbytes, random.random)


def a_day(chance: Chance) -> tuple[OutboxItem, ...]:
    """What waits to be sent after somebody sent an order in two parts: answers with buttons, which have tokens."""
    world = World(MemoryTransactions(chance=chance))
    phone = Phone(world, 1)
    beginning, end = WHOLE[:40], WHOLE
    phone.says(beginning)
    phone.says(end)
    message = Outgoing(chat_id=1, text="one more")
    world.transactions.write(lambda uow: uow.outbox.put(message, NINE))
    hour = timedelta(hours=1)
    items = world.transactions.read(lambda uow: uow.outbox.claim(NINE + hour, hour, 50))
    earlier = world.transactions.read(lambda uow: tuple(map(uow.outbox.get, range(1, items[-1].id))))
    return (*earlier, *items)


def test_two_installations_with_one_seed_say_the_same_with_the_same_ids() -> None:
    assert a_day(seeded(7)) == a_day(seeded(7))


def test_another_seed_gives_other_ids_and_no_seed_gives_other_ones_each_time() -> None:
    days = [a_day(seeded(7)), a_day(seeded(8)), a_day(Chance()), a_day(Chance())]

    assert len({day[-1].message.random_id for day in days}) == len(days)


def test_a_number_is_never_none_at_all() -> None:
    assert Chance(random_bytes=lambda size: bytes(size)).number() == 1
    assert Chance(random_bytes=lambda size: b"\xff" * size).number() == 2**63 - 1


def test_a_wait_lies_between_its_ends() -> None:
    assert Chance(share=lambda: 0.0).between(2, 4) == 2
    assert Chance(share=lambda: 0.5).between(2, 4) == 3
