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
