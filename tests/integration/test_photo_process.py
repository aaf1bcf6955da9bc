"""Photos by a process of their own: within its limits, and words for whatever becomes of the process."""

import asyncio
import sys

import pytest

from sikpro.adapters.local.in_child import ChildLimits
from sikpro.adapters.local.photo_process import ProcessBarcodes
from sikpro.application.ports.barcodes import Barcode, PhotoReading, Refusal
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.settings import Settings
from sikpro.testing.labels import Printed, jpeg, label, label_photo

CHILD = (sys.executable, "-m", "sikpro.entrypoints.photo_child")
LABEL = jpeg(label([Printed("ZTEGC6754546")]))


def read(barcodes: ProcessBarcodes, content: bytes = LABEL) -> PhotoReading:
    return asyncio.run(barcodes.read(content))


def script(source: str) -> ProcessBarcodes:
    """A process that is no reader of ours."""
    return ProcessBarcodes(command=(sys.executable, "-c", source))


def test_the_server_reads_by_it_and_a_phones_photo_fits_into_its_limits() -> None:
    barcodes = Container(settings=Settings()).barcodes()
    assert isinstance(barcodes, ProcessBarcodes)
    texts, content = label_photo("small in a large photo", 1)
    assert [one.text for one in read(barcodes, content).barcodes] == list(texts)


def test_it_is_held_to_its_memory_and_to_its_processors_time() -> None:
    _, large = label_photo("small in a large photo", 1)
    small = ChildLimits(processor=20, memory=60_000_000)
    assert read(ProcessBarcodes(command=CHILD, limits=small), large).refused in {
        Refusal.TOO_MANY_PIXELS,
        Refusal.FAILED,  # what is refused memory inside a library dies
    }
    assert read(ProcessBarcodes(command=CHILD, limits=ChildLimits(processor=0, memory=10**9))).refused is (
        Refusal.TOO_SLOW
    )


def test_one_that_hangs_is_ended() -> None:
    hangs = ProcessBarcodes(command=(sys.executable, "-c", "import time; time.sleep(600)"), seconds=0.2)
    assert read(hangs).refused is Refusal.TOO_SLOW


@pytest.mark.parametrize(
    "source",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "raise SystemExit(3)",
        "",
        "print('hello')",
        "print('null')",
        "print('[]')",
        'print(\'{"barcodes": [[1, true]], "refused": null}\')',
        'print(\'{"barcodes": [["a", 1]], "refused": null}\')',
        'print(\'{"barcodes": [], "refused": "unheard_of"}\')',
        'print(\'{"barcodes": [], "refused": null}\\n{"barcodes": [], "refused": null}\')',
    ],
)
def test_a_reader_that_dies_or_talks_rubbish_is_a_refusal(source: str) -> None:
    assert read(script(source)) == PhotoReading(refused=Refusal.FAILED)


def test_the_process_loads_no_more_than_it_needs() -> None:
    says = """
import sys
import sikpro.entrypoints.photo_child
loaded = sorted({"asyncio", "structlog", "sqlalchemy", "litestar", "openpyxl", "numpy"} & set(sys.modules))
print('{"barcodes": [["%s", false]], "refused": null}' % ",".join(loaded))
"""
    assert read(script(says)).barcodes == (Barcode("", False),)
