"""Cuts a clean text into values, labels, words and separators, from left to right."""

import re

from sikpro.application.conversation.reader.dictionary import Label, Role
from sikpro.application.conversation.reader.forms import find_code, find_type_name, find_value, read_word
from sikpro.application.conversation.reader.items import Evidence, Item, LabelText, Separator, Value, Word
from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.labels import find_label
from sikpro.application.conversation.reader.pattern_forms import forms_of

_SEPARATOR = re.compile(r"[#|;,\n\t]")
_NUMBERING = re.compile(
    r"[ \t]*(?:\d{1,2}[.)](?=\s*(?:[^\W\d]|(?:[0-9A-Fa-f]{4}[ -]?){4}\b))|\d{1,2}[.)]\s+|[-•●▪·]+\s+|-{3,}\s*$)", re.M
)
_URL = re.compile(r"https?://\S+", re.I)
_OTHER_BOX = re.compile(r"(?:GCL|OTB|ODC|JC)-[A-Z0-9]{2,4}-[A-Z0-9/-]+", re.I)
_WORD = re.compile(r"[^\s#|;,:=]+")


def scan(text: str, known: Known) -> list[Item]:
    """Return the items of a clean text in order. Blanks, list numbers and decoration are left out."""
    items: list[Item] = []
    position = 0
    while position < len(text):
        character = text[position]
        at_start = not items or isinstance(items[-1], Separator)
        numbering = _NUMBERING.match(text, position) if not position or text[position - 1] == "\n" else None
        if numbering:
            position = numbering.end()
        elif _SEPARATOR.match(character):
            items.append(Separator(position, position + 1, character))
            position += 1
        elif character == "/" and _is_blank(text, position - 1) and _is_blank(text, position + 1):
            items.append(Separator(position, position + 1, "/"))
            position += 1
        elif character.isalnum() or character in "+→" or (character in ":/" and find_value(text, position, known)):
            items.append(_item(text, position, known, at_start=at_start))
            position = items[-1].end
        else:
            position += 1
    return items


def _is_blank(text: str, position: int) -> bool:
    return not 0 <= position < len(text) or text[position].isspace()


def _item(text: str, start: int, known: Known, *, at_start: bool) -> Item:
    other = _URL.match(text, start) or _OTHER_BOX.match(text, start)
    if other:
        return Word(start, other.end(), other[0])
    item = (
        _glued(text, start, known)
        or find_value(text, start, known)
        or find_label(text, start, known, at_start=at_start)
        or find_code(text, start, known)
        or find_type_name(text, start, known)
    )
    if item:
        return item
    match = _WORD.match(text, start)
    end = match.end() if match else start + 1
    typed = text[start:end].rstrip(".!?") or text[start:end]
    slash = typed.find("/")
    if slash > 0 and any(map(str.isalpha, typed)):
        typed = typed[:slash]
    end = start + len(typed)
    return read_word(text, start, end, known) or Word(start, end, typed)


def _glued(text: str, start: int, known: Known) -> Item | None:
    """Return a type or a label that a value follows without a blank: `AOSC32232558`, `SNZTEGC6754546`."""
    rest, number = text[start : start + 64].upper(), forms_of(known.patterns).glued
    for code in known.types:
        if rest.startswith(code) and number.match(rest, len(code)):
            return Value(start, start + len(code), code, "type", code, Evidence.FORM)
    if rest.startswith("NO") and number.match(rest, 2):
        return LabelText(start, start + 2, "NO", Label(Role.OURS, "registration_number"), colon=False)
    if rest.startswith("SN") and any(re.match(maker + "[0-9A-F]{8}", rest[2:]) for maker in known.makers):
        return LabelText(start, start + 2, "SN", Label(Role.OURS, "serial"), colon=False)
    return None
