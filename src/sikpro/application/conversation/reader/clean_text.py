"""Takes the decoration off a message: bold marks, brackets, emoji and odd signs become blanks, one for one."""

import re
from bisect import bisect_left

from attrs import frozen

from sikpro.domain.text import plain

_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_NUMBERED = re.compile(r"(?m)^(\W*\d{1,2})\)")
_TAG = re.compile(r"</?[A-Za-z]{1,10}>")
_JOINING = re.compile("[A-Za-z0-9]_[A-Za-z0-9]")
_ARROW = re.compile("->|=>|→|➡|⇒|➜")
_DECORATION = frozenset("*`\"“”„‘’'«»‹›[](){}<>_~")
_AROUND = frozenset("*`\"“”„‘’'«»‹›[](){}<>_~!?.")
_BEHIND_LABELS = frozenset(":=)")
ARROW = "→"
"""Every arrow in a clean text. It chooses what stands behind it, as the word *ke* does."""


@frozen
class CleanText:
    """A message without decoration, and where each of its characters stood in the message."""

    text: str
    positions: tuple[int, ...]
    typed: str

    def as_typed(self, start: int, end: int) -> str:
        """Return a part of the message as it was typed, with the decoration around it."""
        if start >= end:
            return ""
        first, last = self.positions[start], self.positions[end - 1]
        said = {position for position, character in zip(self.positions, self.text, strict=True) if character != " "}
        while first and (first - 1 not in said or self._is_formula(first - 1)) and not self.typed[first - 1].isspace():
            first -= 1
        while last + 1 < len(self.typed) and self.typed[last + 1] in _AROUND:
            last += 1
        line_start, line_end = self.typed.rfind("\n", 0, first) + 1, self.typed.find("\n", last)
        line_end = len(self.typed) if line_end < 0 else line_end
        if not self._says_something(line_start, first):
            first = line_start
        if not self._says_something(last + 1, line_end):
            last = line_end - 1
        return self.typed[first : last + 1].strip()

    def _is_formula(self, place: int) -> bool:
        """Whether a sign at a place begins a text, as in `=A1`, `+62…`, `@budi`, and does not stand behind a label."""
        if self.typed[place] in "+@":
            return True
        before = self.typed[:place].rstrip(" \t")[-1:]
        return self.typed[place] == "=" and not before.isalnum() and before not in _BEHIND_LABELS

    def _says_something(self, first: int, end: int) -> bool:
        """Whether a part of the typed message has more than decoration."""
        low, high = bisect_left(self.positions, first), bisect_left(self.positions, end)
        return any(map(str.isalnum, self.text[low:high]))


def clean(typed: str, *, joined: bool = False) -> CleanText:
    """Return a message in a plain form (NFKC), with a blank for each character that only decorates.

    With `joined`, a `_` between letters or digits stays: it joins the parts of a number.

    >>> clean("*AO*#“SC32232558” 📌").text.split()
    ['AO', '#', 'SC32232558']
    """
    shown = _TAG.sub(_blanks, _KEYCAP.sub(_blanks, typed))
    shown = _NUMBERED.sub(r"\1.", shown)
    shown = _ARROW.sub(lambda match: ARROW.ljust(len(match[0])), shown)
    characters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(shown):
        for made in plain(character):
            inside = joined and made == "_" and _JOINING.match(shown, max(position - 1, 0))
            characters.append(made if inside or _says_something(made) else " ")
            positions.append(position)
    return CleanText("".join(characters), tuple(positions), typed)


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _says_something(character: str) -> bool:
    if character in _DECORATION:
        return False
    return character.isascii() or character.isalnum() or character == ARROW
