"""Parse a technician's message: recognise each value by its form first and by its place second.

Values may be one per line, as `KEY: value`, or separated by `#`, `|`, `,`, `;` or blanks, in any case and order, with
numbered lines, extra blanks and odd dashes. Other text beside the values belongs to the field that takes it.
"""

import re
from collections.abc import Iterator

from attrs import define, field, frozen

from sikpro.application.conversation.reader.readings import (
    Known,
    field_of,
    is_known,
    may_be_technician,
    parses,
    resembles,
    several_words,
)
from sikpro.application.fields import FIELDS, REST
from sikpro.domain.text import compact, plain

__all__ = ["LONGEST", "Known", "Parsed", "parse_message"]
LONGEST = 4096
"""The longest message read as a request, in characters: Telegram's own limit."""

_CHUNK = re.compile(r"[^#|;,\n\t]+")
_TOKEN = re.compile(r"\S+")
_NUMBERING = re.compile(r"\s*(?:\d{1,2}\s*[.)]\s*(?=\S)|[-*•]+\s+)")
_LABEL = re.compile(r"\s*([A-Za-z][A-Za-z/ ._]{0,30}?)\s*[:=]\s*")
_LONE_MARKS = {"-", "/", "=", ":", "*", "•", ".", "_"}
_LONGEST_VALUE = 5

_LABELS = {compact(label, " ./-_"): entry.name for entry in FIELDS for label in entry.labels}
_PLACES = {entry.name: place for place, entry in enumerate(FIELDS)}
_REQUIRED = [entry.name for entry in FIELDS if entry.required]


@frozen
class Parsed:
    """The content of a message: the text of each field found, by name."""

    fields: dict[str, str]

    @property
    def rest(self) -> str:
        """The text beside the values, "" when there is none."""
        return self.fields.get(REST, "")

    @property
    def values(self) -> int:
        """The number of required values in it."""
        return sum(name in self.fields for name in _REQUIRED)

    @property
    def is_number(self) -> bool:
        """Whether it has an order's number and no other value."""
        return self.values == 1 and "registration_number" in self.fields

    @property
    def is_request(self) -> bool:
        """Whether it is meant as a request even without the command."""
        return self.values >= 3 or (self.values == 2 and "registration_number" in self.fields)


@frozen
class _Piece:
    start: int
    end: int
    text: str


@define
class _Reading:
    clean: str
    known: Known
    found: dict[str, str] = field(factory=dict[str, str])
    order: list[str | _Piece] = field(factory=list["str | _Piece"])
    end: int = 0
    rest_from: int = -1

    def take(self, name: str, text: str, end: int) -> None:
        self.found[name] = text
        self.order.append(name)
        self.end = max(self.end, end)


def parse_message(text: str, known: Known) -> Parsed:
    """Parse a message, without its command, as a request.

    >>> known = Known({"AO", "MO"}, {"SDA", "TUN"}, lambda code: False)
    >>> parse_message("AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445", known).values
    6
    >>> said = parse_message("sn: zteg c6754546\\nodp sda 003, sc 32232558 pagar hijau", known)
    >>> said.fields["odp"], said.rest
    ('odp sda 003', 'pagar hijau')
    """
    text = text[:LONGEST]
    clean, positions = _aligned(text)
    reading = _Reading(clean, known)
    for chunk in _chunks(clean):
        _read_chunk(reading, chunk)
    _place_leftovers(reading)
    rest = _rest(reading, text, positions)
    if rest:
        reading.found[REST] = rest
    return Parsed(reading.found)


def _aligned(text: str) -> tuple[str, list[int]]:
    """Return the text normalised character by character, and the original position of each character."""
    characters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        for made in plain(character):
            characters.append(made)
            positions.append(position)
    return "".join(characters), positions


def _chunks(clean: str) -> Iterator[_Piece]:
    for match in _CHUNK.finditer(clean):
        start, end = match.span()
        numbering = _NUMBERING.match(clean, start, end)
        if numbering:
            start = numbering.end()
        body = clean[start:end]
        stripped = body.strip()
        if stripped:
            start += len(body) - len(body.lstrip())
            yield _Piece(start, start + len(stripped), stripped)


def _read_chunk(reading: _Reading, chunk: _Piece) -> None:
    label = _LABEL.match(reading.clean, chunk.start, chunk.end)
    if label:
        name = _LABELS.get(compact(label[1], " ./-_"))
        if name and name not in reading.found:
            value = reading.clean[label.end() : chunk.end].strip()
            if name == "registration_number" and value.isdecimal() and compact(label[1], " ./-_").endswith("SC"):
                value = "SC" + value
            if value:
                _take_labelled(reading, name, value, label.end(), chunk.end)
            return
    name = field_of(chunk.text, reading.known, reading.found)
    if name:
        reading.take(name, chunk.text, chunk.end)
        return
    _read_tokens(reading, chunk)


