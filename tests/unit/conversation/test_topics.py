"""Topics of a group: what is said in one is answered there, also later."""

from datetime import timedelta
from typing import Any

import pytest

from sikpro.application.conversation.drafts import REMIND_AFTER, open_drafts, remind_drafts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.choose_owner import choose_owner, owner_text
from sikpro.application.use_cases.messages.notify_owner import owner_chat
from sikpro.application.use_cases.orders.transfer_orders import transfer_orders
from sikpro.application.use_cases.recaps.keep_schedules import add_schedule
from sikpro.domain.errors import InvalidFields
from tests.unit.chat import WHOLE, ZONE, Phone, World

GROUP = -500
TOPIC = 12


@pytest.fixture
def group() -> Phone:
    return Phone(World(), 1, chat=GROUP)


def topics(phone: Phone) -> list[int | None]:
    """Where the bot wrote."""
    return [message.topic for message in phone.inbox]


def in_topic(**more: Any) -> dict[str, Any]:
    return {"topic": TOPIC, "topic_title": "Aktivasi", "chat_title": "SDA"} | more


def test_an_order_of_a_topic_is_answered_there_at_once_and_by_the_helpdesk_later(group: Phone) -> None:
    group.says(f"/reg {WHOLE}", **in_topic())
    group.world.takes()
    group.world.sets("selesai", "Sudah aktif.")
    group.hears()
    assert len(group.inbox) >= 2
    assert set(topics(group)) == {TOPIC}
    assert {message.reply_to for message in group.inbox} == {group.sent[0]}


def test_a_press_whose_topic_the_network_does_not_tell_is_answered_in_the_topic_of_the_button(group: Phone) -> None:
    group.says("/reg AO#SC32232558#ZTEGC67S4546#SDA", **in_topic())
    group.presses("Ya, benar")
    assert len(group.inbox) == 2
    assert topics(group) == [TOPIC, TOPIC]


def test_a_reminder_of_a_draft_goes_to_the_topic_in_which_it_was_begun(group: Phone) -> None:
    group.says("/reg AO#SC32232558#ZTEGC6754546", **in_topic())
    group.world.clock.later(minutes=REMIND_AFTER / timedelta(minutes=1) + 1)
    group.world.transactions.write(lambda uow: remind_drafts(uow, group.world.clock.now(), ZONE))
    group.hears()
    assert topics(group) == [TOPIC, TOPIC]


def test_an_apology_for_a_fault_of_ours_goes_to_the_topic(group: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("sikpro.application.workers.intake.handle", fault)
    group.says("/cek", **in_topic())
    assert topics(group) == [TOPIC]


def test_a_group_hears_in_each_of_its_topics_that_the_orders_there_have_another_technician(group: Phone) -> None:
    world = group.world
    group.says(f"/reg {WHOLE}", **in_topic())
    group.says(f"/reg {WHOLE.replace('558', '559')}", **in_topic(topic=30))
    group.inbox.clear()

    def move(uow: UnitOfWork) -> None:
        budi = uow.people.by_telegram(1)
        agus = uow.people.by_telegram(2)
        assert budi
        assert agus
        newest = uow.orders.find("SC32232559")[0].id
        by = uow.people.by_username("admin")
        assert by
        transfer_orders(uow, budi.id, agus.id, by, world.clock.now(), shown=(2, newest), zone=ZONE)

    world.transactions.write(move)
    group.hears()
    assert sorted(topic or 0 for topic in topics(group)) == [TOPIC, 30]


def test_general_is_no_topic(group: Phone) -> None:
    group.says(f"/reg {WHOLE}", chat_title="SDA")
    assert topics(group) == [None]


def test_a_recap_is_scheduled_for_a_topic_that_was_seen_and_for_no_other(group: Phone) -> None:
    group.says("/cek", **in_topic())
    given = {"rhythm": "today", "at": "17:00", "language": "id", "with_file": False}

    def add(to: str) -> tuple[int | None, int | None, str]:
        def work(uow: UnitOfWork) -> tuple[int | None, int | None, str]:
            admin = uow.people.by_username("admin")
            assert admin
            made = add_schedule(uow, **given, to=to, by=admin, now=group.world.clock.now())  # type: ignore[arg-type]
            return made.chat_id, made.topic, made.label

        return group.world.transactions.write(work)

    assert add(f"group:{GROUP}:{TOPIC}") == (GROUP, TOPIC, "SDA › Aktivasi")
    assert add(f"group:{GROUP}") == (GROUP, None, "SDA")
    for wrong in (f"group:{GROUP}:{TOPIC}", f"group:{GROUP}:13", "group:", "group:-7:x"):
        with pytest.raises(InvalidFields):
            add(wrong)


def test_the_owner_of_a_status_can_be_a_topic_and_hears_there(group: Phone) -> None:
    group.says("/cek", **in_topic())
    world = group.world

    def work(uow: UnitOfWork) -> str:
        admin = uow.people.by_username("admin")
        assert admin
        owner = choose_owner(uow, "odp_penuh", f"group:{GROUP}:{TOPIC}", admin, world.clock.now())
        chat = owner_chat(uow, owner) if owner else None
        assert chat
        assert (chat.chat_id, chat.topic) == (GROUP, TOPIC)
        return owner_text(owner)

    assert world.transactions.write(work) == f"group:{GROUP}:{TOPIC}"
    group.inbox.clear()
    Phone(world, 2).says(WHOLE.replace("SDA445", "TUN446"))
    world.takes()
    world.sets("odp_penuh", "Penuh.", "penuh")
    group.hears()
    assert topics(group) == [TOPIC]


def test_what_is_said_in_one_topic_is_no_answer_to_what_is_asked_in_another(group: Phone) -> None:
    def drafts() -> list[tuple[str, ...]]:
        return [draft.missing for draft in group.world.transactions.read(open_drafts)]

    other = in_topic(topic=TOPIC + 1, topic_title="Gangguan")
    group.says(f"/reg {WHOLE.replace('ZTEGC6754546', '')}", **in_topic())
    assert drafts() == [("serial",)]

    group.says("SN ZTEGC6754546", mentioned=True, **other)
    assert drafts() == [("serial",), ("type", "registration_number", "sto", "odp")], "it is an order of its own"
    group.says("SN ZTEGC6754546", mentioned=True, **in_topic())
    assert drafts() == [("type", "registration_number", "sto", "odp")]
    assert group.world.order().data.serial.value == "ZTEGC6754546"
    assert topics(group)[-1] == TOPIC
