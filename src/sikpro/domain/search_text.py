"""What of an order a search finds: one text of it, folded once, so that every store compares the same characters."""

from sikpro.domain.order_data import OrderData
from sikpro.domain.text import storable

SHORT = 3
"""A search of fewer characters finds only what begins with it: no trigram index can help it."""


def folded(text: str) -> str:
    """The text without regard to case, in whatever script.

    >>> folded("STRASSE") == folded("straße")
    True
    """
    return storable(text).casefold()


def search_term(text: str) -> str:
    """What somebody wrote into the search box, as it is compared: folded, without blanks at its ends.

    >>> search_term("  Zteg ")
    'zteg'
    """
    return folded(text).strip()


def search_text(data: OrderData, technician_name: str) -> str:
    """The text that a search of three characters and more looks into, a line for each part."""
    parts = (*_codes(data), technician_name, *data.texts.values())
    return "\n".join(folded(part) for part in parts)


def found(term: str, data: OrderData, technician_name: str) -> bool:
    """Whether a `search_term` finds the order: a part of the text, or for a short one a beginning.

    A short one does not look at the texts beside the values.
    """
    if len(term) >= SHORT:
        return term in search_text(data, technician_name)
    return any(folded(part).startswith(term) for part in (*_codes(data), technician_name))


def _codes(data: OrderData) -> tuple[str, ...]:
    serial = data.serial
    return (
        data.registration_number.value,
        serial.value,
        serial.hexadecimal,
        data.odp.value,
        data.technician.value,
    )
