"""Recaps that are sent by themselves: each once, on the installation's clock, late rather than never."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from sikpro.application.ports.exports import Export
from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.send_recaps import MADE_UP, due_recaps, next_recap, recap_now
from sikpro.application.use_cases.recaps.keep_schedules import add_schedule, drop_schedule, switch_schedule
from sikpro.domain.errors import InvalidFields, NotPermitted
from sikpro.testing.builders import an_incoming
from tests.unit.chat import WHOLE, ZONE, Phone, World

LEADER, GROUP = 50, -77
WIB = ZoneInfo(ZONE)


@pytest.fixture
def world() -> World:
    """Nine o'clock in the morning of 2 November; the leader is on Telegram, and the bot is in a group."""
    world = World()
    person = evolve(world.person("bagus"), telegram_id=LEADER)
    world.transactions.write(lambda uow: uow.people.save(person))
    hello = an_incoming("/cek", 1, GROUP, private=False, chat_title="Aktivasi SDA")
    world.transactions.write(lambda uow: uow.inbox.receive(hello, world.clock.now()))
    return world


def scheduled(world: World, rhythm: str = "today", at: str = "17:00", to: str = "", **more: object) -> Schedule:
    given = {"language": "id", "with_file": False} | more
    by = world.person("bagus")
    return world.transactions.write(
        lambda uow: add_schedule(
            uow,
            rhythm=rhythm,
            at=at,
            to=to or f"person:{by.id}",
            language=str(given["language"]),
            with_file=bool(given["with_file"]),
            with_picture=bool(given.get("with_picture")),
            of=str(given.get("of", "")),
            by=by,
            now=world.clock.now(),
        )
    )


def passes(world: World, **time: float) -> None:
    """Time goes by, then the job looks."""
    world.clock.later(**time)
    while sending := world.transactions.read(lambda uow: next_recap(uow, world.clock.now(), ZONE)):
        world.transactions.write(sending)


def sent(world: World, chat_id: int = LEADER) -> list[str]:
    """Everything that was put on its way to a chat."""

    def read(uow: UnitOfWork) -> list[OutboxItem]:
        found = [uow.outbox.get(number) for number in range(1, 1 + sum(uow.outbox.counts().values()))]
        return [item for item in found if item.message.chat_id == chat_id]

    return [item.message.text for item in world.transactions.read(read)]


def test_the_days_recap_is_sent_once_at_its_time(world: World) -> None:
    Phone(world, 1).says("/reg " + WHOLE)
    scheduled(world)
    passes(world, hours=7, minutes=59)
    assert sent(world) == []
    passes(world, minutes=2)
    (text,) = sent(world)
    assert text.splitlines()[0] == "Rekap 2 November 2026"
    assert "Terlambat" not in text
    passes(world, minutes=1)
    passes(world, hours=3)
    assert len(sent(world)) == 1


def test_what_was_missed_while_the_server_was_down_is_sent_and_says_that_it_is_late(world: World) -> None:
    scheduled(world, "yesterday", "07:00")
    passes(world, days=3)
    assert [text.splitlines()[:2] for text in sent(world)] == [
        [f"⏰ Terlambat: seharusnya dikirim {when}.", f"Rekap {day} November 2026"]
        for when, day in (("3 Nov 07.00", 2), ("4 Nov 07.00", 3), ("07.00", 4))
    ]


def test_a_months_recap_comes_on_the_first_day_of_the_next_to_a_group_with_its_file(world: World) -> None:
    made = scheduled(world, "month", "08:00", f"group:{GROUP}", with_file=True, language="en")
    assert made.label == "Aktivasi SDA"
    passes(world, days=28)
    assert sent(world, GROUP) == []
    passes(world, hours=23, minutes=2)
    (text,) = sent(world, GROUP)
    assert text.splitlines()[0] == "Recap of November 2026"

    def query(uow: UnitOfWork) -> tuple[Export, ...]:
        return uow.exports.of_person(world.person("bagus").id, 9)

    (export,) = world.transactions.read(query)
    assert (export.query, export.kind, export.language, export.send_to) == ("period=2026-11", "xlsx", "en", GROUP)


