"""Barcodes in a photo: what was read, how surely, and why a picture was refused."""

from enum import StrEnum
from typing import Protocol

from attrs import frozen

MOST_PIXELS = 40_000_000
"""The most pixels of a picture that is read; the cameras of phones have 12 to 50 million, and Telegram's photos 4."""


class Refusal(StrEnum):
    """Why a picture was not read. No barcode in a good picture is no refusal."""

    NO_PICTURE = "no_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    TOO_SLOW = "too_slow"
    FAILED = "failed"


@frozen
class Barcode:
    """The text of a barcode.

    `sure` is False if it was read only after the picture was changed (turned, enlarged, sharpened, more contrast), if
    not all of a bar code reads the same, or if its format has no check digit (Code 39): it is evidence to ask about.
    """

    text: str
    sure: bool


@frozen
class PhotoReading:
    """The barcodes of a photo: sure ones first, then by text, each once. `refused` says why none was looked for."""

    barcodes: tuple[Barcode, ...] = ()
    refused: Refusal | None = None


class BarcodeReader(Protocol):
    """Reads a photo outside every transaction, because reading may take seconds and the picture may be hostile.

    Reading ends when the task that awaits it is cancelled.
    """

    async def read(self, content: bytes) -> PhotoReading:
        """Return the Code 128, Code 39, QR and Data Matrix codes of a JPEG, PNG or WEBP, turned as its EXIF data says.

        Every other content gives a reading with `refused`. Texts have no control characters and no blanks around them.
        """
