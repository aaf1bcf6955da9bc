"""Numbers and codes that a spreadsheet changed on opening and saving a file: detected by form, never guessed back."""

import re
from collections.abc import Iterable

from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import compact, one_line

_SHORTENED = re.compile(r"'?[+-]?[0-9]+(?:(?:[.,][0-9]+)+E[+-]?|E[+-])[0-9]{1,3}", re.IGNORECASE)
_DECIMAL = re.compile(
    r"'?[+-]?[A-Z]{0,4}[0-9]{1,4}[.,]0{1,2}"
    r"|'?[+-]?[0-9]+[.,][0-9]{1,2}"
    r"|'?[+-]?[A-Z]{0,4}[0-9]{5,}[.,]0+"
    r"|'?[+-]?[0-9]{1,3}(?:[., ][0-9]{3})+[.,]0{1,2}",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan|feb|peb|mar|apr|may|mei|jun|jul|aug|agu|agt|ags|sep|oct|okt|nov|nop|dec|des)"
    r"(?:uari|uary|ruari|ruary|et|ch|il|i|e|y|stus|ust|t|tember|ober|ember)?"
)
_TIME = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?: ?[AP]M)?"
_DATE = re.compile(
    rf"(?:[a-z]{{4,9}}, )?(?:"
    rf"[0-9]{{1,2}}[-/ ]{_MONTH}(?:[-/ ](?:[0-9]{{4}}|[0-9]{{2}}))?|{_MONTH}[-/ ](?:[0-9]{{4}}|[0-9]{{2}}|[0-9])"
    rf"|{_MONTH} [0-9]{{1,2}}, [0-9]{{4}}"
    r"|[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}"
    r"|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}/[0-9]{1,2}"
    rf")(?:[T ]{_TIME})?|[0-9]{{1,4}}:[0-9]{{2}}(?::[0-9]{{2}})?(?: ?[AP]M)?",
    re.IGNORECASE,
)
_ERROR = re.compile(r"#{2,}|#(?:[A-Z/0-9_]{2,24}[!?]|N/A)", re.IGNORECASE)
_LOGICAL = frozenset({"TRUE", "FALSE", "BENAR", "SALAH"})
_MONEY = re.compile(
    r"[+-]?(?:(?:RP|IDR|USD)\.? ?|[$€£¥] ?)[0-9][0-9., ]*|[+-]?[0-9][0-9., ]*(?:%| ?[$€£¥])", re.IGNORECASE
)


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet has written a number with an exponent, so that its last digits are lost."""
    return _SHORTENED.fullmatch(text) is not None


def is_decimal(text: str) -> bool:
    """Whether a program added decimals to a number or code. Their zeros would count as digits."""
    return _DECIMAL.fullmatch(text) is not None


def check_no_error(text: str) -> str:
    """Return a text unchanged, if it is not a spreadsheet's error. Raises `InvalidValue` (`cell.error`).

    >>> check_no_error("#1 di pojok")
    '#1 di pojok'
    >>> check_no_error("#N/A")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sikpro.domain.errors.InvalidValue: ...“#N/A”...
    """
    typed = one_line(text)
    if _ERROR.fullmatch(typed):
        raise InvalidValue("cell.error", typed)
    return text


def check_unspoilt(text: str) -> str:
    """Return an identifying text unchanged, if no spreadsheet damaged it.

    Raises `InvalidValue`: `cell.shortened` for a number that lost digits, `cell.decimal` for one with added decimals,
    `cell.date` for a code turned into a date or a time, `cell.error` for an error value, `cell.logical` for a code
    turned into true or false, `cell.money` for a number written as an amount of money or as a percentage.

    >>> check_unspoilt("F5SDA445")
    'F5SDA445'
    >>> check_unspoilt("6,28123E+12")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sikpro.domain.errors.InvalidValue: Excel has shortened this number to “6,28123E+12”. ...
    >>> check_unspoilt("3-Jan")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sikpro.domain.errors.InvalidValue: ...“3-Jan”...
    """
    typed = one_line(text)
    check_no_error(text)
    if is_shortened(typed):
        raise InvalidValue("cell.shortened", typed)
    if is_decimal(typed):
        raise InvalidValue("cell.decimal", typed)
    if _DATE.fullmatch(typed):
        raise InvalidValue("cell.date", typed)
    if typed.upper() in _LOGICAL:
        raise InvalidValue("cell.logical", typed)
    if _MONEY.fullmatch(typed):
        raise InvalidValue("cell.money", typed)
    return text


def check_phone_whole(text: str) -> str:
    """Return a phone number of a table unchanged, if it has its beginning: 0, a country code, or an Indonesian 8.

    A spreadsheet removes a zero or a plus in front. Of a mobile number this leaves an 8, which is known; any other
    beginning could be another country's number. Raises `InvalidValue` (`cell.zero_lost`).

    >>> check_phone_whole("0315551234"), check_phone_whole("8123456789")
    ('0315551234', '8123456789')
    >>> check_phone_whole("315551234")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sikpro.domain.errors.InvalidValue: ...“315551234”...
    """
    typed = one_line(text).removeprefix("'")
    digits = "".join(re.findall(r"[0-9]", typed))
    if not digits or typed.startswith(("+", "(+")) or digits.startswith("0"):
        return text
    if re.fullmatch(r"(62)?8[0-9]{8,12}|62[0-9]{10,}", digits):  # 622… and a short 628… are also 0622…, 0628…
        return text
    raise InvalidValue("cell.zero_lost", typed)


def check_zeros(code: str, known: Iterable[str]) -> None:
    """Refuse a code of digits if a known one is the same with zeros in front. Raises `InvalidValue` (`cell.zeros`).

    >>> check_zeros("445", ["F5SDA445"])
    >>> check_zeros("12", ["0012"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sikpro.domain.errors.InvalidValue: ...“12”...0012...
    """
    typed = compact(code)
    if not (typed.isascii() and typed.isdecimal()):
        return
    for one in known:
        if one != typed and one.isdecimal() and len(one) > len(typed) and one.lstrip("0") == typed:
            raise InvalidValue("cell.zeros", typed, one)
