"""The patterns of registration numbers and of boxes' names: rows that an installation chooses, no regular expressions.

A row is read in one way only, so a page can say at once what it accepts, and no row can make reading slow.
"""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

from attrs import frozen

from sikpro.domain.errors import InvalidValue

MISREAD = str.maketrans("OILS", "0115")
"""Letters that are misread digits."""

MISREAD_LETTERS = str.maketrans("015", "OIS")
"""Digits that are misread letters."""

PREFIX_LENGTHS = range(2, 9)
LEAST_OF_NUMBER, MOST_OF_NUMBER = 4, 40
MOST_OF_CABINET, MOST_OF_BOX = 8, 12
"""The bounds of what a row may choose, in characters. A shorter number would be found in every message."""

_BETWEEN = " .-"
_AROUND = " .,;:"


class Characters(StrEnum):
    """What follows a prefix: only digits, letters and digits (at least one digit), or such parts joined by `_`."""

    DIGITS = "digits"
    LETTERS = "letters"
    JOINED = "joined"

    def accept(self, text: str) -> bool:
        """Whether a text in upper case has only these characters.

        >>> [Characters.LETTERS.accept(text) for text in ("32A", "ABC", "3_2")], Characters.JOINED.accept("3_A")
        ([True, False, False], True)
        """
        if not text.isascii():
            return False
        if self is Characters.DIGITS:
            return text.isdecimal()
        parts = text.split("_") if self is Characters.JOINED else [text]
        joined = len(parts) > 1 or self is Characters.LETTERS
        return joined and all(map(str.isalnum, parts)) and any(map(str.isdigit, text))


@frozen
class NumberPattern:
    """A form of the registration number: a prefix, and how many characters of which kind follow it."""

    prefix: str
    shortest: int
    longest: int
    characters: Characters = Characters.DIGITS

    def fits(self, number: str) -> bool:
        """Whether a compact text in upper case is such a number."""
        return number.startswith(self.prefix) and self.fits_rest(number[len(self.prefix) :])

    def fits_rest(self, rest: str) -> bool:
        """Whether a text may follow the prefix."""
        return self.shortest <= len(rest) <= self.longest and self.characters.accept(rest)

    def __str__(self) -> str:
        return f"{self.prefix} + {_span(self.shortest, self.longest)} ({_SIGNS[self.characters]})"


@frozen
class BoxPattern:
    """A form of a box's name: a prefix, the STO, perhaps a cabinet and `/`, and how many characters follow.

    A cabinet of `LETTERS` begins with a letter. Without a cabinet, `longest_cabinet` is 0.
    """

    prefix: str
    cabinet: Characters | None
    longest_cabinet: int
    shortest: int
    longest: int
    characters: Characters = Characters.DIGITS

    def name(self, text: str) -> str | None:
        """Return what stands behind the STO in stored form, None when it does not fit.

        A blank, dot or hyphen instead of the `/` is understood behind the provider's own cabinets (`FBG 14`).
        """
        if self.cabinet is None:
            return text if self._fits_number(text) else None
        cabinet, slash, number = map(str.strip, text.partition("/"))
        if not slash:
            cabinet, number = _own_cabinet(text, glued=False)
        return f"{cabinet}/{number}" if self._fits_cabinet(cabinet) and self._fits_number(number) else None

    def name_meant(self, text: str) -> str | None:
        """Return the name with misread digits corrected, if it then fits."""
        cabinet, slash, number = map(str.strip, text.partition("/"))
        if not slash:
            cabinet, number = _own_cabinet(text, glued=True) if self.cabinet else ("", text.strip())
        if self.cabinet is Characters.DIGITS:
            cabinet = cabinet.translate(MISREAD)
        if self.characters is Characters.DIGITS:
            number = number.translate(MISREAD)
        return self.name(f"{cabinet}/{number}" if cabinet else number)

    def _fits_number(self, text: str) -> bool:
        return self.shortest <= len(text) <= self.longest and self.characters.accept(text)

    def _fits_cabinet(self, text: str) -> bool:
        if not (text.isascii() and 1 <= len(text) <= self.longest_cabinet):
            return False
        return text.isdecimal() if self.cabinet is Characters.DIGITS else text.isalnum() and text[0].isalpha()

    def __str__(self) -> str:
        cabinet = f"{_span(1, self.longest_cabinet)} ({_SIGNS[self.cabinet]})/" if self.cabinet else ""
        return f"{self.prefix}-STO-{cabinet}{_span(self.shortest, self.longest)} ({_SIGNS[self.characters]})"


