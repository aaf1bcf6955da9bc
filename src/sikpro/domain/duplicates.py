"""When two orders are the same order: the key an order occupies, and when it frees it."""

from enum import StrEnum

from sikpro.domain.phase import Phase


class DuplicateMode(StrEnum):
    """One order per registration number, or one per registration number and type."""

    NUMBER = "number"
    NUMBER_AND_TYPE = "number_and_type"


def duplicate_key(
    mode: DuplicateMode, registration_number: str, order_type: str, phase: Phase, *, deleted: bool
) -> str | None:
    """The key that at most one order may hold, or None when the order holds none.

    A completed order still counts; a cancelled or deleted one does not.

    >>> duplicate_key(DuplicateMode.NUMBER, "SC32232558", "AO", Phase.COMPLETED, deleted=False)
    'SC32232558'
    >>> duplicate_key(DuplicateMode.NUMBER, "SC32232558", "AO", Phase.CANCELLED, deleted=False) is None
    True
    """
    if deleted or phase is Phase.CANCELLED:
        return None
    return registration_number if mode is DuplicateMode.NUMBER else f"{registration_number}/{order_type}"
