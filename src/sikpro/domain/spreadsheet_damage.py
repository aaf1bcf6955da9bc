"""Numbers and codes that a spreadsheet changed on opening and saving a file: detected by form, never guessed back."""

import re

from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import one_line

_SHORTENED = re.compile(r"'?[+-]?[0-9]+(?:(?:[.,][0-9]+)+E[+-]?|E[+-])[0-9]{1,3}", re.IGNORECASE)
_DECIMAL = re.compile(r"'?[+-]?[A-Z]{0,4}[0-9]{5,}[.,]0{1,2}", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|mei|jun|jul|aug|agu|agt|ags|sep|oct|okt|nov|dec|des)[a-z]{0,6}"
_DATE = re.compile(
    rf"[0-9]{{1,2}}[-/ ]{_MONTH}(?:[-/ ][0-9]{{2,4}})?|{_MONTH}[-/ ][0-9]{{2,4}}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
    r"|[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{2}|[0-9]{4})(?: [0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?)?",
    re.IGNORECASE,
)


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet has written a number with an exponent, so that its last digits are lost."""
    return _SHORTENED.fullmatch(text) is not None


def is_decimal(text: str) -> bool:
    """Whether a program added decimals to a number or code. Their zeros would count as digits."""
    return _DECIMAL.fullmatch(text) is not None


def check_unspoilt(text: str) -> str:
    """Return an identifying text unchanged, if no spreadsheet damaged it.

    Raises `InvalidValue`: `cell.shortened` for a number that lost digits, `cell.decimal` for one with added decimals,
    `cell.date` for a code turned into a date.

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
    if is_shortened(typed):
        raise InvalidValue("cell.shortened", typed)
    if is_decimal(typed):
        raise InvalidValue("cell.decimal", typed)
    if _DATE.fullmatch(typed):
        raise InvalidValue("cell.date", typed)
    return text
