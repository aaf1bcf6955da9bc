"""How an installation's patterns look inside a text: made once for each set of patterns, from its rows."""

import re
from collections.abc import Iterable
from functools import lru_cache

from attrs import frozen

from sikpro.domain.patterns import BoxPattern, Characters, NumberPattern, Patterns, swapped

END = r"(?![A-Za-z0-9])"
_MISREAD_AS = {"O": "[O0]", "I": "[IL1]", "L": "[IL1]", "S": "[S5]"}
_DIGITS = "[0-9OILS]"
_MIXED = "(?=[A-Z]*[0-9])[A-Z0-9]"
_OTHER_SYSTEMS = ("AOS", "SC")
"""Prefixes of numbers in the field: a number of a form that this installation does not use is asked about."""


@frozen
class PatternForms:
    """What finds numbers and boxes in a text, in any case; each is the pattern of a beginning.

    `number` has the prefix and what follows it in groups of digits; `number_and_more` its first group. `whole_numbers`
    are numbers with letters, which have no blanks inside. `glued` is a number that may follow another word at once.
    """

    number: re.Pattern[str]
    number_and_more: re.Pattern[str]
    whole_numbers: tuple[re.Pattern[str], ...]
    glued: re.Pattern[str]
    with_slip: re.Pattern[str]
    other_form: re.Pattern[str]
    box: re.Pattern[str]
    box_start: re.Pattern[str]
    named: re.Pattern[str]
    of_digits: dict[str, tuple[int, int]]
    """The shortest and longest numbers of digits by prefix."""


@lru_cache(maxsize=16)
def forms_of(patterns: Patterns) -> PatternForms:
    """Return what finds these patterns in a text."""
    digits = [row for row in patterns.numbers if row.characters is Characters.DIGITS]
    prefixes = _any_of(row.prefix for row in digits)
    return PatternForms(
        number=_compiled(rf"({prefixes})((?:[ .-]{{0,3}}[0-9]+)+){END}"),
        number_and_more=_compiled(rf"({prefixes})([ .-]?[0-9]+)(?=[ .-])"),
        whole_numbers=tuple(_compiled(_whole(row)) for row in patterns.numbers if row not in digits),
        glued=_compiled("|".join(map(_glued, patterns.numbers)) or _NEVER),
        with_slip=_compiled(rf"(?:{'|'.join(_misread(row.prefix) for row in digits) or _NEVER}){_DIGITS}+"),
        other_form=_compiled(rf"{_any_of((*_OTHER_SYSTEMS, *patterns.number_prefixes))}[0-9]{{4,}}"),
        box=_compiled(f"(?:{'|'.join(map(_box, sorted(patterns.boxes, key=_cabinets_first))) or _NEVER}){END}"),
        box_start=_compiled("|".join(map(_box_prefix, patterns.box_prefixes)) or _NEVER),
        named=_compiled(rf"{_any_of(patterns.number_prefixes)}[0-9]|{_any_of(patterns.box_prefixes)}"),
        of_digits={
            prefix: (
                min(row.shortest for row in digits if row.prefix == prefix),
                max(row.longest for row in digits if row.prefix == prefix),
            )
            for prefix in dict.fromkeys(row.prefix for row in digits)
        },
    )


_NEVER = "(?!)"


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text, re.I)


def _any_of(prefixes: Iterable[str]) -> str:
    """Return the pattern of one of these prefixes, the longest first."""
    ordered = sorted(dict.fromkeys(prefixes), key=len, reverse=True)
    return f"(?:{'|'.join(ordered) or _NEVER})"


def _misread(prefix: str) -> str:
    return "".join(_MISREAD_AS.get(letter, letter) for letter in prefix)


def _whole(row: NumberPattern) -> str:
    if row.characters is Characters.JOINED:
        return rf"{row.prefix}[ .-]?([A-Z0-9]+(?:_[A-Z0-9]+)+)(?![A-Za-z0-9_])"
    return rf"{row.prefix}(?:[.-]|[ ](?=[0-9]))?({_MIXED}{{{row.shortest},{row.longest}}}){END}"


def _glued(row: NumberPattern) -> str:
    if row.characters is Characters.DIGITS:
        return rf"{row.prefix}[0-9]{{{row.shortest}}}"
    return rf"{row.prefix}(?=[A-Z]*[0-9])[A-Z0-9_]{{{row.shortest}}}"


def _box_prefix(prefix: str) -> str:
    return "|".join((_misread(prefix), *swapped(prefix)))


def _cabinets_first(row: BoxPattern) -> tuple[bool, int]:
    """Names with a cabinet before others: digits before a `/` are no name of digits alone."""
    return row.cabinet is None, -row.longest


def _box(row: BoxPattern) -> str:
    number = f"(?=[OILS]*[0-9]){_DIGITS}{{{row.shortest},{row.longest}}}"
    if row.cabinet is not None:
        number = f"[0-9]{{{row.shortest},{row.longest}}}"
    if row.characters is not Characters.DIGITS:
        number = f"{_MIXED}{{{row.shortest},{row.longest}}}"
    start = rf"(?:{_box_prefix(row.prefix)})[ .-]*[A-Z0-9]{{3}}[ .-]*"
    if row.cabinet is None:
        return start + number
    if row.cabinet is Characters.DIGITS:
        return rf"{start}[0-9]{{1,{row.longest_cabinet}}} ?/ ?{number}"
    cabinet = rf"[A-Z][A-Z0-9]{{0,{row.longest_cabinet - 1}}} ?/ ?{number}"
    return rf"{start}(?:{cabinet}|F[A-Z]{{1,2}}[ .-]?[0-9]{{1,3}})"
