"""Uploaded tables by a process of their own: the same rows, and words for whatever becomes of the process."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sikpro.adapters.excel.reader import FileTableReader
from sikpro.adapters.local.in_child import ChildLimits
from sikpro.adapters.local.table_process import ProcessTables
from sikpro.domain.errors import InvalidValue
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.settings import Settings
from sikpro.testing.tables import excel

CHILD = (sys.executable, "-m", "sikpro.entrypoints.table_child")
ROWS: Sequence[Sequence[object]] = (["kode", "nama"], ["SDA", "Sidoarjo – kota ✓"], ["", "x"])


def script(source: str) -> tuple[str, ...]:
    """A command that is no reader of ours."""
    return (sys.executable, "-c", source)


def refused(tables: ProcessTables, content: bytes = b"a;b\n") -> str:
    """The code that a file is refused with."""
    with pytest.raises(InvalidValue) as error:
        asyncio.run(tables.sheets(content))
    return error.value.code


def test_the_process_reads_what_the_reader_reads() -> None:
    tables = ProcessTables(command=CHILD)
    content = excel(*ROWS)
    assert asyncio.run(tables.sheets(content)) == FileTableReader().sheets(content)


def test_what_the_reader_refuses_is_refused_with_the_same_words() -> None:
    tables = ProcessTables(command=CHILD)
    assert refused(tables, b"%PDF-1.7") == "file.no_table"
    (sheet,) = asyncio.run(tables.sheets(excel(["x"] * 101)))
    assert sheet.error
    assert (sheet.error.code, sheet.error.typed) == ("file.too_wide", "100")


def test_it_is_held_to_its_memory_and_to_its_processors_time() -> None:
    large = b";".join([b"abc"] * 90) + b"\n"
    assert refused(ProcessTables(command=CHILD, limits=ChildLimits(processor=60, memory=10**8)), large * 20_000) in {
        "file.bomb",
        "file.reader",  # what is refused memory inside a library dies
    }
    assert (
        refused(ProcessTables(command=CHILD, limits=ChildLimits(processor=0, memory=10**9)), large) == "file.too_slow"
    )


@pytest.mark.parametrize(
    "source",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "raise SystemExit(3)",
        "",
        "print('hello')",
        "print('[1]')",
        "print('null')",
        "print('[' * 100000)",
        'print(\'{"sheet": "x", "error": null}\')',
        'print(\'{"failed": ["secret", ""]}\')',
        "print('{\"end\": true}')",
        'print(\'{"sheet": "x", "error": null}\'); print(\'["a"]\'); print(\'{"end": true}\'); print(\'["b"]\')',
        "import sys; [sys.stdout.write('a' * 1000000) for _ in range(60)]",
        "import sys; sys.stdout.buffer.write(b'\\xff\\xfe\\n')",
    ],
)
def test_a_reader_that_dies_or_talks_rubbish_is_an_error_in_words(source: str) -> None:
    assert refused(ProcessTables(command=script(source))) == "file.reader"


def test_one_that_hangs_is_ended() -> None:
    assert refused(ProcessTables(command=script("import time; time.sleep(600)"), seconds=0.2)) == "file.too_slow"


def test_cancelling_ends_the_process_and_what_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    hangs = f"""
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path({str(tmp_path / "new")!r}).write_text(f"{{os.getpid()}} {{child.pid}}")
os.rename({str(tmp_path / "new")!r}, {str(pids)!r})
time.sleep(600)
"""

    async def work() -> None:
        reading = asyncio.create_task(ProcessTables(command=script(hangs)).sheets(b"a"))
        async with asyncio.timeout(20):
            while not pids.exists():
                await asyncio.sleep(0.02)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            while not all(is_gone(int(pid)) for pid in pids.read_text().split()):
                await asyncio.sleep(0.02)

    asyncio.run(work())


def test_a_few_are_read_at_once_some_wait_and_one_more_is_sent_away(tmp_path: Path) -> None:
    started = tmp_path / "started"
    started.mkdir()
    go_on = tmp_path / "go"
    waits = f"""
import os, pathlib, time
pathlib.Path({str(started)!r}, str(os.getpid())).touch()
while not os.path.exists({str(go_on)!r}):
    time.sleep(0.02)
print('{{"sheet": "", "error": null}}')
print('["a"]')
print('{{"end": true}}')
"""

    async def work() -> None:
        tables = ProcessTables(command=script(waits), at_once=2, waiting=1)
        readings = [asyncio.create_task(tables.sheets(b"a")) for _ in range(3)]
        async with asyncio.timeout(20):
            while len(list(started.iterdir())) < 2:
                await asyncio.sleep(0.02)
        with pytest.raises(InvalidValue) as sent_away:
            await tables.sheets(b"a")
        assert sent_away.value.code == "file.busy"
        assert len(list(started.iterdir())) == 2
        go_on.touch()
        assert [len(sheets) for sheets in await asyncio.gather(*readings)] == [1, 1, 1]
        assert len(await tables.sheets(b"a")) == 1

    asyncio.run(work())


def test_the_process_knows_no_setting_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIKPRO_TELEGRAM_TOKEN", "secret")
    says = """
import json, os
print(json.dumps({"sheet": ",".join(name for name in os.environ if name.startswith("SIKPRO_")), "error": None}))
print('["a"]')
print('{"end": true}')
"""
    (sheet,) = asyncio.run(ProcessTables(command=script(says)).sheets(b"a"))
    assert sheet.name == ""


def test_the_server_reads_by_it() -> None:
    tables = Container(settings=Settings()).tables()
    assert isinstance(tables, ProcessTables)
    (sheet,) = asyncio.run(tables.sheets(b"a;b\n"))
    assert list(sheet.rows) == [["a", "b"]]


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody waited for counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
