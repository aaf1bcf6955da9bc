"""Read the Bot API's JSON; any part may be missing or differ from the documentation."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sikpro.adapters.telegram.compose import storable
from sikpro.domain.place import Place

Raw = Mapping[str, Any]


class Malformed(Exception):
    """Raised if a part of an update differs from the Bot API's documentation."""


class Table(dict[str, Any]):
    """A JSON object; a missing field raises `Malformed`, not KeyError."""

    def __missing__(self, field: str) -> Any:
        raise Malformed(field)


def table(value: object) -> Table:
    """Return an object. Raises `Malformed`."""
    if not isinstance(value, Mapping):
        raise Malformed("not an object")
    return Table(value)


def whole(value: object) -> int:
    """Return a whole number that a database can save. Raises `Malformed`."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Malformed("not a number")
    return value


def string(source: Raw, field: str) -> str:
    """Return a text that a database can save, "" if the field is missing. Raises `Malformed`."""
    value = source.get(field, "")
    if not isinstance(value, str):
        raise Malformed(field)
    return storable(value)


def place_at(latitude: object, longitude: object) -> Place:
    """Return a place from two numbers of degrees. Raises `Malformed`."""
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        raise Malformed("not a number of degrees")
    try:
        return Place.at(latitude, longitude)
    except (ValueError, OverflowError):
        raise Malformed("not a place") from None


def time(source: Raw, field: str) -> datetime:
    """Return a UTC time from seconds since 1970. Raises `Malformed`."""
    try:
        return datetime.fromtimestamp(whole(source[field]), UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed(field) from None


_OF_BLOCKS = ("title", "summary", "blocks", "items", "cells", "tasks", "text", "caption", "credit")
_MOST_LINES, _DEEPEST = 10_000, 60
"""Far beyond what a person writes: what is cut off here is not read, and nobody would notice."""


def lines_of(value: object, depth: int = _DEEPEST) -> list[str]:
    """Return the lines of a tree of blocks with formatted text, as RichMessage has them; a row of a table is one line.

    >>> lines_of({"blocks": [{"type": "paragraph", "text": ["AO ", {"type": "bold", "text": "SC123"}]}]})
    ['AO SC123']
    >>> lines_of({"blocks": [{"type": "table", "cells": [[{"text": "SC123"}, {"text": "SDA"}]]}]})
    ['SC123 SDA']
    """
    if isinstance(value, str):
        return [value] if value else []
    if depth == 0:
        return []
    if isinstance(value, list):
        return [line for each in value for line in _row_or_lines(each, depth - 1)][:_MOST_LINES]
    if not isinstance(value, Mapping):
        return []
    found = []
    for field in _OF_BLOCKS:
        inner = value.get(field)
        found += [line] if field == "text" and (line := _inline(inner, depth)) else lines_of(inner, depth - 1)
    return found


def _row_or_lines(value: object, depth: int) -> list[str]:
    if not isinstance(value, list):
        return lines_of(value, depth)
    row = " ".join(line for cell in value for line in lines_of(cell, depth))
    return [row] if row else []


def _inline(value: object, depth: int) -> str:
    """Return formatted text without its format: a string, an object with `text`, or a list of these."""
    if isinstance(value, str):
        return value
    if depth == 0:
        return ""
    if isinstance(value, list):
        return "".join(_inline(part, depth - 1) for part in value)
    return _inline(value.get("text"), depth - 1) if isinstance(value, Mapping) else ""
