"""How examples are read, line by line: what a page shows beside an installation's patterns."""

from attrs import frozen

from sikpro.application.conversation.reader.clean_text import clean
from sikpro.application.conversation.reader.forms import joins
from sikpro.application.conversation.reader.items import Evidence, Value
from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.scan import scan

MOST_EXAMPLES = 60
"""The most lines that are read."""

_NAMED = ("registration_number", "odp")


@frozen
class Found:
    """A number or a box in a line: its field, and its stored form; "" with likely readings when it is asked about.

    In the reading of a box without its STO, `…` stands for the STO.
    """

    field: str
    typed: str
    value: str
    readings: tuple[str, ...]


@frozen
class Example:
    """A line, and what it has of numbers and boxes."""

    line: str
    found: tuple[Found, ...]


def read_examples(text: str, known: Known) -> list[Example]:
    """Read each line that is not empty as the chat reads it."""
    lines = [line.strip()[:200] for line in text.split("\n") if line.strip()]
    return [Example(line, _found(line, known)) for line in lines[:MOST_EXAMPLES]]


def _found(line: str, known: Known) -> tuple[Found, ...]:
    items = scan(clean(line, joined=joins(known)).text, known)
    values = [item for item in items if isinstance(item, Value) and item.field in _NAMED]
    part = known.patterns.box_in("…", line.upper()) if "/" in line and not values else None
    if part:
        return (Found("odp", line, "", (part,)),)
    return tuple(
        Found(item.field, item.text, item.value if item.evidence >= Evidence.FORM else "", item.readings)
        for item in values
    )
