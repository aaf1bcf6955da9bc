"""Every door by which a person's account, role, code or phone changes: who may go through it, with whom.

A new use case that writes a person fails the first test until it is declared here.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pyotp
import pytest
from attrs import evolve, frozen

import sikpro
from sikpro.application.ports.security_events import EventFilter
from sikpro.application.ports.sessions import BindLink
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people import bind_phone
from sikpro.application.use_cases.people.access_decision import pointed_to, request_mark
from sikpro.application.use_cases.people.bind_phone import LINK_LASTS, bind_by_link, make_bind_link
from sikpro.application.use_cases.people.edit_people import edit_person, person_texts, reset_password, unbind_telegram
from sikpro.application.use_cases.people.grant_access import approve_access, approve_many, ask_access
from sikpro.application.use_cases.people.manage_people import (
    add_account,
    add_technician,
    set_active,
    set_language,
    set_password,
)
from sikpro.application.use_cases.people.two_steps import (
    prepare_two_steps,
    renew_recovery_codes,
    reset_two_steps,
    turn_off_two_steps,
    turn_on_two_steps,
)
from sikpro.application.use_cases.tables.import_rows import import_rows, plan_import
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.take_back import take_back
from sikpro.domain.errors import DomainError
from sikpro.domain.people import AccessRequest, Person, Role
from sikpro.testing.builders import a_person, a_technician, an_access_request
from tests.unit.chat import NINE, ZONE, World

NOBODY: frozenset[Role] = frozenset()
ADMINS = frozenset({Role.ADMIN})
LEAD = frozenset({Role.TEAM_LEADER, Role.ADMIN})
ACCOUNTS = frozenset({Role.HELPDESK, Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN})
EVERYBODY = frozenset(Role)

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOKEN, STRANGER, CODE, PHONE = "t" * 32, 99, "F5SDA777", "6281234567890"
PEOPLE = LISTS["people"]


def edit(uow: UnitOfWork, by: Person, one: Person, **texts: str) -> None:
    edit_person(uow, one.id, person_texts(one) | texts, version=one.version, by=by, now=NINE)


def use_link(uow: UnitOfWork, by: Person, one: Person) -> None:
    expires = NINE + LINK_LASTS
    uow.bind_links.put(BindLink(id=bind_phone._hash(TOKEN), person=one.id, made_by=by.id, expires_at=expires))
    bind_by_link(uow, TOKEN, STRANGER, STRANGER, NINE)


def request(uow: UnitOfWork, **said: str) -> AccessRequest:
    return ask_access(uow, an_access_request(STRANGER, name="Joni", **said), NINE, zone=ZONE)


def let_in(uow: UnitOfWork, by: Person, one: Person, person_id: int | None, code: str, **said: str) -> None:
    asked = request(uow, **said).id
    approve_access(uow, asked, by, NINE, person_id=person_id, technician_code=code, let_in=one.id, zone=ZONE)


def let_in_as_another(uow: UnitOfWork, by: Person, one: Person) -> None:
    """Let a stranger who is taken for the person by their number in as a technician who is free."""
    uow.people.add(a_technician("Bebas", "F5SDA901"))
    let_in(uow, by, one, None, "F5SDA901", phone=one.phone)


def let_all_in(uow: UnitOfWork, by: Person, one: Person) -> None:
    asked = request(uow, technician_code=one.technician_code or "")
    approve_many(uow, {asked.id: request_mark(asked, pointed_to(uow, asked))}, by, NINE, zone=ZONE)


def table_of(one: Person) -> list[list[str]]:
    key = "username" if one.username else "technician_code"
    return [[key, "name", "active"], [one.username or one.technician_code or "", "Lain", "yes"]]


def by_list(uow: UnitOfWork, by: Person, one: Person) -> None:
    admin = evolve(by, role=Role.ADMIN, active=True)
    import_rows(uow, PEOPLE, table_of(one), plan_import(uow, PEOPLE, table_of(one), admin).mark, by, NINE)


def back_from_list(uow: UnitOfWork, by: Person, one: Person) -> None:
    """Take back a list that the actor wrote while they were an admin."""
    admin = evolve(by, role=Role.ADMIN, active=True)
    mark = plan_import(uow, PEOPLE, table_of(one), admin).mark
    _, written = import_rows(uow, PEOPLE, table_of(one), mark, admin, NINE)
    assert written
    assert take_back(uow, written.id, by, NINE, reason="", zone=ZONE)[1]


def oneself(*acts: Callable[[UnitOfWork, Person], object]) -> Callable[[UnitOfWork, Person, Person], object]:
    """What somebody does with themselves, one act after the other."""

    def work(uow: UnitOfWork, by: Person, one: Person) -> None:
        if by.id == one.id:
            for act in acts:
                act(uow, by)

    return work


def after(act: Callable[[UnitOfWork, Person], object], uow: UnitOfWork, one: Person) -> bool:
    """Do an act first."""
    act(uow, one)
    return True


def has_on(uow: UnitOfWork, one: Person) -> None:
    uow.second_steps.prepare(one.id, SECRET)
    uow.second_steps.turn_on(one.id, 1, NINE)


def on_with_code(uow: UnitOfWork, by: Person) -> None:
    turn_on_two_steps(uow, by, pyotp.TOTP(SECRET).at(NINE), ["a"], NINE, session="")


@frozen
class Door:
    """A use case with one way to use it, and who may, on a person of each kind; `own`: accounts on themselves."""

    through: Callable[..., object]
    work: Callable[[UnitOfWork, Person, Person], object]
    technician: frozenset[Role]
    technician_kept_out: frozenset[Role]
    account: frozenset[Role]
    account_kept_out: frozenset[Role]
    own: frozenset[Role] = NOBODY

    def may(self, one: Person) -> frozenset[Role]:
        """The roles that may, on this person."""
        if one.role:
            return self.account if one.active else self.account_kept_out
        return self.technician if one.active else self.technician_kept_out


DOORS: Mapping[str, Door] = {
    "a new account": Door(
        add_account,
        lambda uow, by, _: add_account(
            uow, name="N", username="new", password_hash="x", role=Role.ADMIN, now=NINE, by=by
        ),
        *(ADMINS,) * 4,
        own=ADMINS,
    ),
    "a new technician": Door(
        add_technician,
        lambda uow, by, _: add_technician(uow, name="N", technician_code="F5SDA900", now=NINE, by=by),
        *(LEAD,) * 4,
        own=LEAD,
    ),
    "kept out or let back in": Door(
        set_active, lambda uow, by, one: set_active(uow, one.id, not one.active, by, NINE), LEAD, LEAD, ADMINS, ADMINS
    ),
    "another name": Door(
        edit_person, lambda uow, by, one: edit(uow, by, one, name="Lain"), LEAD, LEAD, ADMINS, ADMINS, own=ADMINS
    ),
    "an account, or another role": Door(
        edit_person,
        lambda uow, by, one: edit(
            uow, by, one, username=one.username or "baru", role="helpdesk" if one.role is Role.ADMIN else "admin"
        ),
        *(ADMINS,) * 4,
    ),
    "a one-time password": Door(
        reset_password, lambda uow, by, one: reset_password(uow, one.id, "x", by, NINE), NOBODY, NOBODY, ADMINS, ADMINS
    ),
    "the phone disconnected": Door(
        unbind_telegram,
        lambda uow, by, one: unbind_telegram(uow, uow.people.save(evolve(one, telegram_id=STRANGER)).id, by, NINE),
        LEAD,
        LEAD,
        ADMINS,
        ADMINS,
        own=ACCOUNTS,
    ),
    "a link made": Door(
        make_bind_link,
        lambda uow, by, one: make_bind_link(uow, one.id, TOKEN, by, NINE),
        LEAD,
        NOBODY,
        ADMINS,
        NOBODY,
        own=ACCOUNTS,
    ),
    "a link used": Door(bind_by_link, use_link, LEAD, NOBODY, ADMINS, NOBODY, own=ACCOUNTS),
    "a request with the person's code": Door(
        approve_access,
        lambda uow, by, one: let_in(uow, by, one, None, "", technician_code=one.technician_code or ""),
        LEAD,
        *(ADMINS,) * 3,
    ),
    "a request with the person's number": Door(
        approve_access,
        lambda uow, by, one: let_in(uow, by, one, one.id, "", phone=one.phone),
        LEAD,
        *(ADMINS,) * 3,
    ),
    "a stranger's request, the person chosen": Door(
        approve_access,
        lambda uow, by, one: let_in(uow, by, one, one.id, "", technician_code="F5SDA900"),
        LEAD,
        *(ADMINS,) * 3,
    ),
    "a stranger's request, the person's code typed": Door(
        approve_access,
        lambda uow, by, one: let_in(uow, by, one, None, one.technician_code or "", technician_code="F5SDA900"),
        LEAD,
        *(ADMINS,) * 3,
    ),
    "the person's request, another one's code typed": Door(approve_access, let_in_as_another, LEAD, *(ADMINS,) * 3),
    "all requests": Door(approve_many, let_all_in, LEAD, *(ADMINS,) * 3),
    "a list": Door(import_rows, by_list, *(ADMINS,) * 4),
    "a list taken back": Door(take_back, back_from_list, *(ADMINS,) * 4),
    "one's own password": Door(
        set_password,
        lambda uow, by, one: by.id == one.id and set_password(uow, by.id, "x", NINE, session=""),
        *(NOBODY,) * 4,
        own=ACCOUNTS,
    ),
    "a second step reset": Door(
        reset_two_steps,
        lambda uow, by, one: after(has_on, uow, one) and reset_two_steps(uow, one.id, by, NINE, zone=ZONE),
        *(ADMINS,) * 4,
        own=ADMINS,
    ),
    "one's own second step prepared": Door(
        prepare_two_steps,
        oneself(lambda uow, by: prepare_two_steps(uow, by, SECRET)),
        *(NOBODY,) * 4,
        own=ACCOUNTS,
    ),
    "one's own second step turned on": Door(
        turn_on_two_steps,
        oneself(lambda uow, by: uow.second_steps.prepare(by.id, SECRET), on_with_code),
        *(NOBODY,) * 4,
        own=ACCOUNTS,
    ),
    "one's own second step turned off": Door(
        turn_off_two_steps,
        oneself(has_on, lambda uow, by: turn_off_two_steps(uow, by, NINE, session="")),
        *(NOBODY,) * 4,
        own=ACCOUNTS,
    ),
    "one's own recovery codes": Door(
        renew_recovery_codes,
        oneself(has_on, lambda uow, by: renew_recovery_codes(uow, by, ["a"], NINE)),
        *(NOBODY,) * 4,
        own=ACCOUNTS,
    ),
    "one's own language": Door(
        set_language,
        lambda uow, by, one: by.id == one.id and set_language(uow, by.id, "en"),
        *(NOBODY,) * 4,
        own=EVERYBODY,
    ),
}

INSIDE = {
    "store_person": "edit_person and a list, which check the right and the values before",
    "_added": "add_account and add_technician",
    "_PeopleReader.judge": "import_rows",
    "_PeopleReader._store": "import_rows",
    "judge_line": "import_rows; it only names what would be stored",
    "plan_import": "import_rows; it writes nothing",
    "list_work": "import_rows; it writes nothing, and checks the right before anything is kept",
    "ListWork.write": "import_rows, and the worker with what was kept",
    "write_whole": "import_rows",
    "Prepared.begin": "import_rows, in the transaction of the request",
    "write_portion": "the worker with what was kept",
    "import_orders": "write_whole, with orders only",
    "make_orders": "write_whole, with orders only",
    "_undo": "take_back",
    "make_pseudonym": "a run of retention: people who have been inactive for so long as an admin set",
    "_make_pseudonyms": "a run of retention: people who have been inactive for so long as an admin set",
    "_do": "a run of retention",
    "next_portion": "a run of retention",
    "next_forgetting": "a run of retention",
    "accept_code": "the login, which checked the password before",
}
"""What writes a person only behind a door, and behind which."""

BY_REFERENCE = {"take_back"}
"""What reaches a writer through a table of functions (`RowList.undo`), where no call shows it."""

OUTSIDE = {
    "entrypoints/library/__init__.py Sikpro.over": "the script's own account, a team leader's without a password",
    "entrypoints/demo_data.py": "the people of the demo",
}
"""What writes a person without a use case, and whom."""

TARGETS: Mapping[str, Person] = {
    "technician": a_technician("Target", CODE, phone=PHONE),
    "technician kept out": a_technician("Target", CODE, phone=PHONE, active=False),
    **{
        f"{role} {'' if active else 'kept out'}": a_person(
            "Target", role=role, active=active, technician_code=CODE, phone=PHONE, password_hash="old"
        )
        for role in sorted(ACCOUNTS)
        for active in (True, False)
    },
}

SOURCE = Path(sikpro.__file__).parent


def functions(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The functions and methods of a module, with their classes in front."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{inner.name}", inner


WRITES = {
    *(("people", name) for name in ("add", "save", "drop")),
    *(("bind_links", name) for name in ("put", "use")),
    *(("second_steps", name) for name in ("prepare", "turn_on", "take_step", "drop")),
    *(("second_steps", name) for name in ("put_recovery_codes", "use_recovery_code")),
}


def writes_a_person(node: ast.AST) -> bool:
    """Whether a function stores a person, a link that connects one, or their second step."""
    return any(
        isinstance(call, ast.Attribute)
        and isinstance(call.value, ast.Attribute)
        and (call.value.attr, call.attr) in WRITES
        for call in ast.walk(node)
    )


def callees(node: ast.AST) -> set[str]:
    """The names of what a function calls."""
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return {call.id if isinstance(call, ast.Name) else getattr(call, "attr", "") for call in calls}


def writers() -> set[str]:
    """Every function of the use cases that writes a person, itself or through another one."""
    known = [
        (path, name, node)
        for path in (SOURCE / "application" / "use_cases").rglob("*.py")
        for name, node in functions(path)
    ]
    found = {(path, name) for path, name, node in known if writes_a_person(node)}
    while True:
        shared = {name.rpartition(".")[2] for _, name in found} - {
            name.rpartition(".")[2] for _, name in found if name.rpartition(".")[2].startswith("_")
        }
        more = {
            (path, name)
            for path, name, node in known
            if callees(node) & (shared | {one.rpartition(".")[2] for where, one in found if where == path})
        }
        if more <= found:
            return {name for _, name in found}
        found |= more


def test_every_use_case_that_writes_a_person_is_a_declared_door() -> None:
    assert writers() | BY_REFERENCE == {door.through.__name__ for door in DOORS.values()} | INSIDE.keys()


def test_nothing_else_writes_a_person() -> None:
    rooms = ("adapters/sql", "adapters/memory", "application/use_cases", "testing")
    stores = {SOURCE / room for room in rooms}
    found = {
        f"{path.relative_to(SOURCE).as_posix()} {name}"
        for path in SOURCE.rglob("*.py")
        if not stores & set(path.parents)
        for name, node in functions(path)
        if writes_a_person(node)
    }
    assert {next((known for known in OUTSIDE if one.startswith(known)), one) for one in found} == OUTSIDE.keys()


class Passed(Exception):
    """The door was tried: take it back."""


def written(uow: UnitOfWork, one: Person) -> object:
    """What the record of security events and a person's second step are now."""
    return uow.security_events.page(EventFilter(), before=None, limit=1), uow.second_steps.of(one.id)


