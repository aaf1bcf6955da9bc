"""People, catalogues, messages, devices and settings of a script: what the console does, with the same rights."""

import io
from datetime import date, timedelta

import pytest
from attrs import evolve
from openpyxl import load_workbook

from sikpro import (
    AlreadyUsed,
    Fate,
    Holiday,
    InUse,
    InvalidFields,
    InvalidValue,
    LastOne,
    NotFound,
    NotPermitted,
    Outcome,
    Role,
    SiteOperation,
    Sto,
)
from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.decide_installation import SETTINGS_ENTRIES
from sikpro.entrypoints.library.settings import Rules
from sikpro.testing.builders import an_access_request, an_incoming
from tests.unit.library.conftest import FIRST, SECOND, Office


def test_a_technician_is_added_changed_and_kept_out(office: Office) -> None:
    people = office.bagus.people
    people.add_technician("Wayan", "F5MRT447", site_operation="MJK", phone="0812-3456-789")
    assert people.change("F5MRT447", name="I Wayan", site_operation="SDA").name == "I Wayan"
    assert people.get("f5mrt447").site_operation == "SDA"
    assert not people.deactivate("F5MRT447").active
    assert [one.technician_code for one in people.all(active=False)] == ["F5MRT447"]
    assert people.activate("F5MRT447").active
    with pytest.raises(AlreadyUsed):
        people.add_technician("Lain", "F5MRT447")
    with pytest.raises(TypeError, match=r"people\.change: there is no 'nama'; there are name, username"):
        people.change("F5MRT447", nama="x")  # type: ignore[call-arg]  # that is the point
    with pytest.raises(NotPermitted):
        people.deactivate("rina")
    with pytest.raises(NotPermitted):
        office.rina.people.all()
    with pytest.raises(NotFound, match="nobody"):
        people.get("nobody")


def test_an_account_has_a_one_time_password_that_is_shown_once(office: Office) -> None:
    people = office.admin.people
    made = people.add_account("Tono", "tono", Role.HELPDESK)
    assert (made.person.must_change_password, made.person.password_hash) == (True, None)
    assert made.password not in repr(made)
    kept = office.script.transactions.read(lambda uow: uow.people.by_username("tono"))
    assert kept
    assert Argon2Passwords().verify(kept.password_hash, made.password)
    assert people.reset_password("tono").password != made.password
    with pytest.raises(InvalidValue):
        people.add_account("Tini", "tini", Role.HELPDESK, password="rahasia")
    with pytest.raises(NotPermitted):
        people.deactivate("admin")
    with pytest.raises(LastOne):
        people.change("admin", role="helpdesk")
    with pytest.raises(InvalidValue):
        people.reset_two_steps("tono")
    with pytest.raises(NotPermitted):
        office.bagus.people.add_account("Tini", "tini", Role.ADMIN)


def test_somebody_on_telegram_is_let_in_linked_and_unlinked(office: Office) -> None:
    def asks(uow: UnitOfWork) -> int:
        request = an_access_request(700, name="Wayan", technician_code="F5MRT447")
        return uow.access_requests.put(request).id

    first = office.script.transactions.write(asks)
    assert [one.name for one in office.bagus.people.requests()] == ["Wayan"]
    assert office.bagus.people.approve(first, site_operation="MJK").telegram_id == 700
    assert office.bagus.people.requests() == ()
    with pytest.raises(InvalidValue):
        office.bagus.people.link("F5MRT447")
    assert office.bagus.people.unlink("F5MRT447").telegram_id is None
    assert len(office.bagus.people.link("F5MRT447")) == 32
    second = office.script.transactions.write(asks)
    assert office.bagus.people.refuse(second).name == "Wayan"
    assert office.rina.people.set_language("en").language == "en"
    assert [one.username for one in office.rina.people.colleagues()][:2] == ["admin", "bagus"]


def test_the_orders_of_a_technician_who_is_ill_go_to_another(office: Office) -> None:
    people = office.bagus.people
    assert [row.number for row in people.open_orders("F5SDA445")] == [FIRST]
    assert [one.name for one in people.receivers("F5SDA445")] == ["Agus"]
    assert people.unfinished_orders("F5SDA445") == 0
    assert people.transfer("F5SDA445", "F5TUN446", reason="sakit") == 1
    assert str(office.bagus.order(FIRST).data.technician) == "F5TUN446"
    with pytest.raises(NotPermitted):
        office.rina.people.transfer("F5TUN446", "F5SDA445")


