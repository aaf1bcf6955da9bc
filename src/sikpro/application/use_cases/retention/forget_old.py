"""Remove what is older than it is kept, in portions, each a short transaction that says how far it came."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from attrs import evolve

from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.retention import RetentionRun, Step
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.retention.decide_retention import boundary
from sikpro.application.use_cases.retention.pseudonyms import make_pseudonym
from sikpro.application.use_cases.retention.relabel_months import month_to_relabel, relabel_month
from sikpro.application.use_cases.retention.rested import has_rested, next_look
from sikpro.domain.retention import (
    REMOVED,
    corrected_texts,
    has_words,
    is_over,
    tells_of_people,
    without_texts,
    without_words,
)

FROM, UNTIL = time(1), time(5)
"""The local time in which the job works."""

OLD = "kept_no_longer"
"""The reason of messages that nobody sends again: their text is removed."""

_ORDERS = 5
_ROWS = 100
_STEPS = tuple(Step)

Write = Callable[[UnitOfWork], object]
Counts = Mapping[str, int]


def next_forgetting(uow: UnitOfWork, now: datetime, zone: str) -> Write | None:
    """Return what removes the next portion at night; None by day, and when nothing is left or nothing is set.

    It rests until time was seen to pass for some days (`rested.py`).
    """
    look = next_look(uow, now)
    if look or not has_rested(uow, now):
        return look
    if not FROM <= now.astimezone(ZoneInfo(zone)).time() < UNTIL:
        return None
    return next_portion(uow, now, zone)


def next_portion(uow: UnitOfWork, now: datetime, zone: str) -> Write | None:
    """Return what removes the next portion; None when nothing is left, or the months are not set.

    Switching retention off stops a run where it is.
    """
    months = uow.installation.get().months_kept
    before = boundary(uow, months, now, zone)
    if before is None:
        return None
    last = uow.retention.last()
    run = last if last and last.finished_at is None else None
    if run is None:
        if last and last.before == before:
            return None
        run = RetentionRun(before=before, started_at=now)
    elif run.before > before:
        run = evolve(run, before=before)  # more months were set meanwhile
    found = _find(uow, run)
    month = month_to_relabel(uow) if run.step is Step.MONTHS else None

    def write(uow: UnitOfWork) -> None:
        uow.retention.take_turn()
        if uow.retention.last() != last:
            return  # another process did this portion
        counts, after = _do(uow, run, found, now) if month is None else ({"months": relabel_month(uow, month)}, 0)
        done = not found and not any(counts.values())
        uow.retention.keep(_further(run, counts, after, now, done=done))

    return write


def _further(run: RetentionRun, counts: Counts, after: int, now: datetime, *, done: bool) -> RetentionRun:
    together = {name: run.counts.get(name, 0) + counts.get(name, 0) for name in {**run.counts, **counts}}
    run = evolve(run, counts=together, after=after)
    if not done:
        return run
    place = _STEPS.index(run.step) + 1
    if place == len(_STEPS):
        return evolve(run, finished_at=now)
    return evolve(run, step=_STEPS[place], after=0)


def _find(uow: UnitOfWork, run: RetentionRun) -> tuple[int, ...]:
    """Return the rows of a step's next portion: above the last one, so that none that stays is read again."""
    match run.step:
        case Step.ORDERS:
            return uow.retention.orders(run.before, run.after, _ORDERS)
        case Step.RECEIVED:
            return uow.retention.received(run.before, run.after, _ROWS)
        case Step.SENT:
            return uow.retention.sent(run.before, run.after, _ROWS)
        case _:
            return ()


def _do(uow: UnitOfWork, run: RetentionRun, found: tuple[int, ...], now: datetime) -> tuple[Counts, int]:
    """Do a portion, and return what went and the last id that is done. What was found is judged again here."""
    kept, before = uow.retention, run.before
    after = found[-1] if found else run.after
    match run.step:
        case Step.ORDERS:
            texts = photos = 0
            for order_id in found:
                cleared, files = clear_order(uow, order_id, before)
                texts, photos = texts + cleared, photos + files
            return {"texts": texts, "photos": photos}, after
        case Step.RECEIVED:
            if found:
                return {"received": kept.fold_received(before, _ROWS, of=found)}, after
            return {"received": kept.clear_received(before, _ROWS)}, after
        case Step.SENT:
            failed = kept.failed(before, _ROWS)
            for outbox_id in failed:
                uow.outbox.end_failed(outbox_id, Delivery.EXPIRED, OLD, now)
            if failed:
                return {"sent": 0, "failed": len(failed)}, run.after
            return {"sent": kept.fold_sent(before, _ROWS, of=found)}, after
        case Step.TALK:
            return {"talk": kept.clear_talk(before)}, 0
        case Step.PEOPLE:
            return {"people": _make_pseudonyms(uow, before, now)}, 0
        case Step.MONTHS:
            return {}, 0  # none is left


def clear_order(uow: UnitOfWork, order_id: int, before: datetime) -> tuple[int, int]:
    """Clear an order that is over, with its history and files; return how many texts and files went.

    Salts go wherever a text went that they were for: of the whole history, where the order's data had one.
    """
    order = uow.orders.get(order_id)
    entries = uow.journal.of_order(order_id)
    if not is_over(order, before) or any(entry.event.at >= before for entry in entries):
        return 0, 0
    written = [entry for entry in entries if has_words(entry.event)]
    whole = tells_of_people(order) or any(corrected_texts(entry.event) for entry in entries)
    bare = [JournalEntry(one.id, without_words(one.event), one.actor) for one in (entries if whole else written)]
    files = uow.retention.clear_order(order_id, bare)
    cleared = without_texts(order)
    if cleared != order:
        uow.orders.save(cleared, cleared.duplicate_key(uow.installation.get().duplicate_mode))
    return len(written) + tells_of_people(order), files


def _make_pseudonyms(uow: UnitOfWork, before: datetime, now: datetime) -> int:
    """Take the names of people who left and of old requests for access, a few at a time."""
    uow.retention.note_left(now)
    requests = uow.retention.requests(before, _ROWS)
    for request in requests:
        bare = evolve(request, name=REMOVED, telegram_name="", phone="", telegram_id=0, chat_id=0)
        uow.access_requests.put(bare)
    left = () if requests else uow.retention.left(before, 1)
    for person_id in left:
        make_pseudonym(uow, person_id)
    return len(requests) + len(left)
