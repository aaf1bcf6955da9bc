"""What is kept behind the chat: drafts, nudges, words for the helpdesk, and whose an order is in a group."""

from attrs import evolve

from sikpro.application.conversation.drafts import open_drafts, remind_drafts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.jobs import RECURRING, Recurring
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

PART = "/reg AO#SC32232558#ZTEGC6754546"


def test_the_helpdesk_reads_as_what_and_why_an_order_is_to_be_reopened() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    world.sets("selesai")
    budi.says(WHOLE.replace("AO#", "CONFIG#"))
    budi.presses("Ajukan buka ulang")
    budi.says("modem diganti {x}")
    assert world.joined() == ["Mohon dibuka ulang (CONFIG): modem diganti {x}"]
    assert world.order().reply_waiting


def test_a_nudge_reaches_whoever_has_the_order_and_changes_nothing_else() -> None:
    world = World()
    rina = world.person("rina")
    world.transactions.write(lambda uow: uow.people.save(evolve(rina, telegram_id=50)))
    budi = Phone(world, 1)
    budi.says(WHOLE)
    before = world.takes()
    world.clock.later(minutes=35)
    budi.says("/cek SC32232558")
    budi.presses("Ingatkan helpdesk")
    budi.presses("Ingatkan helpdesk")
    assert Phone(world, 50).hears() == "🔔 SC32232558 ditunggu Budi\nGiliran helpdesk sudah 35 mnt."
    after = world.order()
    assert (after.turn, after.holder, after.reply_waiting) == (before.turn, before.holder, False)
    assert after.nudged_at == world.clock.now()


def test_open_drafts_tell_who_has_what_and_what_is_missing_since_when() -> None:
    world = World()
    budi, agus = Phone(world, 1), Phone(world, 2)
    budi.says("/reg AO#SC32232558#ZTEGC67S4546#SDA pagar hijau")
    world.clock.later(minutes=5)
    budi.presses("Ya, benar")
    agus.says("/reg")
    first, second = world.transactions.read(open_drafts)
    assert (first.person.name, first.missing, first.since) == ("Budi", ("odp",), NINE)
    assert first.understood == {
        "type": "AO",
        "registration_number": "SC32232558",
        "serial": "ZTEGC6754546",
        "sto": "SDA",
        "technician": "F5SDA445",
        "note": "pagar hijau",
    }
    assert (second.person.name, len(second.missing), second.order_id) == ("Agus", 5, None)


def test_a_draft_that_corrects_an_order_says_which() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    world.sets("ont_tidak_terdeteksi")
    budi.hears()
    budi.presses("Kirim ulang data")
    budi.says("ZTEGC67S4547")
    (draft,) = world.transactions.read(open_drafts)
    assert (draft.order_id, draft.missing) == (world.order().id, ("serial",))


def test_a_job_reminds_of_drafts_once() -> None:
    world = World()
    Phone(world, 1).says(PART)
    world.clock.later(minutes=10)

    def remind(uow: UnitOfWork) -> int:
        return remind_drafts(uow, world.clock.now(), ZONE)

    assert [world.transactions.write(remind) for _ in range(3)] == [1, 0, 0]
    assert remind_drafts in [job.work for job in RECURRING if isinstance(job, Recurring)]


def test_somebody_switched_off_is_reminded_of_nothing() -> None:
    world = World()
    Phone(world, 1).says(PART)
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(1), active=False)))
    world.clock.later(minutes=10)
    assert world.transactions.write(lambda uow: remind_drafts(uow, world.clock.now(), ZONE)) == 0
    assert world.transactions.read(open_drafts) == ()


def test_a_whole_new_request_while_corrected_data_are_awaited_is_an_order_of_its_own() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    world.sets("ont_tidak_terdeteksi")
    budi.hears()
    budi.presses("Kirim ulang data")
    assert budi.says(WHOLE.replace("SC32232558", "SC32232559")).startswith("✅ Pesan diterima")
    assert world.order().phase == "held_up"


def test_an_edited_message_of_a_group_is_its_senders_alone() -> None:
    world = World()
    group = Phone(world, 1, chat=-5)
    group.says("/reg " + WHOLE)
    group.user = 2
    assert group.edits(WHOLE.replace("C6754546", "C6754547")) == ""
    group.user = 1
    assert group.edits(WHOLE.replace("C6754546", "C6754548")).startswith("✏️ SC32232558 diperbaiki")
    assert str(world.order().data.serial) == "ZTEGC6754548"


def test_a_command_that_names_another_bot_is_not_answered() -> None:
    world = World()
    assert Phone(world, 1, chat=-5).says("/reg@other_bot " + WHOLE, addressed=False) == ""
    assert world.ledger()[0].outcome == "ignored"


def test_feedback_on_an_order_begun_by_a_button_is_a_reply_to_what_its_sender_typed() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says("/start")
    budi.presses("Order baru")
    budi.presses("AO")
    for text in ("SC32232558", "ZTEGC6754546", "SDA", "ODP-SDA-003"):
        budi.says(text)
    world.sets("ogp")
    budi.hears()
    assert budi.last.reply_to == budi.sent[1]


def test_somebody_who_may_not_register_is_told_so_before_any_question() -> None:
    world = World()
    admin = world.person("admin")
    world.transactions.write(lambda uow: uow.people.save(evolve(admin, telegram_id=60)))
    assert Phone(world, 60).says("/reg") == "Anda tidak punya hak untuk itu."
    assert world.transactions.read(open_drafts) == ()


def test_a_press_of_a_button_in_a_group_by_somebody_else_leaves_the_draft_alone() -> None:
    world = World()
    group = Phone(world, 1, chat=-5)
    group.says(PART)
    group.user = 2
    assert group.presses("SDA") == "(Tombol ini untuk Budi.)"
    group.user = 1
    assert group.presses("SDA").startswith("ODP? Contoh")


def test_the_expected_time_is_told_only_when_the_last_hours_tell_it() -> None:
    world = World()
    budi = Phone(world, 1)
    for number in range(4):
        budi.says(WHOLE.replace("SC32232558", f"SC9999999{number}"))
    assert "perkiraan belum ada" in budi.says("/cek SC99999993")
    for number in range(3):
        world.takes(number=f"SC9999999{number}")
    assert "Antrean ke-1 · perkiraan 40 mnt" in budi.says("/cek SC99999993")


def test_a_press_of_an_orders_button_in_a_group_by_somebody_else_names_the_owner() -> None:
    world = World()
    group = Phone(world, 1, chat=-5)
    group.says("/reg " + WHOLE)
    group.user = 2
    assert group.presses("Tarik order") == "(Tombol ini untuk Budi.)"
    assert Phone(world, 2).press_data(f"wd:{world.order().id}") == "(Itu bukan order Anda.)"