def test_catalogues_are_read_by_everybody_and_changed_by_an_admin(office: Office) -> None:
    catalogue = office.admin.catalogue
    catalogue.put(SiteOperation(code="MLG", name="Malang"), Sto(code="MLG", name="Malang", site_operation="MLG"))
    catalogue.put(Sto(code="MLG", name="Malang Kota", site_operation="MLG"), Holiday(code="2026-12-25", name="Natal"))
    names = {row.code: row.name for row in office.sari.catalogue.stos()}
    assert names["MLG"] == "Malang Kota"
    assert [row.code for row in office.sari.catalogue.holidays()] == ["2026-12-25"]
    assert catalogue.change("stos", "MLG", name="Malang").code == "MLG"
    assert not catalogue.retire("stos", "MLG").active
    assert catalogue.reactivate("stos", "MLG").active
    catalogue.put(evolve(next(row for row in catalogue.stos() if row.code == "MLG"), active=False))
    assert not next(row for row in catalogue.stos() if row.code == "MLG").active
    assert catalogue.remove("stos", "MLG").code == "MLG"
    assert catalogue.add("makers", code="ABCD", name="Abcd").code == "ABCD"
    assert catalogue.maker_of("ABCD12345678") == "Abcd"
    assert catalogue.uses("stos")["SDA"].orders == 1
    with pytest.raises(InUse):
        catalogue.remove("stos", "SDA")
    with pytest.raises(NotPermitted):
        office.bagus.catalogue.put(SiteOperation(code="MLG", name="Malang"))


def test_another_catalogue_or_entry_is_refused_with_those_that_are_there(office: Office) -> None:
    with pytest.raises(ValueError, match="there is no 'sto'; there are site-operations, stos"):
        office.admin.catalogue.retire("sto", "SDA")
    with pytest.raises(TypeError, match="stos has no 'nama'; there are code, name, site_operation"):
        office.admin.catalogue.change("stos", "SDA", nama="x")
    with pytest.raises(ValueError, match="a meaning is one of finished, open, left_out"):
        office.bagus.catalogue.remember_meanings({"PS": "selesai"})
    office.bagus.catalogue.remember_meanings({"SUDAH JADI": "finished"})
    assert "SUDAH JADI" in {row.code for row in office.admin.catalogue.provider_codes()}


def test_a_status_gets_an_owner_and_what_it_held_up_goes_on(office: Office) -> None:
    to = next(one for one, name in office.admin.catalogue.possible_owners().items() if name == "Sari")
    office.admin.catalogue.choose_owner("odp_penuh", to)
    assert office.rina.catalogue.owner("odp_penuh") == to
    office.rina.change_status(FIRST, "odp_penuh", feedback="penuh")
    assert office.rina.orders.clear_hold_ups("odp_penuh", text="port baru") == 1
    assert office.rina.orders.where(phase="waiting").count() == 2


def test_a_disturbance_ties_its_orders_and_ends(office: Office) -> None:
    orders = office.rina.orders
    assert [(one.place, one.orders) for one in orders.disturbed_places() if one.scope == "sto"] == [
        ("SDA", 1),
        ("TUN", 1),
    ]
    assert [row.number for row in orders.affected_by("sto", "SDA").rows] == [FIRST]
    met = orders.declare_disturbance("sto", "SDA", "kabel putus", status="odp_penuh")
    with pytest.raises(AlreadyUsed):
        orders.declare_disturbance("sto", "SDA", "lagi")
    assert [one.place for one in orders.disturbances()] == ["SDA"]
    assert orders.disturbed(met.id, to_bring_back_only=True) == (FIRST,)
    assert orders.end_disturbance(met.id, text="pulih") == 1
    assert orders.end_disturbance(met.id) is None
    assert [one.id for one in orders.disturbances(ended=True)] == [met.id]
    with pytest.raises(InvalidFields):
        orders.affected_by("street", "SDA")
    with pytest.raises(NotPermitted):
        office.sari.orders.disturbances()


def test_technicians_of_stuck_orders_are_asked_once_a_day(office: Office) -> None:
    office.rina.change_status(FIRST, "ont_tidak_terdeteksi", feedback="cek")
    office.clock.later(days=30)
    assert [(one.name, one.count) for one in office.bagus.orders.stuck()] == [("Budi", 1)]
    assert [one.technician for one in office.bagus.orders.ask_technicians()] == ["F5SDA445"]
    assert office.bagus.orders.ask_technicians() == ()


def test_a_statement_tells_what_the_facts_say(office: Office) -> None:
    (said,) = office.sari.orders.statements(FIRST)
    (text,) = office.sari.orders.statement_texts(FIRST)
    assert said.number == FIRST
    assert FIRST in text
    with pytest.raises(NotPermitted):
        office.rina.orders.statements(FIRST)


def test_the_ledger_counts_what_came_in_and_tells_of_each_message(office: Office) -> None:
    def receive(uow: UnitOfWork) -> None:
        row = uow.inbox.receive(an_incoming("halo"), office.clock.now())
        assert row is not None
        uow.inbox.finish(row, Outcome.IGNORED)

    office.script.transactions.write(receive)
    assert [row.text for row in office.sari.messages.received(outcome=Outcome.IGNORED)] == ["halo"]
    assert office.sari.messages.day().received[Outcome.IGNORED] == 1
    assert office.sari.messages.day(date(2026, 1, 1)).received.get(Outcome.IGNORED, 0) == 0
    with pytest.raises(ValueError, match="limit: 0 is less than 1"):
        office.sari.messages.received(limit=0)
    with pytest.raises(NotPermitted):
        office.rina.messages.received()


