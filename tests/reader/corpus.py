"""The messages that the reader must understand, each with its one right answer (`corpus.toml`)."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import cattrs
from attrs import Factory, frozen

from sikpro.domain.text import plain

CORPUS = Path(__file__).with_name("corpus.toml")

THIRD = Path(__file__).with_name("third_corpus.toml")
"""Messages by a third person, who aimed at weak places: 316 before seeing the reader, `later_…` after that."""

SECOND = Path(__file__).with_name("second_corpus.toml")
"""Messages by somebody who had not seen the reader nor the first corpus, in the first one's world."""

FIELDS = ("type", "registration_number", "serial", "sto", "odp", "technician")
"""The fields that an order must have."""

_WORD = re.compile(r"[^\W_]+")


@frozen
class KnownOrder:
    """An order that is there before the message is read."""

    number: str
    technician: str
    state: Literal["waiting", "in_progress", "held_up", "completed"]


@frozen
class World:
    """What the installation knows when the message is read."""

    sender: str
    types: tuple[str, ...]
    stos: tuple[str, ...]
    site_operation: str
    makers: tuple[str, ...]
    technicians: Mapping[str, str]
    orders: tuple[KnownOrder, ...]


@frozen
class Order:
    """An order that is stored without a question, its values in stored form."""

    type: str
    registration_number: str
    serial: str
    sto: str
    odp: str
    technician: str
    port: str = ""
    note: str = ""

    @property
    def values(self) -> dict[str, str]:
        """The required fields, and the port if there is one."""
        found = {name: str(getattr(self, name)) for name in FIELDS}
        return found | {"port": self.port} if self.port else found


@frozen
class Stored:
    """The orders of one message."""

    orders: tuple[Order, ...]


@frozen
class Ask:
    """A question before anything is stored."""

    understood: Mapping[str, str] = Factory(dict)
    doubts: Mapping[str, tuple[str, ...]] = Factory(dict)
    missing: tuple[str, ...] = ()
    note: str = ""

    @property
    def asked(self) -> frozenset[str]:
        """The fields to ask for."""
        return frozenset(self.doubts) | frozenset(self.missing)


@frozen
class About:
    """Words about an order that is there."""

    number: str
    intent: Literal["status", "withdraw", "plea", "correction", "facts", "thanks"]
    changes: Mapping[str, str] = Factory(dict)


@frozen
class Social:
    """Thanks, a greeting or an emoji, about no order."""

    what: Literal["thanks", "greeting", "emoji"]


@frozen
class Chatter:
    """Talk that is no order and about none."""


Answer = Stored | Ask | About | Social | Chatter


@frozen
class Message:
    """A message with its right answer. `reply_to` is the number of the order that it replies to."""

    kind: str
    text: str
    answer: Answer
    reply_to: str | None
    photo: bool


@frozen
class Corpus:
    """The world, the kinds with their meaning, and the messages."""

    world: World
    kinds: Mapping[str, str]
    messages: tuple[Message, ...]


@frozen(kw_only=True)
class _Row:
    kind: str
    text: str
    reply_to: str | None = None
    photo: bool = False
    order: Order | None = None
    orders: tuple[Order, ...] | None = None
    ask: Ask | None = None
    about: About | None = None
    social: Literal["thanks", "greeting", "emoji"] | None = None
    other: Literal["chatter"] | None = None

    def answer(self) -> Answer:
        """Return its answer. Raises `ValueError` if it has none, or several."""
        answers: list[Answer] = []
        if self.order:
            answers.append(Stored((self.order,)))
        if self.orders is not None:
            answers.append(Stored(self.orders))
        answers += [answer for answer in (self.ask, self.about) if answer]
        if self.social:
            answers.append(Social(self.social))
        if self.other:
            answers.append(Chatter())
        if len(answers) != 1:
            raise ValueError(f"{len(answers)} answers: {self.text}")
        return answers[0]


@frozen
class _File:
    world: World
    kinds: Mapping[str, str]
    message: tuple[_Row, ...]


def load(text: str | None = None) -> Corpus:
    """Load the corpus, or another in the same form; one without a world is read in that of the corpus.

    Raises `ValueError` for a message without exactly one answer, and cattrs' errors for unknown or missing keys.
    """
    converter = cattrs.Converter(forbid_extra_keys=True)
    written = tomllib.loads(CORPUS.read_text("utf-8"))
    rows = written if text is None else {"world": written["world"]} | tomllib.loads(text)
    file = converter.structure(rows, _File)
    messages = tuple(Message(row.kind, row.text, row.answer(), row.reply_to, row.photo) for row in file.message)
    return Corpus(file.world, file.kinds, messages)


def words(text: str) -> list[str]:
    """Return the words of a text in upper case, without punctuation: a note is compared by them.

    >>> words("RX -21,3 dBm; cp_0812")
    ['RX', '21', '3', 'DBM', 'CP', '0812']
    """
    return _WORD.findall(plain(text).upper())


def count_by_kind(corpus: Corpus) -> Counter[str]:
    """Return how many messages each kind has."""
    return Counter(message.kind for message in corpus.messages)


__all__ = [
    "CORPUS",
    "FIELDS",
    "SECOND",
    "THIRD",
    "About",
    "Answer",
    "Ask",
    "Chatter",
    "Corpus",
    "KnownOrder",
    "Message",
    "Order",
    "Social",
    "Stored",
    "World",
    "count_by_kind",
    "load",
    "words",
]
