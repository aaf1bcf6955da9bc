"""Pages of a list in memory: the shown rows and the addresses of the first and the next page."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen
class Slice(Generic[T]):
    """A page of rows; `first` and `next` are addresses, "" if there is no such page."""

    rows: Sequence[T]
    first: str
    next: str


def page_number(text: str) -> int:
    """Return the page number of an address, counted from 0; 0 for invalid text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def page_of(rows: Sequence[T], number: int, size: int, here: str) -> Slice[T]:
    """Return a page of `size` rows, the last one for a number beyond it; `here` is an address without the number."""
    start = min(number, max(len(rows) - 1, 0) // size) * size
    return Slice(
        rows=rows[start : start + size],
        first=f"{here}0" if start else "",
        next=f"{here}{start // size + 1}" if len(rows) > start + size else "",
    )
