"""Reads the Bot API's JSON, any part of which may be missing or something else than its documentation says."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sikpro.adapters.telegram.compose import storable

Raw = Mapping[str, Any]


class Malformed(Exception):
    """A part of an update is not what the Bot API's documentation says."""


class Table(dict[str, Any]):
    """A JSON object whose missing fields are malformed, not a KeyError of ours."""

    def __missing__(self, field: str) -> Any:
        raise Malformed(field)


def table(value: object) -> Table:
    """An object; raises `Malformed`."""
    if not isinstance(value, Mapping):
        raise Malformed("not an object")
    return Table(value)


def whole(value: object) -> int:
    """A whole number that a database takes; raises `Malformed`."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Malformed("not a number")
    return value


def string(source: Raw, field: str) -> str:
    """A text that a database takes, "" when the field is missing; raises `Malformed`."""
    value = source.get(field, "")
    if not isinstance(value, str):
        raise Malformed(field)
    return storable(value)


def time(source: Raw, field: str) -> datetime:
    """A moment in UTC from seconds since 1970; raises `Malformed`."""
    try:
        return datetime.fromtimestamp(whole(source[field]), UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed(field) from None
