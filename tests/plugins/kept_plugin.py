"""Plugins for tests: a store that is SQLite under another scheme, a writer of plain text, and entry points that err."""

from collections.abc import Iterable
from pathlib import Path

from attrs import field, frozen

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.health import SqlPlace
from sikpro.application.ports.plugins import OpenStore, Plugin
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.workbooks import Sheet


@frozen(kw_only=True)
class Settings:
    """One field of each type."""

    folder: Path
    loud: bool = False
    times: int = 1
    word: str = field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        if self.times < 1:
            raise ValueError("times must be more than 0")


@frozen
class Kept:
    """A kind of store in the files of a folder."""

    settings: Settings

    def open(self, url: str, live: LiveEvents | None, process: str) -> OpenStore:
        """Open the file of a name."""
        name = url.removeprefix("kept://")
        if not name.isalpha():
            raise ValueError("kept://NAME is needed")
        where = f"sqlite:///{self.settings.folder / name}.db"
        migrate(where)
        engine = create_engine_for(where)
        transactions = SqlTransactions(engine, live, process)
        return OpenStore(transactions=transactions, place=SqlPlace(where), close=engine.dispose)


@frozen
class Plain:
    """Writes the names of the sheets."""

    settings: Settings
    most_rows = 100

    def write(self, path: Path, sheets: Iterable[Sheet]) -> None:
        """Write them after the word."""
        path.write_text(self.settings.word + "".join(sheet.name for sheet in sheets), "utf-8")


@frozen
class Clash:
    """A field whose variable is one of SIKPRO's own."""

    format: str = ""


STORE = Plugin(make=Kept, settings=Settings)
WRITER = Plugin(make=Plain, settings=Settings)
CLASH = Plugin(make=lambda _: None, settings=Clash)
NOTHING = 7
