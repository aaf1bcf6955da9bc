"""The process that reads the barcodes of one photo."""

from sikpro.adapters.local.in_child import Say, serve
from sikpro.adapters.local.photo_lines import said_reading
from sikpro.adapters.pictures.reader import read_photo
from sikpro.application.ports.barcodes import PhotoReading, Refusal


def read_barcodes(_: None, content: bytes, say: Say) -> None:
    """Say the barcodes of a photo, or why it is refused."""
    try:
        say(said_reading(read_photo(content)))
    except MemoryError:
        say(said_reading(PhotoReading(refused=Refusal.TOO_MANY_PIXELS)))


if __name__ == "__main__":
    serve(read_barcodes)
