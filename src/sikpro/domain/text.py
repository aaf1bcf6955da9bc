"""What people type, made comparable: odd blanks, odd dashes and invisible marks."""

import re
import unicodedata

_DASHES: dict[int, str | None] = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """Fold compatibility forms, odd dashes and blanks, and drop invisible and control marks.

    Line breaks stay, so that a message keeps its lines.

    >>> plain("ODP–SDA-003\\u200b")
    'ODP-SDA-003'
    >>> plain("ＳＣ３２\\u00a0\\x0078")
    'SC32 78'
    """
    folded = unicodedata.normalize("NFKC", text)
    # Each character is looked at once, however often it stands there: a long text costs no more than its reading.
    odd: dict[int, str | None] = {ord(character): None for character in set(folded) if _is_invisible(character)}
    return folded.translate(odd | _DASHES)


def _is_invisible(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def compact(text: str, drop: str = " .-") -> str:
    """Upper-case without blanks, dots and hyphens: the form in which codes are compared.

    >>> compact("sc 3223-2558")
    'SC32232558'
    """
    bare = _BLANKS.sub("", plain(text))
    return "".join(character for character in bare if character not in drop).upper()


def one_line(text: str) -> str:
    """The text on one line, single blanks, none around it.

    >>> one_line("  rumah \\n kosong ")
    'rumah kosong'
    """
    return _BLANKS.sub(" ", plain(text)).strip()


def storable(text: str) -> str:
    """The text with what no database keeps (NUL, lone surrogates) taken out; everything else as typed.

    >>> storable("a\\x00b")
    'ab'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
