"""SIKPRO as a library: in a plain script, typed, and quick to import."""

import ast
import builtins
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from attrs import evolve

import sikpro
from sikpro import (
    DomainError,
    DuplicateOrder,
    ForbiddenMove,
    InvalidFields,
    NotFound,
    NotPermitted,
    OrderFilter,
    Period,
    Phase,
    Role,
    SiteOperation,
    StorageError,
)
from sikpro.adapters.memory.unit_of_work import MemoryTransactions, MemoryUnitOfWork
from sikpro.adapters.sql.errors import ConstraintViolated
from sikpro.application.i18n import words_in
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.order_rows import order_header, order_rows
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.testing.builders import a_person
from sikpro.testing.clock import StoryClock
from tests.unit.chat import NINE, ZONE

LIBRARY = "sikpro.entrypoints.library"
MESSAGE = "AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445"


def test_a_script_walks_an_order_through_its_phases() -> None:
    with sikpro.connect("memory:") as app:
        order = app.register_order(
            type="AO",
            registration_number="sc 3223 2558",
            serial="5A544547C6754546",
            sto="sda",
            odp="odp sda 003",
            technician="f5sda445",
        )
        assert (order.number, str(order.data.serial)) == ("SC32232558", "ZTEGC6754546")
        app.take("SC32232558")
        app.change_status("SC32232558", "ont_tidak_terdeteksi", feedback="cek label")
        assert app.correct("SC32232558", serial="ZTEGC6754547").phase is Phase.WAITING
        app.change_status("SC32232558", "selesai")
        with pytest.raises(ForbiddenMove):
            app.take("SC32232558")
        assert app.reopen("SC32232558", reason="modem mati").phase is Phase.IN_PROGRESS
        assert [row.number for row in app.orders()] == ["SC32232558"]


def test_what_was_said_is_told_with_the_status_it_was_said_at_and_not_with_a_later_one() -> None:
    words = words_in("id", "Asia/Jakarta")
    place = order_header(words).index("Feedback terakhir")

    def told(app: sikpro.Sikpro) -> set[str]:
        """The words beside the status: of the order, of its row in a list, in the file of a recap."""

        def in_file(uow: UnitOfWork) -> str:
            rows = order_rows(uow, RecapQuery.parse("2026-11", {}), app.script, words, app.clock.now())
            return str(next(rows)[place] or "")

        return {
            app.order("SC32232558").last_feedback,
            app.orders()[0].last_feedback,
            app.transactions.read(in_file),
        }

    with sikpro.connect("memory:", clock=StoryClock(NINE)) as app:
        app.register(MESSAGE)
        app.change_status("SC32232558", "ont_tidak_terdeteksi", feedback="cek SN")
        assert told(app) == {"cek SN"}
        app.correct("SC32232558", serial="ZTEGC6754547")
        assert told(app) == {""}
        app.change_status("SC32232558", "selesai", feedback="Aktif.")
        assert told(app) == {"Aktif."}
        app.reopen("SC32232558", reason="modem mati")
        assert told(app) == {""}


def test_a_double_and_a_wrong_field_are_errors_that_say_so() -> None:
    with sikpro.connect() as app:
        app.register(MESSAGE)
        with pytest.raises(DuplicateOrder):
            app.register(MESSAGE)
        with pytest.raises(InvalidFields) as refused:
            app.register(MESSAGE.replace("C6754546", "C67S4546"))
        assert refused.value.errors["serial"].params["suggestion"] == "ZTEGC6754546"


def test_a_sqlite_file_is_made_and_found_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    with sikpro.connect(url) as app:
        app.register(MESSAGE)
    with sikpro.connect(url) as app:
        assert app.order("SC32232558").phase is Phase.WAITING


@pytest.mark.parametrize("url", ["", "mysql://x", "sqlite://", "orders.db"])
def test_a_database_of_another_kind_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH"):
        sikpro.connect(url)


