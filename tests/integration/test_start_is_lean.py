"""A start loads what it needs, and notices what it will need later and is not there."""

import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from sikpro.adapters.excel.later import LaterWorkbooks
from sikpro.application.ports.workbooks import Sheet

LOADED = """
import sys
import sikpro.entrypoints.server, sikpro.entrypoints.start, sikpro.entrypoints.accounts
from sikpro.entrypoints.container import Container, web_parts
late = {"alembic", "mako", "openpyxl", "PIL", "resvg_py", "telethon"}
print(sorted({name.partition(".")[0] for name in sys.modules} & late))
"""


def test_a_start_loads_neither_migrations_nor_workbooks_nor_pictures_nor_mtproto() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_workbook_is_written_by_what_is_loaded_for_it(tmp_path: Path) -> None:
    later = LaterWorkbooks()
    later.write(tmp_path / "a.xlsx", [Sheet(name="Satu", header=("A",), rows=[("b",)])])
    assert later.most_rows == 1_048_576
    assert (tmp_path / "a.xlsx").stat().st_size > 1_000


def test_a_missing_openpyxl_is_noticed_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    monkeypatch.setattr("sikpro.adapters.excel.later.find_spec", util.find_spec)
    with pytest.raises(ModuleNotFoundError, match="openpyxl"):
        LaterWorkbooks()
