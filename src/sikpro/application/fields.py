"""The order's fields, defined once: the bot, the form, the Excel file and the parser derive from this list."""

from collections.abc import Callable

from attrs import frozen

from sikpro.application.labels import in_tables
from sikpro.domain.errors import InvalidValue
from sikpro.domain.patterns import Patterns
from sikpro.domain.text import compact, one_line, storable
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode

NOTE_LIMIT = 1000
"""The longest note, in characters."""

MOST_PORTS = 99
"""The highest port of a box."""


@frozen(kw_only=True)
class Field:
    """One field: its name in `OrderData`, its parser, an example, and its possible labels, ours first.

    Its label in a language is the sentence `field.<name>`. `parse` gets the text and the installation's patterns, and
    raises `InvalidValue`; use `understand_request.parsed_field` where a unit of work is open. `catalogue` says that its
    values come from a catalogue: the bot offers them as buttons, the form as a list. The bot asks for a `required`
    field until it has a value. It asks for an optional field with `ask` once, in a request entered step by step, and
    accepts *Lewati*. A `multiline` field has a text area in the form. `takes_rest` marks the one field for the text
    beside a message's values.
    """

    name: str
    parse: Callable[[str, Patterns], object]
    example: str
    labels: tuple[str, ...]
    required: bool = True
    catalogue: bool = False
    ask: bool = False
    multiline: bool = False
    takes_rest: bool = False


def _order_type(text: str, _: Patterns) -> str:
    code = compact(text)
    if 2 <= len(code) <= 12 and code.isascii() and code.isalnum():
        return code
    raise InvalidValue("type.shape", one_line(text))


def _note(text: str, _: Patterns) -> str:
    note = storable(text).strip()
    if len(note) > NOTE_LIMIT:
        raise InvalidValue("note.too_long", note)
    return note


def _port(text: str, _: Patterns) -> str:
    port = compact(text).removeprefix("PORT")
    if not port:
        return ""
    if port.isascii() and port.isdecimal() and 1 <= int(port) <= MOST_PORTS:
        return str(int(port))
    raise InvalidValue("port.shape", one_line(text))


FIELDS: tuple[Field, ...] = (
    Field(
        name="type",
        parse=_order_type,
        example="AO",
        labels=in_tables("type"),
        catalogue=True,
    ),
    Field(
        name="registration_number",
        parse=RegistrationNumber.parse,
        example="SC32232558",
        labels=in_tables("registration_number"),
    ),
    Field(
        name="serial",
        parse=lambda text, _: SerialNumber.parse(text),
        example="ZTEGC6754546",
        labels=in_tables("serial"),
    ),
    Field(
        name="sto",
        parse=lambda text, _: StoCode.parse(text),
        example="SDA",
        labels=in_tables("sto"),
        catalogue=True,
    ),
    Field(name="odp", parse=OdpName.parse, example="ODP-SDA-003", labels=in_tables("odp")),
    Field(
        name="technician",
        parse=lambda text, _: TechnicianCode.parse(text),
        example="F5SDA445",
        labels=in_tables("technician"),
    ),
    Field(
        name="port",
        parse=_port,
        example="5",
        labels=in_tables("port"),
        required=False,
    ),
    Field(
        name="note",
        parse=_note,
        example="",
        labels=in_tables("note"),
        required=False,
        multiline=True,
        takes_rest=True,
    ),
)
"""The fields in the paper's order, the optional ones last."""

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}

REST = next(field.name for field in FIELDS if field.takes_rest)
"""The field for the text beside a message's values."""

EXAMPLE = "#".join(field.example for field in FIELDS if field.required)
"""A whole request on one line."""
