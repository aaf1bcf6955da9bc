"""Recognises an order's values by their form and by the catalogues."""

from collections.abc import Callable, Collection

from attrs import frozen

from sikpro.application.fields import BY_NAME
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import compact
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode


@frozen
class Known:
    """The catalogues' codes of types and STOs, and whether a technician code is known."""

    types: Collection[str]
    stos: Collection[str]
    technician: Callable[[str], bool]


def field_of(text: str, known: Known, found: Collection[str]) -> str | None:
    """Return the field that a text fits, by precedence; None when there is none, or it was already found."""
    code, first = compact(text), compact(text.split()[0]) if text.split() else ""
    if "odp" not in found and _parses_as(OdpName.parse, text):
        return "odp"
    if "registration_number" not in found and _parses_as(RegistrationNumber.parse, text):
        return "registration_number"
    # `AO SC32232558` is a type and a number, though together they look like a serial.
    two_values = several_words(text) and (first in known.types or first in known.stos)
    if "serial" not in found and not two_values and _parses_as(SerialNumber.parse, text):
        return "serial"
    if "type" not in found and code in known.types:
        return "type"
    if "sto" not in found and (code in known.stos or (not known.stos and _is_sto(text, found))):
        return "sto"
    if "technician" not in found and _parses_as(TechnicianCode.parse, text) and known.technician(code):
        return "technician"
    return None


def is_known(name: str, text: str, known: Known) -> bool:
    """Whether the catalogues have this text as a code for a field."""
    code = compact(text)
    if name == "technician":
        return parses(name, text) and known.technician(code)
    return code in {"type": known.types, "sto": known.stos}.get(name, ())


def resembles(text: str, missing: Collection[str]) -> str | None:
    """Return the missing field that a malformed value was most likely meant for."""
    code = compact(text)
    one_word = not several_words(text)
    if "odp" in missing and code.startswith(("ODP", "0DP", "OPD")):
        return "odp"
    if "registration_number" in missing and code.startswith(("SC", "5C")) and any(map(str.isdigit, code)):
        return "registration_number"
    if "serial" in missing and one_word and 10 <= len(code) <= 16 and any(map(str.isdigit, code)):
        return "serial"
    if "registration_number" in missing and code.isdecimal() and 6 <= len(code) <= 12:
        return "registration_number"
    return None


def may_be_technician(word: str, stos: Collection[str]) -> bool:
    """Whether an unexplained word looks like a technician's code: letters and digits.

    If other words follow it, it must also name one of these STOs: `RT05` begins a note.
    """
    code = compact(word)
    mixed = any(map(str.isdigit, code)) and any(map(str.isalpha, code))
    looks_odd = code.startswith(("SC", "ODP", "0DP", "5C")) or len(code) in {12, 16}
    named = not stos or any(sto in code for sto in stos)
    return mixed and named and not looks_odd and parses("technician", word)


def several_words(text: str) -> bool:
    """Whether the text has several words."""
    return len(text.split()) > 1


def parses(name: str, text: str) -> bool:
    """Whether a text is a valid value of a field."""
    return _parses_as(BY_NAME[name].parse, text)


def _is_sto(text: str, found: Collection[str]) -> bool:
    return len(text) == 3 and text.isalpha() and len(found) >= 2 and _parses_as(StoCode.parse, text)


def _parses_as(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except InvalidValue:
        return False
    return True
