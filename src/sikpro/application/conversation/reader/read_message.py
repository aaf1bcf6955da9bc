"""Reads a message: orders to store or to ask about, words about an order that is there, or talk."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from attrs import evolve, field, frozen

from sikpro.application.conversation.reader import dictionary as words_of
from sikpro.application.conversation.reader.clean_text import CleanText, clean
from sikpro.application.conversation.reader.decide import ORDER_FIELDS, SURELY, OrderReading, decide
from sikpro.application.conversation.reader.evidence import collected
from sikpro.application.conversation.reader.forms import joins
from sikpro.application.conversation.reader.items import Evidence, Item, Separator, Value
from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.scan import scan
from sikpro.domain.text import compact, plain, slips


class Intent(StrEnum):
    """What somebody wants who writes about an order that is there, or about none."""

    STATUS = "status"
    WITHDRAW = "withdraw"
    PLEA = "plea"
    CORRECTION = "correction"
    FACTS = "facts"
    THANKS = "thanks"
    GREETING = "greeting"
    EMOJI = "emoji"
    NOTED = "noted"
    CHATTER = "chatter"


NODS = frozenset({Intent.THANKS, Intent.GREETING, Intent.EMOJI, Intent.NOTED})
"""What a person would only nod at."""


@frozen
class Reading:
    """What a message is: `orders`, or else an `intent`, about the order with `number` if it names one.

    `changes` are the fields that a `CORRECTION`, or `FACTS`, say something about.
    """

    orders: tuple[OrderReading, ...] = ()
    intent: Intent | None = None
    number: str = ""
    changes: Mapping[str, str] = field(factory=dict[str, str])


_COMMAND = re.compile(r"\s*/\s*([A-Za-z]+)(?:@\w+)?[_:]?")
_COMMANDS = {
    "REG": ("REG", "REGISTER", "REGISTRASI", "DAFTAR", "ORDER"),
    "CEK": ("CEK", "CHEK", "CHECK", "STATUS"),
    "BATAL": ("BATAL", "CANCEL"),
}
"""The commands that take an order or its number, each with what people call it."""
_REG_WORD = re.compile(r"\s*(?:REG|REGISTER)\b(?!\s*[:=])", re.I)
_PLACE = re.compile(r"https?://|-?\d{1,3}\.\d{3,}")
_MOST_CHANGES = 2
_MOST = 3
"""With more words than this beside thanks, a plea or a question, somebody tells something."""
_FEW = 1
"""With more words than this beside those that ask, somebody tells something."""
_ANSWERS = words_of.AGREEING - words_of.NOTING
"""Words that may answer what a person asked: they are passed on when they reply to an order's message."""

LONGEST = 4096
"""The longest message that is read, in characters: Telegram's own limit."""


def read_message(text: str, known: Known, reply_to: str = "") -> Reading:
    """Read a message. `reply_to` is the number of the order that it replies to."""
    command, text = _command(text, known)
    message = _cleaned(text, known)
    items = scan(message.text, known)
    orders = [_read(block, message, known) for block in _blocks(items)]
    whole = [order for order in orders if order.is_whole]
    if len(whole) > 1 and len({order.certain["registration_number"] for order in whole}) == len(whole):
        return Reading(tuple(whole))
    return _meaning(_read(items, message, known), message, known, command, reply_to)


def read_order(text: str, known: Known) -> OrderReading:
    """Read a message of which one knows that it is about one order's data."""
    message = _cleaned(_command(text, known)[1], known)
    return _read(scan(message.text, known), message, known)


def read_answer(text: str, name: str, known: Known, sto: str = "") -> OrderReading:
    """Read the answer to a question about one field: values that are clear by themselves, else as if it were labelled.

    `sto` completes a box's name without its STO.
    """
    plain = read_order(text, known)
    if name in plain.certain or (plain.certain and not plain.rest and name not in plain.doubts):
        return plain
    if not words_of.is_ours(name):
        return plain
    lines = f"{words_of.label_of(name)}: {text}" + (f"\n{words_of.label_of('sto')}: {sto}" if sto else "")
    labelled = read_order(lines, known)
    if name not in labelled.certain and name not in labelled.doubts:
        return plain
    return evolve(labelled, certain={key: value for key, value in labelled.certain.items() if key != "sto"})


def says(text: str, meaning: frozenset[str]) -> bool:
    """Whether a whole text says one of these words, and beside it only what people say out of politeness."""
    words = set(re.findall(r"[A-Z0-9]+", clean(text).text.upper()))
    return bool(words & meaning) and not words - meaning - words_of.FILLERS


