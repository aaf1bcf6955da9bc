"""The forms of an order's values: finds one at a place in a clean text, and says how sure it is."""

import re
from collections.abc import Callable, Iterator

from sikpro.application.conversation.reader.dictionary import (
    ABSENT,
    ASKING,
    CORRECTING,
    FILLERS,
    FINISHED,
    PLEADING,
    TELLING,
    THANKS,
)
from sikpro.application.conversation.reader.items import Evidence, Value
from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.pattern_forms import END, forms_of
from sikpro.domain.errors import InvalidValue
from sikpro.domain.patterns import Characters
from sikpro.domain.text import compact, one_line
from sikpro.domain.values import SerialNumber

_PART = re.compile(r"[0-9A-Z]+", re.I)
_COMPLETE = 8
"""The usual digits of a number: blanks inside a number end when it has them."""

ODP_PART = re.compile(r"[A-Z]{1,3}[0-9]{0,2} ?/ ?[0-9]{1,4}" + END, re.I)
"""A box's name without `ODP` and STO."""

_PORT = re.compile(r"[:/ ]*PORT(?: NO(?:MOR)?)?[ .:=-]*([0-9]{1,2})(?! ?/ ?[0-9])" + END, re.I)
_UPSTREAM = re.compile(r"\b(?:GPON|OLT|SLOT|FRAME|RACK|FEEDER|SHELF)")
_HEX_GROUPS = re.compile(r"[ .:-]?((?:[0-9A-FOILS]+[ -]?)+)" + END)
_HEXADECIMAL = re.compile(r"[0-9A-F]{4}[ -]?[0-9A-FOILS]{4}[ -]?[0-9A-FOILS]{4}[ -]?[0-9A-FOILS]{4}" + END, re.I)
_REGULAR = {(8,), (4, 4), (2, 2, 2, 2)}
_MAC = re.compile(
    r"(?:[0-9A-F]{2}([:-])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}|[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4})" + END, re.I
)
_SERIAL_FORM = re.compile(r"[A-Z]{4}(?=[0-9A-F]*[0-9])[0-9A-F]{8}|(?=[0-9]*[A-F])[0-9A-F]{12}")
_CODE = re.compile(r"[A-Z0-9]+(?:[ -][A-Z0-9]+){0,2}" + END, re.I)
_NEW_CODE = re.compile(r"[A-Z](?=[A-Z0-9]*[A-Z])[A-Z0-9]{5,15}" + END, re.I)
"""A code that is taken for a technician's while nobody is registered."""

_MISREAD = str.maketrans("OILS", "0115")
_OTHER_NUMBERS = ("GPON", "WO", "INC", "TELP", "INET", "NCLI", "RT", "RW", "OLT")

Find = Callable[[str, int, Known], Value | None]


def find_value(text: str, start: int, known: Known) -> Value | None:
    """Return the value that begins at a place and may have blanks inside; None when there is none."""
    return next(filter(None, (find(text, start, known) for find in _FINDERS)), None)


def read_word(text: str, start: int, end: int, known: Known) -> Value | None:
    """Return what one word may be: a code of a catalogue, or something that resembles a value."""
    typed = text[start:end]
    code = compact(typed, " .-/")
    return next((_value(start, end, typed, *found) for found in _meanings(typed, code, known)), None)


def is_name(text: str, start: int) -> bool:
    """Whether one to three words to the end of their part may be somebody's name, and are no words of the field."""
    part = re.split(r"[#|;,\n]", text[start : start + 60], maxsplit=1)[0]
    words = re.findall(r"[A-Z]+", part.upper())
    if not 1 <= len(words) <= 3 or any(map(str.isdigit, part)):
        return False
    known = ASKING | TELLING | CORRECTING | FINISHED | PLEADING | THANKS | ABSENT
    names = [word for word in words if word not in FILLERS]
    return bool(names) and not known.intersection(names) and all(len(word) > 2 for word in names)


def is_upstream(text: str, start: int) -> bool:
    """Whether a port at a place is one of the provider's equipment, which stands before it in its line."""
    line = text[text.rfind("\n", 0, start) + 1 : start].upper()
    return _UPSTREAM.search(line.rpartition("ODP")[2]) is not None


