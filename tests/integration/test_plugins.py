"""Plugins by entry points: chosen by a setting, with settings of their own, and every mistake is named."""

import sys
from pathlib import Path

import pytest

import sikpro
from sikpro.adapters.local.export_process import ProcessExports
from sikpro.application.ports.exports import ExportState
from sikpro.entrypoints.archive import archive_in
from sikpro.entrypoints.backup import back_up, restore
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.doctor.command import examine
from sikpro.entrypoints.settings import Settings, WrongSettings
from sikpro.testing.builders import NOON, a_person, stored_order
from tests.integration.distribution import EntryPoints, installed
from tests.integration.test_export_process import CHILD, ZONE, run

MODULE = """
from pathlib import Path
from attrs import field, frozen
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.health import SqlPlace
from sikpro.application.ports.plugins import OpenStore, Plugin


@frozen(kw_only=True)
class Settings:
    folder: Path
    loud: bool = False
    times: int = 1
    word: str = field(default="", repr=False)

    def __attrs_post_init__(self):
        if self.times < 1:
            raise ValueError("times must be more than 0")


@frozen
class Kept:
    settings: Settings

    def open(self, url, live, process):
        name = url.removeprefix("kept://")
        if not name.isalpha():
            raise ValueError("kept://NAME is needed")
        where = f"sqlite:///{self.settings.folder / name}.db"
        migrate(where)
        engine = create_engine_for(where)
        return OpenStore(
            transactions=SqlTransactions(engine, live, process), place=SqlPlace(where), close=engine.dispose
        )


@frozen
class Plain:
    settings: Settings
    most_rows = 100

    def write(self, path, sheets):
        path.write_text(self.settings.word + "".join(sheet.name for sheet in sheets))


STORE = Plugin(make=Kept, settings=Settings)
WRITER = Plugin(make=Plain, settings=Settings)
NOTHING = 7


@frozen
class Clash:
    format: str = ""


CLASH = Plugin(make=Plain, settings=Clash)
"""
POINTS: EntryPoints = {
    "sikpro.stores": {"kept": "kept_plugin:STORE"},
    "sikpro.report_writers": {
        "plain": "kept_plugin:WRITER",
        "gone": "kept_plugin:GONE",
        "seven": "kept_plugin:NOTHING",
        "log": "kept_plugin:CLASH",
    },
}


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution with plugins, where Python finds it; children too."""
    folder = installed(tmp_path / "site", POINTS, "kept", kept_plugin=MODULE)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{':'.join(sys.path)}")
    return folder


def writer(environ: dict[str, str]) -> object:
    """The settings that the writer of reports got."""
    return Settings.load({}, {"SIKPRO_REPORT_WRITER": "plain", **environ}).plugins["report_writer"].settings


def refused(environ: dict[str, str]) -> str:
    """What is said of settings that cannot be used."""
    with pytest.raises(WrongSettings) as wrong:
        writer(environ)
    return str(wrong.value)


def test_a_plugin_gets_its_settings_by_its_name_from_the_environment_and_from_its_table(tmp_path: Path) -> None:
    file = tmp_path / "sikpro.toml"
    file.write_text('port = 8001\n[plain]\nfolder = "here"\ntimes = 3\nword = "ya"\n', "utf-8")
    found = writer({"SIKPRO_CONFIG": str(file), "SIKPRO_PLAIN_LOUD": "yes", "SIKPRO_PLAIN_TIMES": "4"})
    assert repr(found) == "Settings(folder=PosixPath('here'), loud=True, times=4)"
    assert found.word == "ya"  # type: ignore[attr-defined]  # the class is the plugin's


MISTAKES = [
    (
        {"SIKPRO_REPORT_WRITER": "plian"},
        "report_writer: there is no plugin 'plian' in sikpro.report_writers; known are: ",
    ),
    ({"SIKPRO_REPORT_WRITER": "gone"}, "plugin gone (kept 1.0) cannot be loaded: "),
    ({"SIKPRO_REPORT_WRITER": "seven"}, "plugin seven (kept 1.0): kept_plugin:NOTHING is no Plugin"),
    ({"SIKPRO_REPORT_WRITER": "log"}, "plugin log (kept 1.0): SIKPRO_LOG_FORMAT is a setting of SIKPRO's own"),
    ({}, "SIKPRO_PLAIN_FOLDER is missing: plugin plain needs it"),
    ({"SIKPRO_PLAIN_FOLDR": "x"}, "SIKPRO_PLAIN_FOLDR is no setting: do you mean SIKPRO_PLAIN_FOLDER?"),
    ({"SIKPRO_KEPT_FOLDER": "x"}, "SIKPRO_KEPT_FOLDER is no setting: plugin kept would read it, but no setting names"),
    ({"SIKPRO_PLAIN_FOLDER": "x", "SIKPRO_PLAIN_TIMES": "many"}, "plugin plain: times: a number is needed, not 'many'"),
    ({"SIKPRO_PLAIN_FOLDER": "x", "SIKPRO_PLAIN_LOUD": "ya"}, "plugin plain: loud is true or false, not 'ya'"),
    ({"SIKPRO_PLAIN_FOLDER": "x", "SIKPRO_PLAIN_TIMES": "0"}, "plugin plain: times must be more than 0"),
    ({"SIKPRO_SOURCE": "push"}, "there is no plugin 'push' in sikpro.sources; known are: none is installed"),
]


@pytest.mark.parametrize(("environ", "words"), MISTAKES)
def test_a_mistake_in_the_settings_of_a_plugin_is_named(environ: dict[str, str], words: str) -> None:
    assert words in refused(environ)


def test_a_table_of_the_file_has_only_what_its_plugin_knows(tmp_path: Path) -> None:
    file = tmp_path / "sikpro.toml"
    file.write_text('[plain]\nfolder = "x"\nfoldr = "y"\n', "utf-8")
    assert "[plain] has no foldr; known are folder, loud, times, word" in refused({"SIKPRO_CONFIG": str(file)})
    file.write_text('[other]\nfolder = "x"\n', "utf-8")
    assert "unknown other" in refused({"SIKPRO_CONFIG": str(file)})


def test_a_script_opens_the_store_of_a_plugin_by_its_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIKPRO_KEPT_FOLDER", str(tmp_path))
    with sikpro.connect("kept://main") as app:
        app.register("AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445")
    with sikpro.connect("kept://main") as app:
        assert app.order("SC32232558").number == "SC32232558"
    assert (tmp_path / "main.db").exists()
    with pytest.raises(ValueError, match="kept://NAME is needed"):
        sikpro.connect("kept://7")
    with pytest.raises(ValueError, match=r"sqlite:///PATH, postgresql://…, kept://… or memory:"):
        sikpro.connect("other://main")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a server with both plugins."""
    environ = {
        "SIKPRO_DATABASE": "kept://main",
        "SIKPRO_KEPT_FOLDER": str(tmp_path),
        "SIKPRO_REPORT_WRITER": "plain",
        "SIKPRO_PLAIN_FOLDER": str(tmp_path),
        "SIKPRO_PLAIN_WORD": "Rekap: ",
    }
    return Settings.load({}, environ)


