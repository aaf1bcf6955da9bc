"""SIKPRO as a library: in a plain script, typed, and quick to import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sikpro
from sikpro import DuplicateOrder, ForbiddenMove, InvalidFields, Phase
from sikpro.adapters.memory.unit_of_work import MemoryTransactions, MemoryUnitOfWork
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.order_rows import order_header, order_rows
from sikpro.application.reports.recap_query import RecapQuery
from tests.fakes import StoryClock
from tests.unit.chat import NINE, ZONE

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
