"""The contract of `BarcodeReader`: the same readings and refusals, in a process of its own and in the tests' fake."""

import sys

import pytest

from sikpro.adapters.local.photo_process import ProcessBarcodes
from sikpro.application.ports.barcodes import Barcode, BarcodeReader, PhotoReading
from sikpro.testing.contracts.barcode_reader import EMPTY, LABEL, OTHERS, TURNED, TURNED_SERIAL, BarcodeReaderContract
from sikpro.testing.fakes import FakeBarcodes


@pytest.fixture(params=["process", "fake"])
def reader(request: pytest.FixtureRequest) -> BarcodeReader:
    """Each reader of photos; the fake is told what the pictures show."""
    if request.param == "fake":
        both = (Barcode("0019C6AABBCC", True), Barcode("ZTEGC6754546", True))
        doubtful = tuple(Barcode(text, False) for text in sorted([TURNED_SERIAL, *OTHERS]))
        return FakeBarcodes({LABEL: PhotoReading(both), TURNED: PhotoReading(doubtful), EMPTY: PhotoReading()})
    return ProcessBarcodes(command=(sys.executable, "-m", "sikpro.entrypoints.photo_child"))


class TestBarcodeReader(BarcodeReaderContract):
    pass