def test_what_an_outage_left_is_sent_again(office: Office) -> None:
    office.rina.change_status(FIRST, "selesai", feedback="aktif")
    (item,) = office.rina.messages.of_order(FIRST)

    def fails(uow: UnitOfWork) -> None:
        uow.outbox.claim(office.clock.now(), timedelta(minutes=1), 10)
        uow.outbox.give_up(item.id, Delivery.FAILED, "unreachable", "", office.clock.now())

    office.script.transactions.write(fails)
    assert office.bagus.messages.failed().count(Fate.AGAIN) == 1
    assert office.bagus.messages.send_failed_again() == {"again": 1}
    office.script.transactions.write(fails)
    assert office.rina.messages.send_again(FIRST, item.id) == (item.id,)
    with pytest.raises(NotFound):
        office.rina.messages.send_again(SECOND, item.id)


def test_snippets_and_the_notice_are_kept(office: Office) -> None:
    office.rina.messages.save_snippet("cek", "Cek {odp}.")
    office.bagus.messages.save_snippet("salam", "Terima kasih.", shared=True)
    assert [one.name for one in office.rina.messages.snippets()] == ["cek", "salam"]
    assert office.rina.messages.filled_snippets(FIRST)["cek"] == "Cek ODP-SDA-003."
    assert office.rina.messages.proposed_text(FIRST, "selesai")
    mine = next(one for one in office.rina.messages.snippets() if one.name == "cek")
    with pytest.raises(NotFound):
        office.dewi.messages.drop_snippet(mine.id)
    office.rina.messages.drop_snippet(mine.id)
    assert office.bagus.messages.publish_notice(" Server diperbaiki ") == "Server diperbaiki"
    assert office.rina.messages.notice() == "Server diperbaiki"
    with pytest.raises(NotPermitted):
        office.rina.messages.publish_notice("")


def test_a_device_is_looked_up_and_its_orders_written(office: Office) -> None:
    page = office.bagus.devices.look_up("ODP-SDA-003")
    assert [one.row.number for one in page.orders] == [FIRST]
    assert office.bagus.devices.anomalies("untouched").entries != ()
    stream = io.BytesIO()
    office.bagus.devices.history_to_excel("ZTEGC6754546", stream)
    assert any(FIRST in row for row in load_workbook(stream).worksheets[0].iter_rows(values_only=True))
    for write in (office.bagus.devices.anomalies_to_csv, office.bagus.devices.anomalies_to_excel):
        stream = io.BytesIO()
        write("untouched", stream)
        assert stream.getvalue()
    with pytest.raises(InvalidValue):
        office.bagus.devices.look_up("?")
    with pytest.raises(ValueError, match="there is no 'odd'; there are serial, odp"):
        office.bagus.devices.anomalies("odd")
    with pytest.raises(NotPermitted):
        office.rina.devices.anomalies("odp")


def test_rules_patterns_and_retention_are_an_admins(office: Office) -> None:
    settings = office.admin.settings
    assert settings.change_rules(claim="45", most_claims="3") == ()
    assert (settings.rules()["claim"], settings.rules()["most_claims"]) == ("45", "3")
    with pytest.raises(InvalidFields, match="claim"):
        settings.change_rules(claim="1")
    patterns = settings.patterns()
    fewer = evolve(patterns, numbers=patterns.numbers[:1])
    unconfirmed = settings.change_patterns(fewer)
    if unconfirmed is not None:
        assert settings.effects_of(fewer) == unconfirmed.effects
        assert settings.change_patterns(fewer, confirmed=unconfirmed.mark) is None
    assert settings.patterns() == fewer
    settings.keep_texts(24)
    assert settings.plan_retention().months == 24
    assert any(event.object == "/settings" for event in settings.security_events())
    assert [step.code for step in settings.first_steps() if not step.done] == ["bot"]
    for refused in (office.bagus.settings.rules, office.bagus.settings.security_events):
        with pytest.raises(NotPermitted):
            refused()


def test_the_rules_that_a_script_may_name_are_those_of_the_page() -> None:
    assert set(Rules.__annotations__) == set(SETTINGS_ENTRIES)


def test_targets_schedules_and_walls_are_planned(office: Office) -> None:
    settings = office.sari.settings
    settings.set_target("2026-11", "SDA", 100, working_days=25)
    assert [(one.sto, one.target) for one in settings.targets("2026-11")] == [("SDA", 100)]
    settings.drop_target("2026-11", "SDA")
    assert settings.targets("2026-11") == ()
    to = next(one for one, name in settings.receivers().items() if name == "Sari")
    made = settings.add_schedule("today", "17:00", to, of="sto:SDA", with_file=False, with_picture=False)
    assert "sto:SDA" in settings.recap_parts()
    settings.send_recap_now(made.id)
    assert not settings.switch_schedule(made.id, active=False).active
    settings.drop_schedule(made.id)
    assert settings.schedules() == ()
    with pytest.raises(InvalidFields, match="rhythm"):
        settings.add_schedule("hourly", "17:00", to)
    secret = office.admin.settings.make_wall("Ruang A")
    assert len(secret) == 43
    (wall,) = office.admin.settings.walls()
    office.admin.settings.end_wall(wall.id)
    assert office.admin.settings.walls()[0].ended_at is not None
    with pytest.raises(NotPermitted):
        settings.walls()