def serial_of(text: str) -> str:
    """Return the stored form of a text that was labelled as a serial, of any maker; "" when it is none."""
    try:
        value = SerialNumber.parse(text).value
    except InvalidValue:
        return ""
    is_mac = re.fullmatch("[0-9A-F]{12}", compact(text, " .-:")) is not None
    return value if any(map(str.isdigit, value[4:])) and not is_mac else ""


def joins(known: Known) -> bool:
    """Whether a `_` may be part of a number."""
    return any(row.characters is Characters.JOINED for row in known.patterns.numbers)


def _value(
    start: int, end: int, text: str, field: str, value: str, evidence: Evidence, readings: tuple[str, ...] = ()
) -> Value:
    return Value(start, end, text, field, value, evidence, readings)


def _odp(text: str, start: int, known: Known) -> Value | None:
    match = forms_of(known.patterns).box.match(text, start)
    if not match:
        return None
    value = known.patterns.box(one_line(match[0]).upper())
    if value:
        return _value(start, match.end(), match[0], "odp", value, Evidence.FORM)
    readings = _meant(known.box, match[0])
    return _value(start, match.end(), match[0], "odp", "", Evidence.RESEMBLES, readings) if readings else None


def _port(text: str, start: int, known: Known) -> Value | None:
    match = _PORT.match(text, start)
    if not match or is_upstream(text, start):
        return None
    return _value(start, match.end(), match[0], "port", str(int(match[1])), Evidence.FORM)


def _number(text: str, start: int, known: Known) -> Value | None:
    forms = forms_of(known.patterns)
    for form in forms.whole_numbers:
        whole = form.match(text, start)
        if whole and known.patterns.is_number(compact(whole[0])):
            return _value(start, whole.end(), whole[0], "registration_number", compact(whole[0]), Evidence.FORM)
    match = forms.number.match(text, start) or forms.number_and_more.match(text, start)
    if not match:
        return None
    prefix = match[1].upper()
    groups = list(_PART.finditer(text, match.start(2), match.end(2)))
    count = _of_one_number([len(group[0]) for group in groups], *forms.of_digits[prefix])
    if not count:
        return None
    value = prefix + "".join(group[0] for group in groups[:count])
    end = groups[count - 1].end()
    if count < len(groups) and len(value) - len(prefix) + len(groups[count][0]) <= _COMPLETE:
        joined, end = value + groups[count][0], groups[count].end()
        return _value(start, end, text[start:end], "registration_number", "", Evidence.RESEMBLES, (joined, value))
    if not known.patterns.is_number(value):
        return _value(start, end, text[start:end], "registration_number", "", Evidence.RESEMBLES)
    return _value(start, end, text[start:end], "registration_number", value, Evidence.FORM)


def _of_one_number(sizes: list[int], shortest: int, longest: int) -> int:
    """Return how many groups of digits are one number, 0 when none are. What follows a complete number is not part."""
    if len(sizes) == 1 or sizes[0] >= shortest:
        return 1
    for count in range(1, len(sizes) + 1):
        if sum(sizes[:count]) == _COMPLETE and shortest <= _COMPLETE <= longest:
            return count
    return len(sizes) if shortest <= sum(sizes) <= longest else 0


def _serial(text: str, start: int, known: Known) -> Value | None:
    upper = text[start : start + 40].upper()
    maker = next((maker for maker in known.makers if upper.startswith(maker)), "")
    if maker:
        match = _HEX_GROUPS.match(upper, 4)
        groups = list(re.finditer(r"[0-9A-FOILS]+", match[1])) if match else []
        for count in range(1, min(len(groups), 4) + 1):
            sizes = tuple(len(group[0]) for group in groups[:count])
            digits = "".join(group[0] for group in groups[:count])
            if match and sizes in _REGULAR and (any(map(str.isdigit, digits)) or count == 1):
                end = start + match.start(1) + groups[count - 1].end()
                clear = re.fullmatch("[0-9A-F]{8}", digits) is not None
                meant = maker + digits.translate(_MISREAD)
                evidence = Evidence.FORM if clear else Evidence.RESEMBLES
                return _value(
                    start, end, text[start:end], "serial", meant if clear else "", evidence, () if clear else (meant,)
                )
        return None
    match = _HEXADECIMAL.match(text, start)
    if match:
        readings = _serials_meant(compact(match[0]), known)
        clear = bool(serial_of(match[0]))
        if readings and clear:
            return _value(start, match.end(), match[0], "serial", readings[0], Evidence.FORM)
        if readings:
            return _value(start, match.end(), match[0], "serial", "", Evidence.RESEMBLES, readings)
    return None


