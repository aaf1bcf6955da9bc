"""Normalises typed text for comparison (odd blanks, odd dashes, invisible characters), and compares with slips."""

import re
import unicodedata
from collections.abc import Iterable

_DASHES: dict[int, str | None] = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return the text in NFKC form, with odd dashes replaced and invisible and control characters removed.

    Line breaks stay, so that a message keeps its lines.

    >>> plain("ODP–SDA-003\\u200b")
    'ODP-SDA-003'
    >>> plain("ＳＣ３２\\u00a0\\x0078")
    'SC32 78'
    """
    if text.isascii() and text.isprintable():
        return text
    folded = unicodedata.normalize("NFKC", text)
    # Check each distinct character once, so that a long text costs little more than reading it.
    odd: dict[int, str | None] = {ord(character): None for character in set(folded) if _is_invisible(character)}
    return folded.translate(odd | _DASHES)


def _is_invisible(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def compact(text: str, drop: str = " .-") -> str:
    """Return the text in upper case without blanks, dots and hyphens: the form to compare codes in.

    >>> compact("sc 3223-2558")
    'SC32232558'
    """
    bare = _BLANKS.sub("", plain(text))
    return "".join(character for character in bare if character not in drop).upper()


def one_line(text: str) -> str:
    """Return the text on one line, with single blanks and none at its ends.

    >>> one_line("  rumah \\n kosong ")
    'rumah kosong'
    """
    return _BLANKS.sub(" ", plain(text)).strip()


def storable(text: str) -> str:
    """Return the text without characters that databases refuse (NUL, lone surrogates).

    >>> storable("a\\x00b")
    'ab'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def slips(typed: str, meant: str) -> int:
    """Return 0 for equal codes, 1 for one slip (a character wrong, missing, too much, or two swapped), 2 for more.

    >>> [slips(code, "F5SDA445") for code in ("F5SDA445", "FSSDA445", "F5SDA44", "F5SAD445", "F5SPJ449")]
    [0, 1, 1, 1, 2]
    """
    if typed == meant:
        return 0
    longer, shorter = sorted((typed, meant), key=len, reverse=True)
    if len(longer) - len(shorter) == 1:
        return 1 if any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))) else 2
    if len(longer) != len(shorter):
        return 2
    wrong = [place for place in range(len(longer)) if longer[place] != shorter[place]]
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and typed[wrong[0]] == meant[wrong[1]]
    return 1 if len(wrong) == 1 or (swapped and typed[wrong[1]] == meant[wrong[0]]) else 2


def codes_near(typed: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that are one slip away; only the one that is left when letters were written as digits.

    >>> codes_near("F5SDA447", ["F5SDA445", "F5SDA446", "F5SPJ449"]), codes_near("5PJ", ["SPJ", "SDA"])
    (('F5SDA445', 'F5SDA446'), ('SPJ',))
    """
    letters = typed.translate(str.maketrans("015", "OIS"))
    near = [code for code in codes if slips(typed, code) == 1]
    return (letters,) if letters in near else tuple(near)