def _take_labelled(reading: _Reading, name: str, value: str, start: int, end: int) -> None:
    """Take a labelled value for its field. Words after a complete value are left over."""
    tokens = [
        _Piece(start + match.start(), start + match.end(), match[0])
        for match in _TOKEN.finditer(reading.clean[start:end])
    ]
    if name == REST:
        reading.rest_from = start
    else:
        heads = [reading.clean[tokens[0].start : token.end] for token in tokens]
        known = next((count for count, head in enumerate(heads, 1) if is_known(name, head, reading.known)), 0)
        fitting = 0 if parses(name, value) else next((n for n, head in enumerate(heads, 1) if parses(name, head)), 0)
        count = known or fitting
        if 0 < count < len(tokens):
            reading.take(name, heads[count - 1], tokens[count - 1].end)
            rest = _Piece(tokens[count].start, end, reading.clean[tokens[count].start : end].strip())
            _read_tokens(reading, rest)
            return
    reading.take(name, value, end)


def _read_tokens(reading: _Reading, chunk: _Piece) -> None:
    tokens = [
        _Piece(chunk.start + match.start(), chunk.start + match.end(), match[0])
        for match in _TOKEN.finditer(reading.clean[chunk.start : chunk.end])
    ]
    place = 0
    loose: list[_Piece] = []
    while place < len(tokens):
        if tokens[place].text in _LONE_MARKS:
            place += 1
            continue
        for count in range(1, min(_LONGEST_VALUE, len(tokens) - place) + 1):
            last = tokens[place + count - 1]
            text = reading.clean[tokens[place].start : last.end]
            name = field_of(text, reading.known, reading.found)
            if name:
                _leave(reading, loose)
                loose = []
                reading.take(name, text, last.end)
                place += count
                break
        else:
            token = tokens[place]
            if compact(token.text, " ./-_:=") not in _LABELS:
                loose.append(token)
            place += 1
    _leave(reading, loose)


def _leave(reading: _Reading, loose: list[_Piece]) -> None:
    if loose:
        start, end = loose[0].start, loose[-1].end
        reading.order.append(_Piece(start, end, reading.clean[start:end]))


def _place_leftovers(reading: _Reading) -> None:
    """Give pieces without a known form to the missing fields at their place, between the values beside them."""
    for place, piece in enumerate(reading.order):
        if isinstance(piece, str):
            continue
        before = [name for name in reading.order[:place] if isinstance(name, str)]
        after = [name for name in reading.order[place + 1 :] if isinstance(name, str)]
        low = _PLACES[before[-1]] if before else -1
        high = _PLACES[after[0]] if after else (_PLACES[_REQUIRED[-1]] + 1 if before else -1)
        missing = [name for name in _REQUIRED if name not in reading.found and low < _PLACES[name] < high]
        name = resembles(piece.text, missing)
        if name is None and missing and after and not several_words(piece.text):
            name = missing[0]
        if name is None and "technician" not in reading.found and len(before) >= 2:
            head = piece.text.split()[0]
            rest = _Piece(piece.start + len(head), piece.end, piece.text[len(head) :])
            if may_be_technician(head, () if not rest.text.strip() else reading.known.stos):
                reading.order[place : place + 1] = ["technician", rest] if rest.text else ["technician"]
                reading.found["technician"] = head
                reading.end = max(reading.end, rest.start)
                continue
        if name:
            reading.found[name] = piece.text
            reading.order[place] = name
            reading.end = max(reading.end, piece.end)


def _rest(reading: _Reading, text: str, positions: list[int]) -> str:
    """Return the text before and after the values, as it was typed."""
    parts = [
        text[positions[piece.start] : positions[piece.end - 1] + 1]
        for piece in reading.order
        if isinstance(piece, _Piece) and piece.end <= reading.end
    ]
    begins = reading.end
    last = next((entry for entry in reversed(reading.order) if isinstance(entry, str)), "")
    if reading.rest_from >= 0 and last == REST:
        begins = reading.rest_from
    elif REST in reading.found:
        parts.append(reading.found[REST])
    if begins < len(positions):
        parts.append(text[positions[begins] :].strip(" \t\n#|;,-/:"))
    return "\n".join(part for part in parts if part).strip()
