"""Orders past the limit of their type: told to team leaders, once, in working hours, unless somebody acts."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.orders.alert_overdue import alert_overdue, next_alerts
from sikpro.domain.phase import Phase
from sikpro.testing.builders import stored_order
from tests.unit.chat import WHOLE, ZONE, Phone, World

LEADER = 50
"""The team leader's Telegram account; the first limit is 30 minutes, the second 4 hours."""


@pytest.fixture
def world() -> World:
    """Nine o'clock; the team leader is on Telegram and one order was sent."""
    world = World()
    bind(world, "bagus", LEADER)
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def bind(world: World, username: str, telegram_id: int, site_operation: str | None = None) -> None:
    person = evolve(world.person(username), telegram_id=telegram_id, site_operation=site_operation)
    world.transactions.write(lambda uow: uow.people.save(person))


def look(world: World) -> list[str]:
    """The job looks for what passed its limit; what the team leader's phone shows then."""
    world.transactions.write(lambda uow: alert_overdue(uow, world.clock.now(), ZONE))
    return told(world, LEADER)


def told(world: World, chat_id: int) -> list[str]:
    """Takes what is on its way to a chat out of the outbox."""
    now, minute = world.clock.now(), timedelta(minutes=1)
    texts: list[str] = []
    while claimed := world.transactions.write(lambda uow: uow.outbox.claim(now, minute, 99)):
        for item in claimed:
            world.transactions.write(lambda uow, number=item.id: uow.outbox.sent(number, 1, now))  # type: ignore[misc]  # bound now
            if item.message.chat_id == chat_id:
                texts.append(item.message.text)
    return texts


def test_an_order_nobody_took_is_told_once_when_its_limit_passes(world: World) -> None:
    world.clock.later(minutes=30)
    assert look(world) == []
    world.clock.later(minutes=2)
    assert look(world) == ["⏰ Lewat batas waktu: 1 order\nSC32232558 SDA · belum diambil · 32 mnt jam kerja"]
    world.clock.later(minutes=30)
    assert look(world) == []


def test_nothing_is_told_of_an_order_on_which_somebody_acted_while_the_job_looked(world: World) -> None:
    world.clock.later(minutes=32)
    write = world.transactions.read(lambda uow: next_alerts(uow, world.clock.now(), ZONE))
    assert write
    world.takes()
    assert world.transactions.write(write) == 0
    assert told(world, LEADER) == []


def test_the_second_limit_is_a_second_alert_and_names_who_has_it(world: World) -> None:
    world.takes()
    world.clock.later(minutes=40)
    assert look(world) == []
    world.clock.later(hours=3, minutes=21)
    assert look(world) == ["⏰ Lewat batas waktu: 1 order\nSC32232558 SDA · Diproses (OGP), Rina · 4 j 1 mnt jam kerja"]
    assert look(world) == []


def test_nothing_is_said_when_somebody_acted_in_time_or_it_waits_for_others(world: World) -> None:
    world.takes()
    world.sets("ont_tidak_terdeteksi", "SN beda")
    told(world, LEADER)
    world.clock.later(hours=7)

    assert look(world) == []


def test_at_night_nothing_is_said_and_in_the_morning_only_what_nobody_acted_on(world: World) -> None:
    Phone(world, 2).says("/reg " + WHOLE.replace("558", "559"))
    world.clock.later(hours=11)
    assert look(world) == []
    world.clock.later(hours=12, minutes=30)  # 08.30 the next morning
    world.takes(number="SC32232559")
    world.sets("selesai", number="SC32232559")
    told(world, LEADER)

    (text,) = look(world)

    assert text.splitlines()[1:] == ["SC32232558 SDA · Menunggu, belum ada yang pegang · 8 j 30 mnt jam kerja"]


def test_a_leader_of_a_site_operation_hears_of_its_orders_alone_in_their_language(world: World) -> None:
    bind(world, "bagus", LEADER, "MJK")
    admin = evolve(world.person("admin"), telegram_id=51, language="en")
    world.transactions.write(lambda uow: uow.people.save(admin))
    world.clock.later(minutes=31)
    world.transactions.write(lambda uow: alert_overdue(uow, world.clock.now(), ZONE))

    now = world.clock.now()
    items = world.transactions.write(lambda uow: uow.outbox.claim(now, timedelta(minutes=1), 99))

    texts = {item.message.chat_id: item.message.text for item in items}
    assert LEADER not in texts
    assert texts[51].startswith("⏰ Past the limit: 1\nSC32232558 SDA · nobody took it")


def test_many_at_once_are_one_message(world: World) -> None:
    for digit in range(12):
        Phone(world, 1).says("/reg " + WHOLE.replace("SC32232558", f"SC4000000{digit:02}"))
    world.clock.later(minutes=31)

    (text,) = look(world)

    assert text.startswith("⏰ Lewat batas waktu: 13 order")
    assert text.endswith("… dan 3 order lagi. /antrian untuk semuanya.")


def test_after_an_outage_hundreds_are_one_message_too(world: World) -> None:
    """A leader's phone does not ring for each part of them, and the number is that of all."""

    def many(uow: UnitOfWork) -> None:
        waiting = first_status(uow, Phase.WAITING)
        for number in range(450):
            stored_order(uow, f"SC{50_000_000 + number}", status=waiting, received_at=world.clock.now())

    world.transactions.write(many)
    world.clock.later(minutes=31)
    texts = list[str]()
    while write := world.transactions.read(lambda uow: next_alerts(uow, world.clock.now(), ZONE)):
        world.transactions.write(write)
        texts += told(world, LEADER)

    assert [text.splitlines()[0] for text in texts] == ["⏰ Lewat batas waktu: 451 order"]


def test_an_alert_has_a_button_for_each_order_and_belongs_to_the_only_one(world: World) -> None:
    def alerts() -> list[tuple[list[str], int | None]]:
        now = world.clock.now()
        items = world.transactions.write(
            lambda uow: (alert_overdue(uow, now, ZONE), uow.outbox.claim(now, timedelta(minutes=1), 99))[1]
        )
        mine = [item for item in items if item.message.chat_id == LEADER]
        return [
            ([f"{button.label} {button.data}" for row in item.message.buttons for button in row], item.order_id)
            for item in mine
        ]

    world.clock.later(minutes=32)
    assert alerts() == [(["SC32232558 cek:1"], 1)]
    Phone(world, 2).says("/reg AO#SC32232559#ZTEGC6754547#SDA#ODP-SDA-003#F5TUN446")
    Phone(world, 2).says("/reg AO#SC32232560#ZTEGC6754548#SDA#ODP-SDA-003#F5TUN446")
    world.clock.later(minutes=32)
    assert alerts() == [(["SC32232559 cek:2", "SC32232560 cek:3"], None)]
