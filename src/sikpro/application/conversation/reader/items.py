"""What a message is made of: values, labels, words and the signs that separate them."""

from enum import IntEnum

from attrs import frozen

from sikpro.application.conversation.reader.dictionary import Label


class Evidence(IntEnum):
    """How sure a value's field is. From `FORM` on a single value is certain; below it, it is asked about."""

    HINT = 1
    """It could be one: bare digits, four letters of no known maker. Less than any other evidence for the field."""
    RESEMBLES = 2
    """The form with a slip, or a value behind a label that nobody knows."""
    FORM = 3
    """Its form, a known maker, or the catalogue."""
    LABEL = 4
    """A label before it."""
    CHOSEN = 5
    """A word that chooses it: *baru*, *ke*, *jadi*, *yang benar*."""


@frozen
class Word:
    """Anything that is nothing else."""

    start: int
    end: int
    text: str


@frozen
class Value:
    """A text that may be a field's value: `value` in stored form, "" when it is none; `readings` are what was meant."""

    start: int
    end: int
    text: str
    field: str
    value: str
    evidence: Evidence
    readings: tuple[str, ...] = ()


@frozen
class LabelText:
    """A label in the message."""

    start: int
    end: int
    text: str
    label: Label
    colon: bool


@frozen
class Separator:
    r"""A sign between values: `#`, `|`, `;`, `,`, a tab, a lone `/`, or the end of a line (`\n`)."""

    start: int
    end: int
    text: str


Item = Word | Value | LabelText | Separator