def _mac(text: str, start: int, known: Known) -> Value | None:
    match = _MAC.match(text, start)
    return _value(start, match.end(), match[0], "serial", "", Evidence.HINT) if match else None


def _technician(text: str, start: int, known: Known) -> Value | None:
    match = _CODE.match(text, start)
    ends = [part.end() for part in _PART.finditer(text, start, match.end())] if match else []
    for end in reversed(ends):
        code = compact(text[start:end])
        if 4 <= len(code) <= 16 and any(map(str.isdigit, code)) and known.technician(code):
            return _value(start, end, text[start:end], "technician", code, Evidence.FORM)
    word = _NEW_CODE.match(text, start)
    if word and any(map(str.isdigit, word[0])) and known.any_technician():
        return _value(start, word.end(), word[0], "technician", word[0].upper(), Evidence.FORM)
    return None


_FINDERS: tuple[Find, ...] = (_odp, _port, _number, _serial)


def find_type_name(text: str, start: int, known: Known) -> Value | None:
    """Return the type that is called by its name at a place: *pasang baru*."""
    for name, code in known.type_names.items():
        end = start + len(name)
        if text[start:end].upper() == name and not text[end : end + 1].isalnum():
            return _value(start, end, text[start:end], "type", code, Evidence.FORM)
    return None


def find_code(text: str, start: int, known: Known) -> Value | None:
    """Return a MAC address or a registered technician's code: forms that a label comes before."""
    return _mac(text, start, known) or _technician(text, start, known)


_Meaning = tuple[str, str, Evidence, tuple[str, ...]]


def _meanings(typed: str, code: str, known: Known) -> Iterator[_Meaning]:
    """Yield what a word may be, the likeliest first."""
    forms, prefixes = forms_of(known.patterns), known.patterns.number_prefixes
    if code in known.types:
        yield "type", code, Evidence.FORM, ()
    if code in known.stos and len(typed) == len(code):
        yield "sto", code, Evidence.FORM, ()
    if len(typed) == 3 and any(map(str.isdigit, code)):
        letters = code.translate(str.maketrans("015", "OIS"))
        if letters in known.stos:
            yield "sto", "", Evidence.RESEMBLES, (letters,)
    completed = known.patterns.completed(typed)
    if completed and not code.startswith(("0", "628")):
        yield "registration_number", "", Evidence.HINT, completed
    readings = _serials_meant(code, known)
    of_a_maker = bool(readings) or code.startswith(tuple(known.makers))
    if of_a_maker and 5 <= len(code) <= 17 and any(map(str.isdigit, code)):
        yield "serial", "", Evidence.RESEMBLES, readings
    if _SERIAL_FORM.fullmatch(code) and not code.startswith((*prefixes, *(f"NO{prefix}" for prefix in prefixes))):
        yield "serial", "", Evidence.HINT, ()
    if forms.with_slip.fullmatch(code):
        yield "registration_number", "", Evidence.RESEMBLES, _meant(known.number, code)
    if forms.other_form.match(code):
        yield "registration_number", "", Evidence.RESEMBLES, ()
    if forms.box_start.match(code) and (len(code) > 3 or code.startswith("0")) and len(code) <= 16:
        yield "odp", "", Evidence.RESEMBLES, _meant(known.box, typed)
    mixed = code.isalnum() and any(map(str.isdigit, code)) and any(map(str.isalpha, code))
    if (
        mixed
        and 6 <= len(code) <= 10
        and not code.startswith((*prefixes, *known.patterns.box_prefixes, *_OTHER_NUMBERS))
    ):
        near = known.near(code)
        if near or any(sto in code for sto in known.stos):
            yield "technician", "", Evidence.RESEMBLES, near


def _serials_meant(code: str, known: Known) -> tuple[str, ...]:
    """Return the serial of a known maker that a text is or was meant to be."""
    return tuple(value for value in _meant(SerialNumber.parse, code) if value[:4] in known.makers)


def _meant(parse: Callable[[str], object], text: str) -> tuple[str, ...]:
    try:
        return (str(parse(text)),)
    except InvalidValue as error:
        return (error.suggestion,) if error.suggestion else ()


__all__ = [
    "ODP_PART",
    "find_code",
    "find_type_name",
    "find_value",
    "is_name",
    "is_upstream",
    "joins",
    "read_word",
    "serial_of",
]