_SIGNS = {Characters.DIGITS: "0–9", Characters.LETTERS: "A–Z, 0–9", Characters.JOINED: "A–Z, 0–9, _"}


def _span(shortest: int, longest: int) -> str:
    return f"{shortest}–{longest}" if shortest < longest else str(shortest)


def _own_cabinet(text: str, *, glued: bool) -> tuple[str, str]:
    """Split a name without `/` behind a cabinet of the provider: `F`, one or two letters, then up to three digits."""
    letters = text[: len(text) - len(text.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))]
    rest = text[len(letters) :]
    number = rest.lstrip(_BETWEEN)
    own = letters.startswith("F") and 2 <= len(letters) <= 3 and len(number) <= 3
    return (letters, number) if own and (glued or number != rest) else ("", "")


FIRST_NUMBERS = (NumberPattern("SC", 6, 12),)
FIRST_BOXES = (
    BoxPattern("ODP", None, 0, 1, 5),
    BoxPattern("ODP", Characters.LETTERS, 8, 1, 5),
    BoxPattern("ODP", Characters.DIGITS, 3, 1, 5),
)


@frozen
class Patterns:
    """All forms of numbers and boxes that an installation knows. The first rows are those of the field.

    Texts are in upper case; numbers are compact, boxes on one line.
    """

    numbers: tuple[NumberPattern, ...] = FIRST_NUMBERS
    boxes: tuple[BoxPattern, ...] = FIRST_BOXES

    @property
    def number_prefixes(self) -> tuple[str, ...]:
        """Return the prefixes of numbers, each once."""
        return tuple(dict.fromkeys(row.prefix for row in self.numbers))

    @property
    def box_prefixes(self) -> tuple[str, ...]:
        """Return the prefixes of boxes, each once."""
        return tuple(dict.fromkeys(row.prefix for row in self.boxes))

    def is_number(self, code: str) -> bool:
        """Whether a text is a registration number."""
        return any(row.fits(code) for row in self.numbers)

    def completed(self, code: str, prefixes: Collection[str] = ()) -> tuple[str, ...]:
        """Return the numbers that a text without its prefix may be.

        Digits may belong to any row of digits; only where the prefixes are known, letters may be part of it.

        >>> Patterns().completed("32232558"), Patterns().completed("1234")
        (('SC32232558',), ())
        """
        rows = (row for row in self.numbers if (row.prefix in prefixes if prefixes else code.isdecimal()))
        return _once(
            row.prefix + code
            for row in rows
            if row.fits_rest(code) and (prefixes or row.characters is Characters.DIGITS)
        )

    def number_meant(self, code: str) -> str | None:
        """Return the number that a text was meant to be: its prefix added, or misread characters corrected."""
        return next(iter([*self.completed(code), *self._numbers_corrected(code)]), None)

    def _numbers_corrected(self, code: str) -> Iterator[str]:
        for row in self.numbers:
            size = len(row.prefix)
            if code[:size].translate(MISREAD) == row.prefix.translate(MISREAD):
                rest = code[size:]
                meant = row.prefix + (rest if row.characters is not Characters.DIGITS else rest.translate(MISREAD))
                if row.fits(meant):
                    yield meant

    def box(self, text: str) -> str | None:
        """Return a box's name in stored form, None when it is none.

        >>> Patterns().box("ODP SDA FBG 14"), Patterns().box("ODP-SDA-01/01."), Patterns().box("ODP-SDA")
        ('ODP-SDA-FBG/14', 'ODP-SDA-01/01', None)
        """
        for row in self.boxes:
            sto, name = _parts(text, row.prefix)
            found = row.name(name) if sto.isascii() and sto.isalpha() else None
            if found:
                return f"{row.prefix}-{sto}-{found}"
        return None

    def box_in(self, sto: str, text: str, *, meant: bool = False) -> str | None:
        """Return the box of an STO that a name without prefix and STO is, None unless it can be only one.

        With `meant`, misread characters are corrected.
        """
        bare = text.strip(_AROUND)
        names = ((row.prefix, row.name_meant(bare) if meant else row.name(bare)) for row in self.boxes)
        found = _once(f"{prefix}-{sto}-{name}" for prefix, name in names if name)
        return found[0] if len(found) == 1 else None

    def box_meant(self, text: str) -> str | None:
        """Return the box's name that a text was meant to be, with misread characters corrected."""
        for row in self.boxes:
            head = text[: len(row.prefix)]
            if not _is_prefix(head, row.prefix):
                continue
            sto, name = _parts(row.prefix + text[len(head) :], row.prefix)
            sto = sto.translate(MISREAD_LETTERS)
            found = row.name_meant(name) if sto.isascii() and sto.isalpha() else None
            if found:
                return f"{row.prefix}-{sto}-{found}"
        return None