def test_a_server_and_its_children_use_the_store_and_the_writer_of_plugins(settings: Settings) -> None:
    container = Container(settings=settings)
    store = container.transactions()
    with sikpro.Sikpro.over(store, container.clock(), ZONE, container.store().close) as app:
        app.transactions.write(lambda uow: uow.people.add(a_person("Sari", role=sikpro.Role.SUPERVISOR)))
        sari = app.acting_as("sari").actor
        store.write(lambda uow: stored_order(uow, status=uow.catalogue.statuses()[0]))
        month = f"period={NOON:%Y-%m}"
        store.write(lambda uow: uow.exports.ask(person=sari.id, query=month, kind="xlsx", language="en", at=NOON))
        maker = container.exports().maker
        assert isinstance(maker, ProcessExports)
        assert maker.command == CHILD
        export = run(store, maker)
        assert (export.state, export.error) == (ExportState.DONE, "")
        assert store.read(lambda uow: uow.blobs.part(export.blob or 0, 0)).startswith(b"Rekap: ")


def test_the_doctor_names_the_plugins_and_looks_into_their_store(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    examine(lambda: settings, "en")
    said = capsys.readouterr().out
    assert "[ok] Settings: database by the plugin kept (kept 1.0)" in said
    assert "[ok] Settings: report_writer by the plugin plain (kept 1.0)" in said
    assert "[ok] Database: " in said
    assert "no account of an admin" in said.lower() or "[X ]" in said


def test_what_only_sqlite_and_postgresql_have_is_refused_for_another_store(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "x"
    with pytest.raises(WrongSettings, match="not for the store of plugin kept"):
        back_up(settings, str(file))
    with pytest.raises(WrongSettings, match="not for the store of plugin kept"):
        restore(settings, str(file))
    with pytest.raises(WrongSettings, match="not for the store of plugin kept"):
        archive_in(settings, 2026, file)
