"""Finds labels: in any spelling, with one slip, with a number behind, before a colon or directly before a value."""

import re
from functools import cache
from itertools import islice

from sikpro.application.conversation.reader.dictionary import LABELS, Label, Role
from sikpro.application.conversation.reader.forms import (
    ODP_PART,
    find_code,
    find_value,
    is_name,
    is_upstream,
    read_word,
    serial_of,
)
from sikpro.application.conversation.reader.items import Evidence, LabelText
from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.pattern_forms import forms_of
from sikpro.domain.text import compact, slips

_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"[ \t./&-]{0,3}")
_COLON = re.compile(r"[ \t./-]*[:=]+(?!//)")
_NUMBER = re.compile(r" ?([1-9])(?=[ \t]*[:=])")
_CHOICES = re.compile(r"\s*(?:\w+\s*/\s*){2,}\w+\s*(?=[:=])")
_TOKEN = re.compile(r"[^\s#|;,]+")
_DASH = re.compile(r"[ \t]+-[ \t]+")
_MORE = re.compile(r"\s*[/&+]\s*|[ \t]+-[ \t]+")
_UNKNOWN_AT_START = re.compile(r"[A-Z][A-Z0-9 ./]{0,40}?[ \t]*[:=]+(?!//)", re.I)
_UNKNOWN_INSIDE = re.compile(r"[A-Z][A-Z0-9.]{0,20}[ \t]*[:=]+(?!//)", re.I)
_BLANKS = re.compile(r"[ \t.-]*")
_MOST_WORDS = 5
_NEAR = 200
"""So far behind a label its value is looked for, in characters."""


def find_label(text: str, start: int, known: Known, *, at_start: bool) -> LabelText | None:
    """Return the label that begins at a place; `at_start` says that nothing stands before it in its part."""
    several = _several(text, start)
    if several:
        return LabelText(start, several, text[start:several], Label(Role.LIST), colon=True)
    for end, spelling in _spellings(text, start):
        label = (
            LABELS.get(spelling)
            or _GLUED.get(spelling)
            or LABELS.get(spelling.removesuffix("NYA"))
            or _prefix(spelling, known)
        )
        found = _accepted(text, start, end, label, known, alone=at_start and label.field != "odp") if label else None
        if found:
            return found
    return _unknown(text, start, known, at_start=at_start)


def _spellings(text: str, start: int) -> list[tuple[int, str]]:
    """Return the words from a place on, as spellings of one to five words, the longest first, each with its end."""
    found: list[tuple[int, str]] = []
    words: list[str] = []
    position = start
    while len(words) < _MOST_WORDS:
        match = _WORD.match(text, position)
        if not match:
            break
        words.append(match[0].upper())
        found.append((match.end(), " ".join(words)))
        between = _BETWEEN.match(text, match.end())
        position = between.end() if between else match.end()
    return found[::-1]


def _prefix(spelling: str, known: Known) -> Label | None:
    """A prefix of the installation's numbers is a label, also behind `NO`."""
    named = spelling.removeprefix("NO ") in known.patterns.number_prefixes
    return Label(Role.OURS, "registration_number") if named else None


_GLUED = {spelling.replace(" ", ""): label for spelling, label in LABELS.items() if " " in spelling}


def _accepted(text: str, start: int, end: int, label: Label, known: Known, *, alone: bool = False) -> LabelText | None:
    spelling = text[start:end]
    number = _NUMBER.match(text, end)
    if number:
        end = number.end()
        if number[1] != "1" and label.field == "technician" and label.role is Role.OURS:
            label = Label(Role.OTHER, label.field)
    choices = _CHOICES.match(text, end)
    colon = _COLON.match(text, choices.end() if choices else end) or (_DASH.match(text, end) if alone else None)
    if colon:
        ours = label.role in {Role.OURS, Role.NEW}
        if not ours and _whole_request(text, colon.end(), known, fields=3):
            return None
        return LabelText(start, colon.end(), spelling, label, colon=True)
    follows = text[end : end + 1]
    if follows.isalpha() or (follows.isdigit() and label.role is not Role.ID):
        return None
    if label.role not in {Role.TEXT, Role.NOTE, Role.FIELD} and _fits(text, end, label, known):
        return LabelText(start, end, spelling, label, colon=False)
    return None


