"""What is said of an order whose history, messages and photos are in an archive."""

from sikpro.application.i18n import Words
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.storage import OrderStorage


def archive_of(uow: OrderStorage, order_id: int) -> Archive | None:
    """Return the archive that an order is in, None for one that is here or is still being written to a file."""
    archive = uow.archives.of([order_id]).get(order_id)
    return archive if archive and archive.written_at else None


def archive_lines(uow: OrderStorage, order_id: int, words: Words) -> list[str]:
    """Return one line that says where the order is, none for an order that is here."""
    archive = archive_of(uow, order_id)
    return [archive_words(archive, words)] if archive else []


def archive_words(archive: Archive, words: Words) -> str:
    """Return where the orders of an archive are."""
    return words("archive.line", year=archive.year, file=archive.file)
