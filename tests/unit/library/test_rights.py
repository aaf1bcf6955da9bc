"""What somebody who is only a technician, or a helpdesk, may not read in a script, as on the console."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from attrs import evolve

from sikpro import NotPermitted, Person, Sikpro
from sikpro.application.ports.storage import UnitOfWork
from tests.unit.library.conftest import FIRST, Office

DAY = date(2026, 11, 2)

NOT_A_TECHNICIAN_S: Mapping[str, Callable[[Sikpro], object]] = {
    "the colleagues": lambda app: app.people.colleagues(),
    "the disturbances": lambda app: app.orders.disturbances(),
    "the disturbed places": lambda app: app.orders.disturbed_places(),
    "the snippets": lambda app: app.messages.snippets(),
    "a recap": lambda app: app.recaps("2026-11"),
    "the notes of days": lambda app: app.recaps.notes(DAY, DAY),
    "a device": lambda app: app.devices.look_up("ODP-SDA-003"),
    "the next order": lambda app: app.orders.take_next(),
    "what it serves": lambda app: app.orders.serve(),
    "a written order": lambda app: app.orders.tell_entered(FIRST),
}
NOT_A_HELPDESK_S: Mapping[str, Callable[[Sikpro], object]] = {
    "the people": lambda app: app.people.all(),
    "a person": lambda app: app.people.get("dewi"),
    "a technician's orders": lambda app: app.people.open_orders("F5SDA445"),
    "a technician's unfinished orders": lambda app: app.people.unfinished_orders("F5SDA445"),
    "who may receive them": lambda app: app.people.receivers("F5SDA445"),
    "who asks to be let in": lambda app: app.people.requests(),
    "the uses of a catalogue": lambda app: app.catalogue.uses("stos"),
    "the possible owners": lambda app: app.catalogue.possible_owners(),
    "the ledger": lambda app: app.messages.received(),
    "the day's messages": lambda app: app.messages.day(),
    "the failed messages": lambda app: app.messages.failed(),
    "stuck orders": lambda app: app.orders.stuck(),
    "a statement": lambda app: app.orders.statements(FIRST),
    "a statement's text": lambda app: app.orders.statement_texts(FIRST),
    "deleted orders": lambda app: app.orders.where(deleted=True).count(),
    "anomalies": lambda app: app.devices.anomalies("odp"),
    "the targets": lambda app: app.settings.targets("2026-11"),
    "the schedules": lambda app: app.settings.schedules(),
    "who gets recaps": lambda app: app.settings.receivers(),
    "the walls": lambda app: app.settings.walls(),
    "the rules": lambda app: app.settings.rules(),
    "the effects of patterns": lambda app: app.settings.effects_of(app.settings.patterns()),
    "what would be removed": lambda app: app.settings.plan_retention(),
    "the first steps": lambda app: app.settings.first_steps(),
    "the security events": lambda app: app.settings.security_events(),
}


@pytest.mark.parametrize("what", [*NOT_A_TECHNICIAN_S, *NOT_A_HELPDESK_S])
def test_what_is_not_a_technician_s_is_refused(memory_office: Office, what: str) -> None:
    memory_office.script.transactions.write(_give_account)
    with pytest.raises(NotPermitted):
        {**NOT_A_TECHNICIAN_S, **NOT_A_HELPDESK_S}[what](memory_office.budi)


@pytest.mark.parametrize("what", NOT_A_HELPDESK_S)
def test_what_is_not_a_helpdesk_s_is_refused(memory_office: Office, what: str) -> None:
    with pytest.raises(NotPermitted):
        NOT_A_HELPDESK_S[what](memory_office.rina)


def _give_account(uow: UnitOfWork) -> Person:
    budi = uow.people.by_code("F5SDA445")
    assert budi
    return uow.people.save(evolve(budi, username="budi"))
