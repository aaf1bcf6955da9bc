"""The searchable text of an order, folded in one place so that every store compares the same characters."""

from sikpro.domain.order_data import OrderData
from sikpro.domain.text import storable

SHORT = 3
"""A search with fewer characters finds only beginnings: a trigram index cannot help it."""


def folded(text: str) -> str:
    """Return the text folded for comparison without case, in any script.

    >>> folded("STRASSE") == folded("straße")
    True
    """
    return storable(text).casefold()


def search_term(text: str) -> str:
    """Return the text of the search box for comparison: folded, without blanks at its ends.

    >>> search_term("  Zteg ")
    'zteg'
    """
    return folded(text).strip()


def search_text(data: OrderData, technician_name: str) -> str:
    """Return the text for searches of three or more characters, one line for each part."""
    parts = (*_codes(data), technician_name, *data.texts.values())
    return "\n".join(folded(part) for part in parts)


def found(term: str, data: OrderData, technician_name: str) -> bool:
    """Whether a `search_term` finds the order: by a part of the text, or for a short one by a beginning.

    A short term is not compared with the texts beside the values.
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