def test_every_public_name_resolves_and_is_typed() -> None:
    stub = Path(sikpro.__file__).with_name("__init__.pyi")
    typed = {
        alias.asname
        for node in ast.walk(ast.parse(stub.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed | {"__version__"} == set(sikpro.__all__)
    assert all(getattr(sikpro, name) for name in sikpro.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = sikpro.no_such_name  # type: ignore[attr-defined]  # that is the point


@pytest.mark.parametrize(
    "program",
    ["import sikpro", "import sys; sys.argv = ['sikpro', '--version']; import runpy; runpy.run_module('sikpro')"],
)
def test_neither_the_package_nor_its_version_imports_the_world(program: str) -> None:
    heavy = "{'litestar', 'sqlalchemy', 'openpyxl', 'httpx', 'jinja2', 'babel'}"
    code = f"import atexit, sys\natexit.register(lambda: print(sorted({heavy} & set(sys.modules))))\n{program}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n"), done.stdout


def test_the_account_that_the_library_makes_for_itself_is_in_the_journal_once() -> None:
    transactions = MemoryTransactions()
    for _ in range(2):
        sikpro.Sikpro.over(transactions, StoryClock(NINE), ZONE, lambda: None)

    def noted(uow: UnitOfWork) -> list[tuple[str, int | None]]:
        assert isinstance(uow, MemoryUnitOfWork)
        return [(note.kind, note.actor) for note in uow.state.notes.values()]

    assert transactions.read(noted) == [("person_added", None)]


NOT_RAISED = {BackupFailed, ConstraintViolated}
"""Errors of parts that the library does not reach, or that become another error before they leave."""


def _groups() -> list[type]:
    """Return the groups of the library, by the properties of `Sikpro`."""
    properties = [one for name, one in vars(sikpro.Sikpro).items() if isinstance(one, property) and name[0] != "_"]
    return [get_type_hints(one.fget)["return"] for one in properties]


def _classes() -> list[type]:
    """Return the classes that a script meets whose methods belong to the library."""
    found = [sikpro.Sikpro, *_groups()]
    for kind in found:
        for method in _methods(kind):
            hints = get_type_hints(method).values()
            own = {one for hint in hints for one in _types_in(hint) if one.__module__.startswith(LIBRARY)}
            found += sorted(own - set(found), key=lambda one: one.__name__)
    return found


def _methods(kind: type) -> list[Callable[..., object]]:
    members = inspect.getmembers(kind, inspect.isfunction)
    return [one for name, one in members if name == "__call__" or not name.startswith("_")]


def _public() -> list[Callable[..., object]]:
    return [sikpro.connect, *(method for kind in _classes() for method in _methods(kind))]


def _types_in(hint: Any) -> set[type]:
    """Return the classes that an annotation names."""
    inside = {kind for part in get_args(hint) for kind in _types_in(part)}
    return inside | ({hint} if inspect.isclass(hint) else set())


def _kinds_of(error: type) -> set[type]:
    below: list[type] = error.__subclasses__()
    return {error, *(kind for one in below for kind in _kinds_of(one))}


def test_every_type_of_a_signature_and_every_error_can_be_imported_from_sikpro() -> None:
    hints = [hint for function in _public() for hint in get_type_hints(function).values()]
    hints += [hint for kind in _classes() for name, hint in get_type_hints(kind).items() if not name.startswith("_")]
    hints += _classes()
    named = {kind for hint in hints for kind in _types_in(hint)}
    errors = _kinds_of(DomainError) | _kinds_of(StorageError)
    errors = {kind for kind in errors if not kind.__module__.startswith("sikpro.adapters.web.")}  # answers of HTTP
    ours = {kind for kind in named | errors if kind.__module__.startswith("sikpro.")} - NOT_RAISED
    public = {getattr(sikpro, name) for name in sikpro.__all__}
    assert ours
    assert {kind.__name__ for kind in ours - public} == set()


def test_every_name_in_a_docstring_of_the_library_can_be_imported_from_sikpro() -> None:
    told = [inspect.getdoc(one) or "" for one in (*_classes(), *_public())]
    names = set(re.findall(r"`([A-Z]\w+)`", "\n".join(told)))
    assert names
    assert {name for name in names if not hasattr(sikpro, name) and not hasattr(builtins, name)} == set()


@pytest.fixture(params=["memory", "sqlite"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sikpro.Sikpro]:
    """A library with an order, over each store."""
    url = "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'orders.db'}"
    with sikpro.connect(url) as opened:
        opened.register(MESSAGE)
        yield opened


ONE_TEXT: Any = "waiting"
WRONG: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "a field that does not exist": (
        lambda app: app.correct("SC32232558", odpp="ODP-SDA-004"),
        "correct: there is no 'odpp'; there are type, registration_number",
    ),
    "nothing for a field": (lambda app: app.correct("SC32232558", odp=None), "correct: odp: None is not"),
    "nothing for a number": (lambda app: app.take(None), "take: number: None is not"),
    "a number for a text": (lambda app: app.take(32232558), "take: number: int is not"),
    "a text for phases": (lambda app: app.orders(OrderFilter(phases=ONE_TEXT)), "which: str is not a frozenset"),
    "a text for a filter": (lambda app: app.orders("waiting"), "orders: which: str is not"),
    "a text for a limit": (lambda app: app.orders(limit="5"), "orders: limit: str is not"),
    "nothing for a filter of a recap": (lambda app: app.recap("2026-11", sto=None), "recap: sto: None is not"),
    "a text for a catalogue's row": (lambda app: app.add_to_catalogue("SDA"), "rows 1: 'SDA' is none of Status"),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_argument_of_another_type_is_refused_by_its_name_on_every_store(app: sikpro.Sikpro, what: str) -> None:
    wrong, said = WRONG[what]
    before = app.order("SC32232558")
    with pytest.raises(TypeError) as refused:
        wrong(app)
    assert said in str(refused.value)
    assert app.order("SC32232558") == before


NAIVE = NINE.replace(tzinfo=None)


@pytest.mark.parametrize(
    "which",
    [OrderFilter(changed_since=NAIVE), OrderFilter(received=Period(NINE, NAIVE))],
)
def test_a_time_without_a_zone_is_refused_by_its_name_on_every_store(app: sikpro.Sikpro, which: OrderFilter) -> None:
    with pytest.raises(ValueError, match=r"orders: which\.\S+: 2026-\S+ \S+ has no zone"):
        app.orders(which)


def test_a_page_of_nothing_and_a_zone_that_is_none_are_refused(app: sikpro.Sikpro) -> None:
    with pytest.raises(ValueError, match="limit: 0 is less than 1"):
        app.orders(limit=0)
    with pytest.raises(ValueError, match="there is no time zone 'Mars/Base'"):
        sikpro.connect(zone="Mars/Base")


def _with_people() -> sikpro.Sikpro:
    app = sikpro.connect("memory:", clock=StoryClock(NINE))

    def work(uow: UnitOfWork) -> None:
        uow.people.add(a_person("Rina"))
        uow.people.add(a_person("Sari", role=Role.SUPERVISOR))

    app.transactions.write(work)
    return app


def test_a_named_person_acts_with_their_own_rights_and_the_history_names_them() -> None:
    with _with_people() as app, app.acting_as("RINA") as rina:
        rina.register(MESSAGE)
        rina.take("SC32232558")
        with pytest.raises(NotPermitted):
            rina.delete("SC32232558", reason="salah")
        with pytest.raises(NotPermitted):
            rina.add_technician("Budi", "F5SDA446")
        with pytest.raises(NotPermitted):
            rina.add_to_catalogue(SiteOperation(code="MLG", name="Malang"))
        with pytest.raises(NotPermitted):
            app.acting_as("sari").register(MESSAGE.replace("558", "559"))
        done = rina.change_status("SC32232558", "selesai")
        events = app.transactions.read(lambda uow: uow.journal.of_order(done.id))
    assert {event.actor for event in events} == {rina.actor.id}
    assert rina.actor.id != app.script.id


def test_who_was_chosen_acts_no_more_once_they_are_deactivated_and_nobody_else_can_be_chosen() -> None:
    app = _with_people()
    rina = app.acting_as("rina")
    app.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.actor.id), active=False)))
    with pytest.raises(NotFound, match="rina"):
        rina.register(MESSAGE)
    for name in ("rina", "nobody"):
        with pytest.raises(NotFound, match=name):
            app.acting_as(name)
    assert app.register(MESSAGE).phase is Phase.WAITING, "the script acts on"


def test_the_account_of_the_script_has_the_role_that_it_was_made_with(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    with sikpro.connect(url, role=Role.SUPERVISOR) as app, pytest.raises(NotPermitted):
        app.register(MESSAGE)
    with sikpro.connect(url) as again:
        assert again.script.role is Role.SUPERVISOR