def asked(world: World) -> list[tuple[str, str, int | None]]:
    """The files that were asked for, oldest first."""
    exports = world.transactions.read(lambda uow: uow.exports.of_person(world.person("bagus").id, 9))
    return [(one.kind, one.query, one.send_to) for one in sorted(exports, key=lambda one: one.id)]


def test_the_picture_comes_after_the_text_and_before_the_file_also_when_it_is_sent_now(world: World) -> None:
    made = scheduled(world, "today", "17:00", with_file=True, with_picture=True, of="sto:SDA")
    passes(world, hours=8, minutes=1)
    assert len(sent(world)) == 1
    assert asked(world) == [(kind, "period=2026-11-02&sto=SDA", LEADER) for kind in ("png", "xlsx")]
    world.clock.later(days=1)
    now, by = world.clock.now(), world.person("bagus")
    sending = world.transactions.read(lambda uow: recap_now(uow, made.id, by, now, ZONE))
    assert sending is not None
    world.transactions.write(sending)
    assert asked(world)[2:] == [(kind, "period=2026-11-03&sto=SDA", LEADER) for kind in ("png", "xlsx")]


def test_a_weeks_recap_of_one_sto_comes_on_monday(world: World) -> None:
    Phone(world, 1).says("/reg " + WHOLE)  # Monday, the 2nd, SDA
    scheduled(world, "week", "07:00", of="sto:TUN")
    scheduled(world, "week", "07:00", of="site_operation:SDA")
    passes(world, days=6, hours=21)  # Monday, 6.00
    assert sent(world) == []
    passes(world, hours=1, minutes=5)
    one, other = (text.splitlines() for text in sent(world))
    assert one[0] == other[0] == "Rekap 2 November 2026 – 8 November 2026"
    assert "STO TUN" in one[1]
    assert "Site Operation Sidoarjo" in other[1]
    passes(world, days=6)
    assert len(sent(world)) == 2
    passes(world, days=1)
    assert len(sent(world)) == 4


def test_who_may_no_longer_see_reports_is_sent_nothing_and_the_page_can_say_why(world: World) -> None:
    made = scheduled(world)
    person = world.person("bagus")
    world.transactions.write(lambda uow: uow.people.save(evolve(person, telegram_id=None, version=person.version)))
    passes(world, hours=9)
    unbound = world.transactions.read(lambda uow: uow.schedules.get(made.id))
    assert (unbound.sent_for, unbound.trouble, unbound.message) == ("2026-11-02", "no_telegram", None)
    person = world.person("bagus")
    world.transactions.write(lambda uow: uow.people.save(evolve(person, telegram_id=LEADER, active=False)))
    passes(world, days=1)
    assert world.transactions.read(lambda uow: uow.schedules.get(made.id)).trouble == "not_permitted"
    assert sent(world) == []


def test_a_stopped_schedule_sends_nothing_and_does_not_make_up_for_it(world: World) -> None:
    made, by = scheduled(world), world.person("bagus")
    world.transactions.write(lambda uow: switch_schedule(uow, made.id, by, world.clock.now(), active=False))
    passes(world, days=5)
    assert sent(world) == []
    world.transactions.write(lambda uow: switch_schedule(uow, made.id, by, world.clock.now(), active=True))
    passes(world, minutes=1)
    assert sent(world) == []
    passes(world, hours=9)
    assert len(sent(world)) == 1
    world.transactions.write(lambda uow: drop_schedule(uow, made.id, by, world.clock.now()))
    passes(world, days=2)
    assert len(sent(world)) == 1


