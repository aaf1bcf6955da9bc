"""Normalises typed text for comparison: odd blanks, odd dashes and invisible characters."""

import re
import unicodedata

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
