"""The duplicate rule: the key that an order holds, and when it releases the key."""

from enum import StrEnum

from sikpro.domain.phase import Phase


class DuplicateMode(StrEnum):
    """One order per registration number, or one per registration number and type."""

    NUMBER = "number"
    NUMBER_AND_TYPE = "number_and_type"


STANDING = frozenset(phase for phase in Phase if not phase.ends_badly)
"""The phases in which an order holds its duplicate key, unless it is deleted: live and completed."""


def key_of(mode: DuplicateMode, registration_number: str, order_type: str) -> str:
    """Return the key that a request of this number and type needs. Two orders with one key are duplicates.

    >>> key_of(DuplicateMode.NUMBER_AND_TYPE, "SC32232558", "AO")
    'SC32232558/AO'
    """
    return registration_number if mode is DuplicateMode.NUMBER else f"{registration_number}/{order_type}"


def duplicate_key(
    mode: DuplicateMode, registration_number: str, order_type: str, phase: Phase, *, deleted: bool
) -> str | None:
    """Return the key that an order holds, None when it holds none. At most one order holds a key.

    A completed order still holds its key; a cancelled or deleted one does not.

    >>> duplicate_key(DuplicateMode.NUMBER, "SC32232558", "AO", Phase.COMPLETED, deleted=False)
    'SC32232558'
    >>> duplicate_key(DuplicateMode.NUMBER, "SC32232558", "AO", Phase.CANCELLED, deleted=False) is None
    True
    """
    if deleted or phase not in STANDING:
        return None
    return key_of(mode, registration_number, order_type)