def goes_through(uow: UnitOfWork, door: Door, by: Person, one: Person) -> bool:
    """Whether the door opened; whoever gave more than a person who may not administer can give fails the test."""
    opened = False
    try:
        with uow.savepoint():
            before, recorded = uow.people.all(), written(uow, one)
            with suppress(DomainError):
                door.work(uow, by, one)
                opened = (
                    uow.people.all() != before
                    or uow.bind_links.get(bind_phone._hash(TOKEN)) is not None
                    or written(uow, one) != recorded
                )
            if by.role is not Role.ADMIN and opened and one.id != by.id:
                known = {person.id: person for person in before}
                for person in uow.people.all():
                    was = known.get(person.id, evolve(person, role=None, username=None))
                    assert (person.role, person.username) == (was.role, was.username)
                    assert person.role is None or evolve(person, version=0) == evolve(was, version=0)
            raise Passed
    except Passed:
        return opened


def somebody(uow: UnitOfWork, role: Role, *, active: bool = True) -> Person:
    name = f"{role}{'' if active else '.out'}"
    if role is Role.TECHNICIAN:
        return uow.people.add(a_technician(name, "F5SDA888" if active else "F5SDA889", active=active))
    return uow.people.add(a_person(name, username=f"by.{name}", role=role, active=active, password_hash="old"))


@pytest.mark.parametrize("name", DOORS)
def test_each_door_opens_for_those_who_may_with_this_person_and_for_nobody_else(name: str) -> None:
    door = DOORS[name]

    def walk(uow: UnitOfWork) -> dict[str, tuple[set[str], set[str]]]:
        actors = [somebody(uow, role, active=active) for role in Role for active in (True, False)]
        found: dict[str, tuple[set[str], set[str]]] = {}
        for kind, target in TARGETS.items():
            one = uow.people.add(target)
            opened = {by.name for by in actors if goes_through(uow, door, by, one)}
            found[kind] = opened, {str(role) for role in door.may(one)}
            uow.people.drop(one)
        return found

    for kind, (opened, expected) in World().transactions.write(walk).items():
        assert opened == expected, kind


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.own])
def test_people_do_with_themselves_what_is_theirs_to_do_while_they_are_active(name: str) -> None:
    door = DOORS[name]

    def walk(uow: UnitOfWork) -> set[str]:
        actors = [somebody(uow, role, active=active) for role in Role for active in (True, False)]
        return {by.name for by in actors if goes_through(uow, door, by, by)}

    assert World().transactions.write(walk) == {str(role) for role in door.own}