def named_command(text: str, *, in_dialogue: bool) -> str:
    """Return the command that a whole text says without its slash, "" for none; `batal` only where one can leave."""
    if in_dialogue and says(text, words_of.LEAVING) and not says(text, words_of.REFUSING):
        return "batal"
    if says(text, words_of.LISTING) and not says(text, words_of.MINE):
        return "cek"
    return "help" if says(text, words_of.HELPING) else ""


def is_polite(text: str) -> bool:
    """Whether a text beside a value only names the field or is polite."""
    words = set(re.findall(r"[A-Z0-9]+", clean(text).text.upper()))
    return not words - words_of.FILLERS - words_of.AGREEING - words_of.NOTING - words_of.NAMES


def text_number(text: str, known: Known) -> str:
    """Return a text that is only a number in its stored form, "" for any other; digits alone are enough."""
    code = compact(text)
    if known.patterns.is_number(code):
        return code
    return next(iter(known.patterns.completed(code)), "")


def numbers_in(text: str, known: Known) -> tuple[str, ...]:
    """Return the registration numbers in a message, each once; digits alone count when nothing else is there."""
    items = [item for item in scan(_cleaned(text, known).text, known) if isinstance(item, Value)]
    found = [item for item in items if item.field == "registration_number"]
    numbers = [item.value or next(iter(item.readings), "") for item in found]
    return tuple(dict.fromkeys(filter(None, numbers)))


def _cleaned(text: str, known: Known) -> CleanText:
    return clean(text, joined=joins(known))


def _read(items: Sequence[Item], message: CleanText, known: Known) -> OrderReading:
    return decide(collected(items, message.text, known), message)


def _command(text: str, known: Known) -> tuple[str, str]:
    """Return the command that begins a message, with its usual slips, and the text without commands."""
    glued = "|".join(map(re.escape, sorted(known.types)))
    text = re.sub(rf"(?im)(?<=\n)[^\S\n]*/[^\S\n]*REG(?:\b|_|(?={glued}))(?:@\w+)?", "", text)
    match = _COMMAND.match(text)
    if match:
        command, end = next(_named(match, known), ("", 0))
        return command, text[end:]
    word = _REG_WORD.match(text)
    return ("REG", text[word.end() :]) if word else ("", text)


def _named(match: re.Match[str], known: Known) -> Iterator[tuple[str, int]]:
    """Yield the commands that a word behind a slash may be, each with its end: in full, glued to a value, slipped."""
    typed = match[1].upper()
    names = [(command, name) for command, spellings in _COMMANDS.items() for name in spellings]
    for command, name in names:
        glued = typed.removeprefix(name)
        if typed.startswith(name) and glued in {"", *known.patterns.number_prefixes, *known.types}:
            yield command, match.end(1) - len(glued) if glued else match.end()
    for command, name in names:
        if slips(typed, name) == 1:
            yield command, match.end()


def _blocks(items: Sequence[Item]) -> list[list[Item]]:
    """Return the lines of each order: a further one begins where a line repeats what a whole order already has."""
    blocks: list[list[Item]] = [[]]
    found: set[str] = set()
    for line in _lines(items):
        fields = {
            item.field
            for item in line
            if isinstance(item, Value) and item.evidence >= Evidence.FORM and item.field in ORDER_FIELDS
        }
        if len(found) >= SURELY and "registration_number" in found and fields & found - {"sto"}:
            blocks.append([])
            found = set()
        found |= fields
        blocks[-1] += line
    return blocks


def _lines(items: Sequence[Item]) -> list[list[Item]]:
    lines: list[list[Item]] = [[]]
    for item in items:
        lines[-1].append(item)
        if isinstance(item, Separator) and item.text == "\n":
            lines.append([])
    return lines