STARTING = Patterns()
"""The patterns of an installation that chose none."""


def _parts(text: str, prefix: str) -> tuple[str, str]:
    """Return STO and name of a text with this prefix, twice "" when it has another."""
    if not text.startswith(prefix):
        return "", ""
    rest = text[len(prefix) :].lstrip(_BETWEEN)
    sto = rest[:3]
    return (sto, rest[3:].lstrip(_BETWEEN).rstrip(_AROUND)) if len(sto) == 3 else ("", "")


def _is_prefix(typed: str, prefix: str) -> bool:
    """Whether a prefix was meant: misread characters, or two swapped after the first."""
    if typed.translate(MISREAD) == prefix.translate(MISREAD):
        return True
    return typed in swapped(prefix)


def swapped(prefix: str) -> tuple[str, ...]:
    """Return a prefix with two neighbours after the first swapped, as people type it.

    >>> swapped("ODP")
    ('OPD',)
    """
    return tuple(
        prefix[:at] + prefix[at + 1] + prefix[at] + prefix[at + 2 :]
        for at in range(1, len(prefix) - 1)
        if prefix[at] != prefix[at + 1]
    )


def check_number_pattern(row: NumberPattern) -> NumberPattern:
    """Return a row that an installation may choose. Raises `InvalidValue` (`pattern.…`)."""
    _check_prefix(row.prefix)
    _check_lengths(row.shortest, row.longest, LEAST_OF_NUMBER, MOST_OF_NUMBER)
    return row


def check_box_pattern(row: BoxPattern) -> BoxPattern:
    """Return a row that an installation may choose. Raises `InvalidValue` (`pattern.…`)."""
    _check_prefix(row.prefix)
    if row.cabinet is not None and not 1 <= row.longest_cabinet <= MOST_OF_CABINET:
        raise InvalidValue("pattern.cabinet", str(row.longest_cabinet), most=str(MOST_OF_CABINET))
    _check_lengths(row.shortest, row.longest, 1, MOST_OF_BOX)
    return row


def _check_prefix(prefix: str) -> None:
    if not (prefix.isascii() and prefix.isalpha() and len(prefix) in PREFIX_LENGTHS):
        raise InvalidValue("pattern.prefix", prefix)


def _check_lengths(shortest: int, longest: int, least: int, most: int) -> None:
    if not least <= shortest <= longest <= most:
        raise InvalidValue("pattern.lengths", f"{shortest}–{longest}", least=str(least), most=str(most))


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