def _fits(text: str, end: int, label: Label, known: Known) -> bool:
    """Whether a label without a colon has its value behind it; else it is a word like others."""
    blanks = _BLANKS.match(text, end)
    token = _TOKEN.match(text, blanks.end() if blanks else end)
    if not token or "\n" in text[end : token.start()]:
        return False
    start, upper = token.start(), token[0].upper().rstrip(".!?")
    if label.role is Role.ID:
        return re.fullmatch(r"[+(]?[0-9][0-9A-Z./-]*", upper) is not None
    value = (
        find_value(text, start, known) or find_code(text, start, known) or read_word(text, start, token.end(), known)
    )
    field = label.field
    if field == "serial":
        return bool(serial_of(upper)) or (value is not None and value.field == "serial")
    if field == "odp":
        return (value is not None and value.field == "odp") or ODP_PART.match(text, start) is not None
    if field == "technician":
        words = re.findall(r"[A-Za-z0-9]+", text[start : start + _NEAR].split("\n", 1)[0])[:3]
        coded = (
            len(upper) >= 4
            and upper.isalnum()
            and any(map(str.isdigit, upper))
            and not compact(label.field).startswith("NIK")
        )
        return any(known.technician(word.upper()) for word in words) or coded or is_name(text, start)
    if field == "registration_number":
        return value is not None and value.field == field and value.evidence is not Evidence.HINT
    if field == "port":
        return re.fullmatch("[0-9]{1,2}", upper) is not None and not is_upstream(text, start)
    return value is not None and value.field == field


@cache
def _ours() -> frozenset[str]:
    return frozenset(spelling for spelling, label in LABELS.items() if label.role is Role.OURS)


def _several(text: str, start: int) -> int:
    """Return the end of several labels before one colon, one of them ours (`SC/SN/ODP :`), 0 when there are none."""
    position, count, ours = start, 0, False
    while True:
        ends = [
            (end, spelling in _ours())
            for end, spelling in _spellings(text, position)
            if spelling in LABELS and "/" not in text[position:end]
        ]
        if not ends:
            return 0
        count, ours = count + 1, ours or ends[0][1]
        colon = _COLON.match(text, ends[0][0])
        if colon:
            return colon.end() if count > 1 and ours else 0
        more = _MORE.match(text, ends[0][0])
        if not more:
            return 0
        position = more.end()


def _unknown(text: str, start: int, known: Known, *, at_start: bool) -> LabelText | None:
    """Return words before a colon as a label: of ours with a slip, or nobody's."""
    match = (_UNKNOWN_AT_START if at_start else _UNKNOWN_INSIDE).match(text, start)
    if not match:
        return None
    inner = re.sub(r"[\s:=]+$", "", match[0])
    spelling = " ".join(re.split(r"[ ./]+", inner.upper().strip(" ./")))
    meant = _slipped(spelling)
    if meant:
        return LabelText(start, match.end(), inner, meant, colon=True)
    words = spelling.split()
    if any(" ".join(words[count:]) in LABELS for count in range(1, len(words))):
        return None  # words before a label of ours
    named = any(word in known.types or forms_of(known.patterns).named.match(word) for word in words)
    if len(words) > 4 or named or _whole_request(text, match.end(), known):
        return None
    return LabelText(start, match.end(), inner, Label(Role.UNKNOWN), colon=True)


@cache
def _slipped(spelling: str) -> Label | None:
    """Return the label of ours that was meant, if only one meaning is a slip away."""
    bare = spelling.replace(" ", "")
    if len(bare) < 3:
        return None
    ours = ((one, label) for one, label in LABELS.items() if label.role in {Role.OURS, Role.NEW, Role.FIELD})
    near = {label for one, label in ours if _is_slip(bare, one.replace(" ", ""))}
    return near.pop() if len(near) == 1 else None


def _is_slip(typed: str, meant: str) -> bool:
    """Whether a label was meant: of three letters none may be another, or every abbreviation would be a label."""
    same_letters = sorted(typed) == sorted(meant) or len(typed) < len(meant)
    return slips(typed, meant) == 1 and (len(typed) > 3 or same_letters)


def _whole_request(text: str, start: int, known: Known, fields: int = 2) -> bool:
    """Whether values of so many fields follow in the same line: what stands before the colon are words, no label."""
    line = text[start : start + _NEAR].split("\n", 1)[0]
    first = re.match(r"\s*(\w+)\s*[#|]", line)
    if first and first[1].upper() in known.types:
        return True
    found = []
    for token in islice(_TOKEN.finditer(line), fields + 1):
        value = (
            find_value(line, token.start(), known)
            or find_code(line, token.start(), known)
            or read_word(line, token.start(), token.end(), known)
        )
        found.append(value.field if value and value.evidence >= Evidence.FORM else "")
    return bool(found and found[0]) and len(set(filter(None, found))) >= fields
