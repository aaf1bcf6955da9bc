"""A draft's values and doubts, as texts in its dialogue's data."""

import re
from collections.abc import Mapping

from attrs import frozen

from sikpro.application.conversation.reader.decide import OrderReading
from sikpro.application.conversation.reader.items import Evidence
from sikpro.application.fields import BY_NAME, REST
from sikpro.application.use_cases.orders.understand_request import CONFIRMED
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.patterns import Patterns

_MAC = re.compile(r"(?:[0-9A-F]{2}[:.-]?){5}[0-9A-F]{2}", re.I)
_DOUBT = "doubt:"
"""In the dialogue's data: before the name of a doubtful field. The text is what was written, then the readings."""


@frozen
class Doubt:
    """What was written for a field, and what may be meant; no readings where only typing again helps."""

    written: str
    readings: tuple[str, ...]


def data_of(reading: OrderReading) -> dict[str, str]:
    """Return a reading as a draft's data."""
    data = dict(reading.certain)
    for name, readings in reading.doubts.items():
        data |= doubtful(name, reading.written.get(name, ""), readings)
    return data | ({REST: reading.rest} if reading.rest else {})


def doubts_in(data: Mapping[str, str]) -> dict[str, Doubt]:
    """Return a draft's doubts by field."""
    found = {}
    for key, text in data.items():
        if key.startswith(_DOUBT):
            written, *readings = text.split("\n")
            found[key.removeprefix(_DOUBT)] = Doubt(written, tuple(readings))
    return found


def why(name: str, written: str, patterns: Patterns) -> InvalidValue:
    """Return why a text that was written for a field is not taken as it stands."""
    if name == "serial" and _MAC.fullmatch(written):
        return InvalidValue("serial.mac", written)
    try:
        BY_NAME[name].parse(written, patterns)
    except InvalidValue as error:
        return error
    return InvalidValue("serial.unlabelled" if name == "serial" else f"{name}.unknown", written)


def errors_of(reading: OrderReading, patterns: Patterns) -> dict[str, DomainError]:
    """Return the doubts of a reading as errors, for those who cannot be asked: with the readings that may be meant."""
    errors: dict[str, DomainError] = {}
    for name, readings in reading.doubts.items():
        written = reading.written.get(name, "")
        reason = why(name, written, patterns)
        if len(readings) > 1:
            errors[name] = InvalidValue("field.which", written, readings=" / ".join(readings))
        else:
            errors[name] = InvalidValue(reason.code, written, next(iter(readings), None))
    return errors


def settled(data: Mapping[str, str], name: str, value: str) -> dict[str, str]:
    """Return the data with a field's value, "" for none, and without the doubt about it."""
    kept = {key: text for key, text in data.items() if key not in {name, _DOUBT + name}}
    if name in {"sto", "odp"}:
        kept.pop(CONFIRMED, None)
    return kept | ({name: value} if value else {})


def merged(data: Mapping[str, str], reading: OrderReading, question: str = "") -> dict[str, str]:
    """Return a draft's data with what a further message says.

    A value takes the place of one that is there if it answers the question or carries a label or a word that chooses
    it; else both are asked about. A mere hint counts only where nothing is known.
    """
    after = dict(data)
    for name, value in reading.certain.items():
        before = after.get(name, "")
        if not before or before == value or name == question or reading.evidence[name] >= Evidence.LABEL:
            after = settled(after, name, value)
        else:
            after = settled(after, name, "") | doubtful(name, value, (before, value))
    for name, readings in reading.doubts.items():
        before = after.get(name, "")
        if name == question or not before:
            after = settled(after, name, "") | doubtful(name, reading.written.get(name, ""), readings)
        elif before not in readings and reading.evidence[name] > Evidence.HINT:
            both = (before, *readings)
            after = settled(after, name, "") | doubtful(name, reading.written.get(name, ""), both)
    return with_note(after, reading.rest)


def with_note(data: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the data with a text added to the note, once."""
    known = data.get(REST, "")
    if not text or text in known.split("\n"):
        return dict(data)
    return {**data, REST: "\n".join(filter(None, (known, text)))}


def doubtful(name: str, written: str, readings: tuple[str, ...]) -> dict[str, str]:
    """Return the data of a doubt about a field."""
    return {_DOUBT + name: "\n".join((written.replace("\n", " "), *readings))}
