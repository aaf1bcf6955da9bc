"""The contract of `BarcodeReader`: the same readings and refusals, in a process of its own and in the tests' fake."""

import asyncio

import pytest

from sikpro.application.ports.barcodes import Barcode, BarcodeReader, PhotoReading, Refusal
from sikpro.testing.labels import Printed, jpeg, label, label_photo, png_header

LABEL = jpeg(label([Printed("ZTEGC6754546"), Printed("0019C6AABBCC", caption="MAC")]))


EMPTY = jpeg(label([Printed("ZTEGC6754546")]).crop((0, 0, 40, 40)))


(TURNED_SERIAL, *OTHERS), TURNED = label_photo("turned", 1)


@pytest.mark.asyncio
class BarcodeReaderContract:
    """What a reader of the barcodes in photos promises; it needs the fixture `reader`."""

    async def test_the_texts_of_a_label_come_once_each_in_order(self, reader: BarcodeReader) -> None:
        read = await reader.read(LABEL)
        assert read == PhotoReading((Barcode("0019C6AABBCC", True), Barcode("ZTEGC6754546", True)))
        assert await reader.read(LABEL) == read

    async def test_a_text_from_a_changed_picture_is_not_sure(self, reader: BarcodeReader) -> None:
        assert Barcode(TURNED_SERIAL, False) in (await reader.read(TURNED)).barcodes

    async def test_a_photo_without_a_barcode_is_no_refusal(self, reader: BarcodeReader) -> None:
        assert await reader.read(EMPTY) == PhotoReading()

    @pytest.mark.parametrize(
        ("content", "refused"),
        [
            (b"ini bukan foto", Refusal.NO_PICTURE),
            (b"", Refusal.NO_PICTURE),
            (png_header(100_000, 100_000), Refusal.TOO_MANY_PIXELS),
            (LABEL[:2000], Refusal.BROKEN),
        ],
    )
    async def test_what_is_no_good_picture_is_refused_with_its_reason(
        self, reader: BarcodeReader, content: bytes, refused: Refusal
    ) -> None:
        assert await reader.read(content) == PhotoReading(refused=refused)

    async def test_reading_ends_when_it_is_cancelled_and_the_next_photo_is_read(self, reader: BarcodeReader) -> None:
        reading = asyncio.create_task(reader.read(LABEL))
        await asyncio.sleep(0)
        if reading.cancel():
            with pytest.raises(asyncio.CancelledError):
                await reading
        assert len((await reader.read(LABEL)).barcodes) == 2
