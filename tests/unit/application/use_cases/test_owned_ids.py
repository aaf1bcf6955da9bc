"""Each use case that takes an id and an actor, as a script calls it: whose object it is, and who else may.

A new one fails the first test until it is declared: as a step or a door, whose rights are walked there, or here.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import sikpro.application.use_cases as use_cases
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.application.use_cases.messages.keep_snippets import drop_snippet, save_snippet
from sikpro.application.use_cases.orders.change_status import cancel_order, change_status, reopen_order
from sikpro.application.use_cases.orders.list_orders import check_order
from sikpro.application.use_cases.orders.nudge_helpdesk import nudge_helpdesk
from sikpro.application.use_cases.orders.own_order import (
    correct_order,
    join_colleague,
    join_message,
    keep_place,
    owned_order,
    withdraw_order,
)
from sikpro.application.use_cases.orders.remark_order import read_mentions, remark_order
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.work_order import assign_order, give_back_order, take_order
from sikpro.application.use_cases.people.edit_people import end_session
from sikpro.application.use_cases.people.personal_tokens import end_token, make_token
from sikpro.application.use_cases.tables.take_back import ORDERS, plan_take_back, record_rows, take_back
from sikpro.application.use_cases.tables.uploads import Purpose, Upload, drop_upload, find_upload, keep_upload
from sikpro.application.use_cases.webhooks.keep_webhooks import (
    TypedWebhook,
    change_webhook,
    remove_webhook,
    renew_secret,
    resend_delivery,
    resend_failed,
    switch_webhook,
    try_webhook,
)
from sikpro.application.workers.clock_watch import never_jumped
from sikpro.domain.errors import DomainError
from sikpro.domain.people import Person, Role
from sikpro.domain.place import Place
from sikpro.testing.builders import a_person, a_webhook
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

BUDI, AGUS, WAYAN, RINA, BAGUS, ADMIN, TONO, SARI = range(1, 9)
PEOPLE = {
    BUDI: "the technician who sent the order",
    AGUS: "a technician of the same Site Operation",
    WAYAN: "a technician of another one",
    RINA: "the helpdesk who has it",
    BAGUS: "a team leader",
    ADMIN: "an admin",
    TONO: "another helpdesk",
    SARI: "a supervisor",
}
HERE = Path(__file__).parent
WALKED = (HERE / "test_rights_of_each_step.py", HERE / "people" / "test_doors.py")
"""The tests that walk the rights of steps and doors by every role."""

OWN = {BUDI, RINA, BAGUS, TONO}
"""The sender of an order, and all who work on orders."""

Use = Callable[[UnitOfWork, Person], object]


def snippet(uow: UnitOfWork) -> int:
    return save_snippet(uow, {"name": "a", "text": "b"}, uow.people.get(RINA), NINE, shared=False).id


def session(uow: UnitOfWork) -> str:
    uow.sessions.add(Session(id="a" * 64, person=RINA, created_at=NINE, used_at=NINE))
    return "a" * 64


def personal_token(uow: UnitOfWork) -> int:
    rina, typed = uow.people.get(RINA), {"name": "laporan", "scope": "read", "days": "9"}
    return make_token(uow, rina, typed, NINE, jumped=never_jumped, by=rina)[0].id


def webhook(uow: UnitOfWork) -> int:
    return (uow.webhooks.all() or (uow.webhooks.add(a_webhook(ADMIN)),))[0].id


def a_delivery(uow: UnitOfWork) -> int:
    return uow.webhooks.queue(webhook(uow), "order.taken", "{}", NINE, order_id=1)


def upload(uow: UnitOfWork) -> int:
    table = Upload(id=0, file="a.csv", sheets=[], choice={})
    return keep_upload(uow, Purpose.RECONCILE, table, uow.people.get(BAGUS), NINE)


def written(uow: UnitOfWork) -> int:
    return record_rows(
        uow, ORDERS, "a.csv", uow.people.get(BAGUS), NINE, [WrittenRow(name="SC32232558", subject="1")]
    ).id


def deleted(uow: UnitOfWork) -> int:
    return delete_order(uow, 1, uow.people.get(BAGUS), NINE, reason="salah", zone=ZONE).id


def completed(uow: UnitOfWork) -> int:
    return change_status(uow, 1, "selesai", uow.people.get(RINA), NINE, zone=ZONE).id


def waiting(uow: UnitOfWork) -> int:
    return give_back_order(uow, 1, uow.people.get(RINA), NINE).id


def data_of(uow: UnitOfWork) -> dict[str, str]:
    return typed_again(uow.orders.get(1).data)


USES: Mapping[str, tuple[set[int], Use]] = {
    "assign_order": ({RINA, BAGUS, ADMIN}, lambda uow, by: assign_order(uow, 1, TONO, by, NINE)),
    "cancel_order": ({RINA, BAGUS}, lambda uow, by: cancel_order(uow, 1, by, NINE, reason="x", zone=ZONE)),
    "change_status": ({RINA, BAGUS}, lambda uow, by: change_status(uow, 1, "odp_penuh", by, NINE, zone=ZONE)),
    "check_order": (
        {BUDI, AGUS, RINA, BAGUS, ADMIN, TONO, SARI},
        lambda uow, by: check_order(uow, "SC32232558", by),
    ),
    "correct_order": ({RINA}, lambda uow, by: correct_order(uow, 1, data_of(uow) | {"note": "x"}, by, NINE)),
    "delete_order": ({BAGUS, ADMIN}, lambda uow, by: delete_order(uow, 1, by, NINE, reason="x", zone=ZONE)),
    "drop_upload": ({BAGUS}, lambda uow, by: drop_upload(uow, Purpose.RECONCILE, upload(uow), by)),
    "drop_snippet": ({RINA}, lambda uow, by: drop_snippet(uow, snippet(uow), by, NINE)),
    "end_session": ({RINA}, lambda uow, by: end_session(uow, by, session(uow), NINE)),
    "end_token": ({RINA}, lambda uow, by: end_token(uow, by, personal_token(uow), NINE, by=by)),
    "find_upload": ({BAGUS}, lambda uow, by: find_upload(uow, Purpose.RECONCILE, upload(uow), by)),
    "join_colleague": (
        {BUDI, AGUS, RINA, BAGUS, ADMIN, TONO, SARI},
        lambda uow, by: join_colleague(uow, 1, by, NINE, text="x", chat_id=1, message_id=1),
    ),
    "join_message": (OWN, lambda uow, by: join_message(uow, 1, by, NINE, text="x", chat_id=1, message_id=1)),
    "keep_place": (OWN, lambda uow, by: keep_place(uow, 1, by, NINE, place=Place(-7.4, 112.7), chat_id=1)),
    "nudge_helpdesk": (OWN, lambda uow, by: nudge_helpdesk(uow, 1, by, NINE, zone=ZONE)),
    "owned_order": (OWN, lambda uow, by: owned_order(uow, 1, by)),
    "plan_take_back": ({BAGUS, ADMIN}, lambda uow, by: plan_take_back(uow, written(uow), by)),
    "read_mentions": (set(PEOPLE), lambda uow, by: read_mentions(uow, 1, by, NINE)),
    "remark_order": (
        {RINA, BAGUS, ADMIN, TONO},
        lambda uow, by: remark_order(uow, 1, by, NINE, text="x", zone=ZONE),
    ),
    "reopen_order": (
        {RINA, BAGUS, TONO},
        lambda uow, by: reopen_order(uow, completed(uow), by, NINE, reason="x", zone=ZONE),
    ),
    "restore_order": ({ADMIN}, lambda uow, by: restore_order(uow, deleted(uow), by, NINE)),
    "take_back": ({BAGUS, ADMIN}, lambda uow, by: take_back(uow, written(uow), by, NINE, reason="x", zone=ZONE)),
    "take_order": ({RINA}, lambda uow, by: take_order(uow, 1, by, NINE)),
    "change_webhook": (
        {ADMIN},
        lambda uow, by: change_webhook(uow, webhook(uow), TypedWebhook(name="x", url="https://x.example/"), by, NINE),
    ),
    "remove_webhook": ({ADMIN}, lambda uow, by: remove_webhook(uow, webhook(uow), by, NINE)),
    "renew_secret": ({ADMIN}, lambda uow, by: renew_secret(uow, webhook(uow), by, NINE)),
    "resend_delivery": ({ADMIN}, lambda uow, by: resend_delivery(uow, webhook(uow), a_delivery(uow), by, NINE)),
    "resend_failed": ({ADMIN}, lambda uow, by: resend_failed(uow, webhook(uow), by, NINE)),
    "switch_webhook": ({ADMIN}, lambda uow, by: switch_webhook(uow, webhook(uow), by, NINE, active=False)),
    "try_webhook": ({ADMIN}, lambda uow, by: try_webhook(uow, webhook(uow), by, NINE)),
    "withdraw_order": ({BUDI}, lambda uow, by: withdraw_order(uow, waiting(uow), by, NINE)),
}
"""Who may do it with an order that a technician sent and a helpdesk has, a helpdesk's snippet and session, a team
leader's file; the name is the use case's."""

INSIDE = {
    "orders_to_mark": "only reads, for the command that archives",
    "mark_orders": "the command that archives: it is no act of a person",
    "move_orders": "the command that archives",
    "note_written": "the command that archives",
    "archive_named": "only reads, for the command that archives",
    "archive_of": "only reads where an order is",
    "archive_lines": "only reads where an order is",
    "clear_order": "what a run of retention does: it is no act of anybody",
    "live_tokens": "only reads, for the person's own page and the command line",
    "make_pseudonym": "what a run of retention does: it is no act of anybody",
    "may_clear": "it is the right itself",
    "notify_owner": "what follows a change of status",
    "open_wall": "the secret of a link is the right",
    "order_named": "a script's own look at any order: its account is a team leader's",
    "put_about_orders": "a message of ours",
    "shut_out": "what follows when somebody is kept out, or gets a new password",
    "standing_order": "the order in whose place a new one would stand",
    "tell_webhooks": "what follows every change of an order",
    "texts_since": "a look of `send_text`, which checks the right",
}
"""What takes an id and checks no actor, and why."""


def with_ids() -> dict[str, list[str]]:
    """Every public use case with an id among its parameters."""
    found = {}
    for module in pkgutil.walk_packages(use_cases.__path__, f"{use_cases.__name__}."):
        for name, one in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            parameters = [*inspect.signature(one).parameters]
            ids = [
                each for each in parameters if each.endswith("_id") or each in {"token", "order_ids", "marks", "number"}
            ]
            if one.__module__ == module.name and not name.startswith("_") and "uow" in parameters and ids:
                found[name] = parameters
    return found


def walked() -> Iterator[str]:
    """The names that the walks of steps and doors call."""
    for path in WALKED:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id


def test_every_use_case_with_an_id_is_declared() -> None:
    lacking = with_ids().keys() - set(walked()) - USES.keys() - INSIDE.keys()
    assert not lacking, f"say in `USES` who may do it with another's object: {sorted(lacking)}"
    gone = (USES.keys() | INSIDE.keys()) - with_ids().keys()
    assert not gone, f"declared but gone: {sorted(gone)}"


@pytest.mark.parametrize("name", USES)
def test_each_is_for_those_whose_object_it_is_and_whom_it_is_shared_with(name: str) -> None:
    world = World()
    world.transactions.write(lambda uow: uow.people.add(a_person("Tono")))
    world.transactions.write(lambda uow: uow.people.add(a_person("Sari", role=Role.SUPERVISOR)))
    Phone(world, BUDI).says("/reg " + WHOLE)
    world.takes("rina")
    allowed, use = USES[name]

    def may(uow: UnitOfWork, by: Person) -> bool:
        try:
            with uow.savepoint():
                use(uow, by)
                raise Passed
        except Passed:
            return True
        except DomainError:
            return False

    def each(uow: UnitOfWork) -> set[str]:
        return {said for one, said in PEOPLE.items() if may(uow, uow.people.get(one))}

    assert world.transactions.write(each) == {PEOPLE[one] for one in allowed}


class Passed(Exception):
    """The use case did what it does: take it back."""
