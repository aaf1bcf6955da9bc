"""Judges the reader by the corpus: what it would store, ask and understand, beside the one right answer."""

from collections import Counter
from enum import StrEnum

from attrs import frozen

from sikpro.application.conversation.reader.decide import OrderReading
from sikpro.application.conversation.reader.dictionary import TYPE_NAMES
from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.read_message import Intent, Reading, read_message
from sikpro.domain.text import codes_near
from tests.reader.corpus import About, Ask, Chatter, Corpus, Message, Social, Stored, World, words


class Verdict(StrEnum):
    """How a reading compares with the right answer, best first."""

    RIGHT = "right"
    ASKED_WITHOUT_NEED = "asked without need"
    ASKED_OTHERWISE = "asked otherwise"
    MISUNDERSTOOD = "misunderstood"
    NOTE_LOST = "words of the note lost"
    WRONG_IN_DRAFT = "wrong in the draft"
    WRONG_AND_SILENT = "wrong and silent"


@frozen
class Judged:
    """A message, how it was read, and what that is worth."""

    message: Message
    reading: Reading
    verdict: Verdict


def known_in(world: World) -> Known:
    """Return what the reader knows in the corpus' world."""
    return Known(
        types=world.types,
        stos=world.stos,
        makers=world.makers,
        technician=lambda code: code in world.technicians,
        type_names={name: code for code, names in TYPE_NAMES.items() for name in names},
        near=lambda code: codes_near(code, world.technicians),
    )


def judge(corpus: Corpus) -> list[Judged]:
    """Read every message and judge it."""
    known = known_in(corpus.world)
    judged = []
    for message in corpus.messages:
        reading = read_message(message.text, known, message.reply_to or "")
        judged.append(Judged(message, reading, _verdict(message, reading, corpus.world.sender)))
    return judged


def _verdict(message: Message, reading: Reading, sender: str) -> Verdict:
    stored = [order for order in reading.orders if order.is_certain]
    match message.answer:
        case Stored(wanted):
            if not reading.orders:
                return Verdict.MISUNDERSTOOD
            if len(stored) < len(reading.orders):
                return Verdict.ASKED_WITHOUT_NEED
            if [_values(order, sender) for order in stored] != [order.values for order in wanted]:
                return Verdict.WRONG_AND_SILENT
            kept = all(_has_words(order.rest, want.note) for order, want in zip(stored, wanted, strict=True))
            return Verdict.RIGHT if kept else Verdict.NOTE_LOST
        case Ask() as ask:
            if stored:
                return Verdict.WRONG_AND_SILENT
            return _asked(reading.orders[0], ask) if reading.orders else Verdict.MISUNDERSTOOD
        case About(number, intent, changes):
            if stored:
                return Verdict.WRONG_AND_SILENT
            right = (reading.number, reading.intent, dict(reading.changes)) == (number, intent, dict(changes))
        case Social(what):
            right = (reading.intent, reading.number) == (what, "")
        case Chatter():
            right = reading.intent is Intent.CHATTER
    return Verdict.RIGHT if right else Verdict.MISUNDERSTOOD


def _asked(order: OrderReading, ask: Ask) -> Verdict:
    if any(ask.understood.get(name) != value for name, value in order.certain.items()):
        return Verdict.WRONG_IN_DRAFT
    if frozenset(order.doubts) | frozenset(order.missing) != ask.asked:
        return Verdict.ASKED_OTHERWISE
    if any(sorted(order.doubts.get(name, ())) != sorted(readings) for name, readings in ask.doubts.items()):
        return Verdict.ASKED_OTHERWISE
    return Verdict.RIGHT if _has_words(order.rest, ask.note) else Verdict.NOTE_LOST


def _values(order: OrderReading, sender: str) -> dict[str, str]:
    return {"technician": sender} | order.certain


def _has_words(note: str, wanted: str) -> bool:
    found = iter(words(note))
    return all(word in found for word in words(wanted))


def table(judged: list[Judged]) -> str:
    """Return the verdicts by kind, as a table of text."""
    kinds = list(dict.fromkeys(one.message.kind for one in judged))
    shown = [
        verdict
        for verdict in Verdict
        if any(one.verdict is verdict for one in judged) or verdict.value.startswith("wrong")
    ]
    lines = [f"{'kind':<20}{'messages':>9}" + "".join(f"{verdict.value:>24}" for verdict in shown)]
    for kind in [*kinds, ""]:
        counts = Counter(one.verdict for one in judged if kind in {one.message.kind, ""})
        lines.append(
            f"{kind or 'all':<20}{counts.total():>9}" + "".join(f"{counts[verdict] or '-':>24}" for verdict in shown)
        )
    right = sum(one.verdict is Verdict.RIGHT for one in judged)
    lines.append(f"right: {100 * right / len(judged):.1f} %")
    return "\n".join(lines)
