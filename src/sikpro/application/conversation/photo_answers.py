"""What the chat answers when a photo was read."""

from datetime import datetime

from sikpro.application.ports.barcodes import PhotoReading
from sikpro.application.ports.photo_reads import PhotoRead
from sikpro.application.ports.storage import UnitOfWork


def tell_of_photo(uow: UnitOfWork, read: PhotoRead, reading: PhotoReading | None, now: datetime) -> None:
    """Answer the sender of a photo, in the transaction that records its reading; None means that it is lost.

    The chat asks for no photo to be read yet, so there is nothing to answer.
    """