def test_one_can_be_sent_now_to_whoever_asks_and_changes_nothing(world: World) -> None:
    made = scheduled(world, "month", "08:00", f"group:{GROUP}")
    by = world.person("bagus")
    sending = world.transactions.read(lambda uow: recap_now(uow, made.id, by, world.clock.now(), ZONE))
    assert sending
    world.transactions.write(sending)
    assert [text.splitlines()[0] for text in sent(world)] == ["Rekap Oktober 2026"]
    assert world.transactions.read(lambda uow: uow.schedules.all()) == (made,)
    unbound = evolve(by, telegram_id=None)
    assert world.transactions.read(lambda uow: recap_now(uow, made.id, unbound, world.clock.now(), ZONE)) is None


def test_what_cannot_be_is_named_by_its_entry(world: World) -> None:
    with pytest.raises(InvalidFields) as wrong:
        scheduled(world, "weekly", "25:00", "group:-1", language="fr")
    assert set(wrong.value.errors) == {"rhythm", "at", "to", "language"}
    scheduled(world)
    with pytest.raises(InvalidFields) as twice:
        scheduled(world, at="18:00")
    assert twice.value.errors["to"].code == "schedule.twice"
    with pytest.raises(NotPermitted):
        world.transactions.write(
            lambda uow: drop_schedule(uow, 1, world.person("rina"), world.clock.now()),
        )


@given(
    rhythm=st.sampled_from(Frequency),
    at=st.times(),
    looks=st.lists(st.integers(1, 60 * 24 * 3), min_size=1, max_size=25),
)
def test_however_often_the_job_looks_each_is_owed_exactly_once(rhythm: Frequency, at: time, looks: list[int]) -> None:
    made_at = datetime(2026, 12, 30, 20, tzinfo=UTC)
    schedule = Schedule(
        rhythm=rhythm, at=at.replace(second=0, microsecond=0), person=1, language="id", made_by=1, made_at=made_at
    )
    told: list[str] = []
    now = made_at
    for minutes in looks:
        now += timedelta(minutes=minutes)
        for due in due_recaps(schedule, now, WIB):
            told.append(due.query.text)
            schedule = evolve(schedule, sent_for=due.query.text)
    everything = [due.query.text for due in due_recaps(evolve(schedule, sent_for=""), now, WIB)]
    assert told[-len(everything) :] == everything if everything else not told
    assert len(told) == len(set(told))
    assert (now - made_at).days > MADE_UP or told == everything


@pytest.mark.parametrize("rhythm", Frequency)
def test_recaps_that_a_clock_that_was_ahead_sent_do_not_silence_a_schedule_for_a_year(rhythm: Frequency) -> None:
    made_at, now = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 11, 30, 20, tzinfo=UTC)  # 1 December there
    schedule = Schedule(rhythm=rhythm, at=time(1), person=1, language="id", made_by=1, made_at=made_at)
    ahead = due_recaps(schedule, now + timedelta(days=365), WIB)[-1].query.text
    wrong = evolve(schedule, sent_for=ahead)
    owed = [due for back in range(8) for due in due_recaps(wrong, now + timedelta(days=back), WIB)]
    assert owed
    assert min(due.at for due in owed) >= now - timedelta(days=1), "what was perhaps sent already is not sent again"
    (first, *_) = owed
    again = evolve(schedule, sent_for=first.query.text)
    assert first.query.text not in {due.query.text for due in due_recaps(again, now + timedelta(days=1), WIB)}


def test_a_recap_whose_schedule_was_stopped_or_dropped_while_it_was_counted_is_not_sent(world: World) -> None:
    made, by = scheduled(world), world.person("bagus")
    world.clock.later(hours=9)
    sending = world.transactions.read(lambda uow: next_recap(uow, world.clock.now(), ZONE))
    assert sending
    world.transactions.write(lambda uow: switch_schedule(uow, made.id, by, world.clock.now(), active=False))
    world.transactions.write(sending)
    assert sent(world) == []