def _meaning(order: OrderReading, message: CleanText, known: Known, command: str, reply_to: str) -> Reading:
    number = order.certain.get("registration_number", "")
    about = number or reply_to
    if command in {"CEK", "BATAL"}:
        named = number or _digits(message.text, known) or reply_to
        return Reading(intent=Intent.STATUS if command == "CEK" else Intent.WITHDRAW, number=named)
    words = set(re.findall(r"[A-Z0-9]+", message.text.upper()))
    values = {name: value for name, value in order.certain.items() if name != "registration_number"}
    said = {name for name in ("registration_number", "serial", "odp") if name in order.certain or name in order.doubts}
    if command != "REG" and about and not order.doubts and len(values) <= _MOST_CHANGES:
        if len(values) - ("port" in values) == 1 and words & words_of.CORRECTING:
            return Reading(intent=Intent.CORRECTION, number=about, changes=values)
        telling = words & (words_of.TELLING | words_of.ASKING | words_of.CORRECTING)
        talk = _talk(message.typed)
        if not number and (talk in NODS - {Intent.NOTED} or (talk is Intent.NOTED and not words & _ANSWERS)):
            return Reading(intent=talk, number="" if talk is Intent.EMOJI else about)
        faults = words & words_of.FAULTS and len(values) - ("port" in values) <= 1
        if not values or faults or (telling and not said - {"registration_number"}):
            intent = _intent(message.text, words, known, named=bool(number))
            return Reading(intent=intent, number="" if intent is Intent.EMOJI else about)
        if reply_to and not number and len(values) - ("port" in values) <= 1:
            return Reading(intent=Intent.FACTS, number=about, changes=values if is_polite(order.rest) else {})
    if command == "REG" or said:
        return Reading((order,))
    return Reading(intent=_talk(message.typed))


def _digits(text: str, known: Known) -> str:
    """Return the number that digits alone name: as typed when several of the patterns fit, "" when none does."""
    for digits in re.findall(r"\b[0-9]+\b", text):
        completed = known.patterns.completed(digits)
        if completed:
            return completed[0] if len(completed) == 1 else str(digits)
    return ""


def _intent(text: str, words: set[str], known: Known, *, named: bool) -> Intent:
    spoken = {word for word in words if word.isalpha()} - {"NO", *known.patterns.number_prefixes}
    if not spoken:
        return Intent.STATUS if named else Intent.FACTS if words else Intent.EMOJI
    faults = words & words_of.FAULTS - ({"KENDALA", "TROUBLE"} if "APA" in words else set())
    if _PLACE.search(text) or faults:
        return Intent.FACTS
    withdrawing = words & words_of.WITHDRAWING
    if withdrawing and _is_negated(text, withdrawing):
        return Intent.FACTS
    if withdrawing and not words & words_of.TELLING:
        return Intent.WITHDRAW
    names = {name for name in spoken if name.startswith(tuple(known.patterns.number_prefixes))}
    if spoken & words_of.NOTING and not spoken - names - words_of.NOTING - words_of.FILLERS:
        return Intent.NOTED
    if words & words_of.THANKS:
        more = spoken - words_of.POLITE - words_of.FINISHED
        return Intent.FACTS if more & words_of.TELLING or len(more) > _MOST else Intent.THANKS
    more = spoken - names - words_of.FILLERS - words_of.ASKING - words_of.PLEADING - words_of.GREETINGS
    if words & words_of.PLEADING:
        return Intent.FACTS if more & words_of.TELLING - words_of.WAITING or len(more) > _MOST else Intent.PLEA
    if "?" in text or (words & words_of.QUESTIONS and not words & words_of.TELLING - words_of.FINISHED):
        return Intent.FACTS if len(more - words_of.QUESTIONS) > _MOST else Intent.STATUS
    if words & words_of.TELLING:
        return Intent.FACTS
    return Intent.STATUS if words & words_of.ASKING and len(more) <= _FEW else Intent.FACTS


def _is_negated(text: str, withdrawing: set[str]) -> bool:
    """Whether a word right before one that withdraws says that it is not meant: *jangan dibatalkan*."""
    words = re.findall(r"[A-Z]+", text.upper().replace("'", ""))
    return any(
        words_of.NEGATING & set(words[max(place - 2, 0) : place])
        for place, word in enumerate(words)
        if word in withdrawing
    )


def _talk(typed: str) -> Intent:
    """Return what a message is that is about no order."""
    words = set(re.findall(r"[A-Z0-9]+", re.sub("['’`]", "", plain(typed).upper())))
    if not words:
        return Intent.EMOJI if any(unicodedata.category(sign) == "So" for sign in typed) else Intent.CHATTER
    noting = words_of.NOTING | words_of.AGREEING
    if words & noting and not words - noting - words_of.FILLERS:
        return Intent.NOTED
    said = {word for word in words if word.isalpha()} - words_of.FILLERS - words_of.NOTING
    tells = said & (words_of.TELLING | words_of.ASKING | words_of.PLEADING)
    if said & words_of.THANKS and not tells and len(said - words_of.THANKS - words_of.GREETINGS) <= 1:
        return Intent.THANKS
    if said & words_of.GREETINGS and not said - words_of.GREETINGS:
        return Intent.GREETING
    return Intent.CHATTER
