"""Which passwords are refused: the commonest ones, and those made of the person's own name or of the product's.

The rules are those of NIST SP 800-63B, 3.1.1.2: a length, a list, and no rule of composition.
"""

import re
from functools import cache
from pathlib import Path

from sikpro.domain.errors import InvalidValue
from sikpro.domain.search_text import folded

MINIMUM_PASSWORD = 10
"""The shortest password, in characters."""

LONGEST_PASSWORD = 128
"""The longest password, in characters."""

_LIST = Path(__file__).with_name("common_passwords.txt")
"""20,000 passwords in lower case (source and licence: `common_passwords.LICENSE`)."""

# fmt: off
_COMMON_HERE = frozenset({
    "anjing", "bandung", "bismillah", "cintaku", "ganteng", "garuda", "indihome", "indonesia", "jakarta", "katasandi",
    "kata-sandi", "merdeka", "persib", "persija", "rahasia", "rahasiaku", "sandi", "sayang", "sayangku", "sidoarjo",
    "surabaya", "telkom", "teknisi",
})
"""What the list lacks and Indonesians often take."""
# fmt: on

_PRODUCT = "sikpro"
_FIGURES = str.maketrans("013457@$!", "oieastasi")
"""Figures and signs that stand for letters."""

_LEAST_OWN = 3
"""Shorter parts of a name are in too many words."""

_LEAST_ELSE = 6
"""How many letters a password needs beside a name."""


def checked_password(password: str, *names: str) -> str:
    """Return a password of `MINIMUM_PASSWORD` to `LONGEST_PASSWORD` characters for somebody with these names.

    Raises `InvalidValue`, without the password in it: `password.length`; `password.common`, also with figures or signs
    at its ends; `password.own` for one that is little more than a name.
    """
    if not MINIMUM_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidValue("password.length", "")
    typed = folded(password)
    if _is_common(typed):
        raise InvalidValue("password.common", "")
    own = {part for name in (*names, _PRODUCT) for part in re.findall(r"[^\W\d_]+", folded(name))}
    if any(_is_made_of(text, own) for text in (typed, typed.translate(_FIGURES))):
        raise InvalidValue("password.own", "")
    return password


def _is_common(typed: str) -> bool:
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", typed)
    return any(text in _COMMON_HERE or text in _common() for text in (typed, word) if text)


def _is_made_of(typed: str, own: set[str]) -> bool:
    parts = sorted((part for part in own if len(part) >= _LEAST_OWN), key=len, reverse=True)
    rest = typed
    for part in parts:
        rest = rest.replace(part, " ").replace(part[::-1], " ")
    letters = re.sub(r"[\W\d_]+", "", rest)
    return rest != typed and (len(letters) < _LEAST_ELSE or letters in _COMMON_HERE or letters in _common())


@cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text("utf-8").split("\n"))
