"""How a process says what it read in a photo: one line, and how it is understood."""

from typing import Any

from sikpro.application.ports.barcodes import Barcode, PhotoReading, Refusal


def said_reading(reading: PhotoReading) -> object:
    """Return the line for `heard_reading`."""
    return {"barcodes": [[one.text, one.sure] for one in reading.barcodes], "refused": reading.refused}


def heard_reading(said: Any) -> PhotoReading:
    """Return the reading of a line. Raises `ValueError`, `TypeError` or `LookupError` for an invalid line."""
    barcodes = []
    for text, sure in said["barcodes"]:
        if not isinstance(text, str) or not isinstance(sure, bool):
            raise TypeError("a barcode that is no text")
        barcodes.append(Barcode(text, sure))
    return PhotoReading(tuple(barcodes), None if said["refused"] is None else Refusal(said["refused"]))
