"""The searchable text of an order, folded in one place so that every store compares the same characters."""

from sikpro.domain.order_data import OrderData
from sikpro.domain.text import storable

SHORT = 3
"""A search with fewer characters finds only whole codes and technicians' names.

No index helps to find all that have so few among a million.
"""


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
    """Whether a `search_term` finds the order: by a part of the text, or for a short one by a whole code or name."""
    if len(term) >= SHORT:
        return term in search_text(data, technician_name)
    return not term or term in map(folded, (*_codes(data), technician_name))


def is_short(text: str) -> bool:
    """Whether a text for the search box finds only whole codes and names.

    >>> is_short(" sc "), is_short("sc3"), is_short(" ")
    (True, False, False)
    """
    return 0 < len(search_term(text)) < SHORT


def _codes(data: OrderData) -> tuple[str, ...]:
    serial = data.serial
    return (
        data.registration_number.value,
        serial.value,
        serial.hexadecimal,
        data.odp.value,
        data.technician.value,
    )
