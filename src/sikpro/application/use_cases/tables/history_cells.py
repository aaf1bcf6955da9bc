"""The columns of a table that tell how an order went elsewhere, and how their cells are read."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from attrs import field, frozen

from sikpro.application.i18n import LANGUAGES, sentences
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.tables import headings
from sikpro.application.use_cases.tables.table_columns import TableColumn, bare_name, read_moment
from sikpro.domain.catalogue import Status
from sikpro.domain.dates import DateRule
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.place import Place
from sikpro.domain.text import one_line, storable

T = TypeVar("T")

SPENT_TURNS = (Turn.HELPDESK, Turn.TECHNICIAN, Turn.CUSTOMER, Turn.SYSTEM)


def _column(name: str, labels: Sequence[str] = (), *, multiline: bool = False) -> TableColumn:
    date = name.endswith(("_at", "_since"))
    return TableColumn(name=name, heading=f"column.{name}", labels=tuple(labels), multiline=multiline, date=date)


STATUS_COLUMNS = (_column("status", headings.STATUS), _column("phase", headings.PHASE))

HISTORY_COLUMNS = (
    *STATUS_COLUMNS,
    _column("channel", headings.CHANNEL),
    _column("helpdesk", headings.HELPDESK),
    _column("first_action_at", headings.FIRST_ACTION),
    _column("finished_at", headings.FINISHED),
    _column("completed_at", headings.COMPLETED),
    _column("cancelled_at", headings.CANCELLED),
    _column("turn"),
    _column("turn_since"),
    *(_column(f"spent.{turn}") for turn in SPENT_TURNS),
    _column("resubmissions"),
    _column("last_feedback", headings.LAST_FEEDBACK, multiline=True),
    _column("place", headings.PLACE),
)
"""What a table may tell of an order beside its data and its receipt. What it does not tell is unknown."""

_ENDS = ("finished_at", "completed_at", "cancelled_at")
_SPAN = re.compile(r"(?:(?P<days>\d{1,4}) days?, )?(?P<hours>\d{1,6}):(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d))?")
_DOTTED = re.compile(r"^\s*(?:\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}\.\d{1,2}\.\d{1,2})")
_TIME_OF_DAY = re.compile(r"\d[:.]\d\d|[T ]\d{4}$|[AP]M", re.IGNORECASE)
_MIDNIGHT = re.compile(r"[T ]00:00(?::00)?\s*$")
_DAYS = ("first_action_at", *_ENDS)
_MOST_RESUBMISSIONS = 999
_LONGEST_FEEDBACK = 4000


@frozen(kw_only=True)
class Helpdesks:
    """The people who may have worked on orders, by each of their names; and what a person decided about other names."""

    known: Mapping[str, Sequence[Person]]
    decided: Mapping[str, int] = field(factory=dict[str, int])
    by_id: Mapping[int, Person] = field(factory=dict[int, Person])

    @classmethod
    def of(cls, uow: UnitOfWork, decided: Mapping[str, int]) -> Self:
        """Return everybody with an account, also those who are no longer active."""
        people = [person for person in uow.people.all() if person.username]
        known: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            for name in {bare_name(f"{person.name} ({person.username})"), bare_name(person.username or "")} - {""}:
                known[name].append(person)
        for person in people:
            known[bare_name(person.name)] = [
                *(one for one in known[bare_name(person.name)] if one.id != person.id),
                person,
            ]
        return cls(known=known, decided=decided, by_id={person.id: person for person in people})

    def find(self, name: str) -> Person | None:
        """Return the one person with this name or user name, None if nobody or several have it.

        Of several the only one who still works counts. A decision overrules the names.
        """
        if name in self.decided:
            return self.by_id.get(self.decided[name])
        found = self.known.get(bare_name(name), ())
        if len(found) > 1:
            found = [person for person in found if person.may(Permission.WORK)]
        return found[0] if len(found) == 1 else None


@frozen(kw_only=True)
class Dictionary:
    """The words of the cells: statuses, phases, channels and turns by their names in either language, and people."""

    statuses: Mapping[str, Sequence[Status]]
    phases: Mapping[str, Phase]
    first: Mapping[Phase, Status]
    channels: Mapping[str, Channel]
    turns: Mapping[str, Turn]
    helpdesks: Helpdesks
    zone: ZoneInfo

    @classmethod
    def of(cls, uow: UnitOfWork, zone: ZoneInfo, decided: Mapping[str, int]) -> Self:
        """Return the words of the present catalogue, with retired statuses: old orders have them."""
        statuses: dict[str, list[Status]] = defaultdict(list)
        for status in sorted(uow.catalogue.statuses(), key=lambda status: not status.active):
            labels = {
                label for text in (status.label.id, status.label.en) for label in (text, f"{text} ({status.code})")
            }
            for name in {bare_name(label) for label in labels | {status.code}}:
                statuses[name].append(status)
        used = {status.phase for status in uow.catalogue.statuses() if status.active}
        return cls(
            statuses=statuses,
            phases=_named(Phase, "phase"),
            first={phase: first_status(uow, phase) for phase in Phase if phase in used},
            channels=_named(Channel, "channel"),
            turns=_named(Turn, "turn"),
            helpdesks=Helpdesks.of(uow, decided),
            zone=zone,
        )

    def status_of(self, texts: Mapping[str, str]) -> Status | None:
        """Return the status of a row, None if it names none. A phase, or the column of its end, may tell it too.

        Raises `InvalidValue`: `status.unknown`, `phase.unknown`, `status.other_phase`.
        """
        text, phase = texts.get("status", ""), self._phase(texts.get("phase", ""))
        if text.strip():
            found = self.statuses.get(bare_name(text), ())
            if not found:
                raise InvalidValue("status.unknown", text)
            fitting = [status for status in found if phase in {None, status.phase}]
            if not fitting:
                raise InvalidValue("status.other_phase", text)
            return fitting[0]
        if phase is None:
            ended = {name: bool(texts.get(name, "").strip()) for name in _ENDS}
            phase = Phase.COMPLETED if ended["completed_at"] else Phase.CANCELLED if ended["cancelled_at"] else None
        return None if phase is None else self.first.get(phase)

    def _phase(self, text: str) -> Phase | None:
        return self.phases[_key(text, self.phases, "phase.unknown")] if text.strip() else None


@frozen(kw_only=True)
class ReadHistory:
    """What the cells of one row tell: each value that is there, and the error of each that cannot be read.

    `day_only` says that the end is a day without a time. `helpdesk_name` is the name in the cell, `helpdesk` the
    person.
    """

    values: Mapping[str, Any]
    errors: Mapping[str, DomainError]
    end: str = ""
    day_only: bool = False
    helpdesk: Person | None = None
    helpdesk_name: str = ""


def read_history(
    texts: Mapping[str, str],
    status: Status | None,
    words: Dictionary,
    rules: Mapping[str, DateRule],
    now: datetime,
) -> ReadHistory:
    """Read the cells of a row in this status (None waits). Empty cells are unknown; nothing is guessed."""
    readers: dict[str, Callable[[str], object]] = {
        "channel": lambda text: words.channels[_key(text, words.channels, "channel.unknown")],
        "first_action_at": lambda text: read_moment(text, words.zone, rules.get("first_action_at")),
        "turn": lambda text: words.turns[_key(text, words.turns, "turn.unknown")],
        "turn_since": lambda text: read_moment(text, words.zone, rules.get("turn_since")),
        "resubmissions": _number,
        "last_feedback": _feedback,
        "place": _place,
    }
    readers |= {f"spent.{turn}": read_span for turn in SPENT_TURNS}
    end, contradiction = _end(texts, status)
    if end:
        readers[end] = lambda text: _end_of(text, words.zone, rules.get(end), now)
    values: dict[str, Any] = {}
    errors: dict[str, DomainError] = dict(contradiction)
    for name, read in readers.items():
        text = texts.get(name, "")
        if not text.strip():
            continue
        try:
            values[name] = read(text)
        except InvalidValue as error:
            errors[name] = error
    if "first_action_at" in values and not has_time(texts["first_action_at"]):
        del values["first_action_at"]  # a day tells nothing about minutes
    name = one_line(texts.get("helpdesk", ""))
    return ReadHistory(
        values=values,
        errors=errors,
        end=end,
        day_only=bool(end) and end in values and not has_time(texts[end]),
        helpdesk=words.helpdesks.find(name) if name else None,
        helpdesk_name=name,
    )


def without_midnight(texts: Mapping[str, str]) -> dict[str, str]:
    """Return a row without the midnight that a spreadsheet adds to a day."""
    return {
        name: _MIDNIGHT.sub("", text) if name in _DAYS and _MIDNIGHT.search(text) else text
        for name, text in texts.items()
    }


def has_only_days(rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether a table has no time of day in any column of an act or an end; an export of SIKPRO always has some."""
    cells = [row[name] for row in rows for name in _DAYS if row.get(name, "").strip()]
    return bool(cells) and "turn_since" not in rows[0] and all(_MIDNIGHT.search(cell) for cell in cells)


def has_time(text: str) -> bool:
    """Whether a date has a time of day.

    >>> has_time("2026-11-02"), has_time("2/11/2026 08.15")
    (False, True)
    """
    return _TIME_OF_DAY.search(_DOTTED.sub("", text)) is not None


def read_span(text: str) -> timedelta:
    """Parse a duration as hours, minutes and seconds. Raises `InvalidValue` (`span.shape`).

    >>> str(read_span("26:05:09"))
    '1 day, 2:05:09'
    """
    typed = one_line(text)
    found = _SPAN.fullmatch(typed)
    if not found:
        raise InvalidValue("span.shape", typed)
    parts = {name: int(digits) for name, digits in found.groupdict(default="0").items()}
    return timedelta(**parts)


def _end(texts: Mapping[str, str], status: Status | None) -> tuple[str, Mapping[str, DomainError]]:
    """Return the column with the end of the order, "" if no cell has it, and the error of a second, other end."""
    filled = [name for name in _ENDS if texts.get(name, "").strip()]
    if status is not None and not status.phase.live:
        other = "cancelled_at" if status.phase.ends_well else "completed_at"
        own = [name for name in filled if name != other]
        if other in filled and not own:
            return "", {other: InvalidValue("finished.other_end", one_line(texts[other]))}
        return (own[-1] if own else ""), {}
    return (filled[0] if filled else ""), {}


def _end_of(text: str, zone: ZoneInfo, rule: DateRule | None, now: datetime) -> datetime:
    """Return the end; a day without a time counts to its last second, so that no order seems faster than it was."""
    moment = read_moment(text, zone, rule)
    if has_time(text):
        return moment
    local = moment.astimezone(zone)
    last = local.replace(hour=23, minute=59, second=59).astimezone(moment.tzinfo)
    return now.replace(microsecond=0) if moment <= now < last else last


def _number(text: str) -> int:
    typed = one_line(text)
    if typed.isascii() and typed.isdecimal() and int(typed) <= _MOST_RESUBMISSIONS:
        return int(typed)
    raise InvalidValue("number.shape", typed)


def _feedback(text: str) -> str:
    return storable(text).strip()[:_LONGEST_FEEDBACK]


def _place(text: str) -> Place:
    place = Place.read(text.replace(" ", ""))
    if place is None:
        raise InvalidValue("place.shape", one_line(text))
    return place


def _key(text: str, known: Mapping[str, object], reason: str) -> str:
    key = bare_name(text)
    if key not in known:
        raise InvalidValue(reason, one_line(text))
    return key


def _named(members: Any, prefix: str) -> Mapping[str, Any]:
    """Return the members of an enumeration by their values and their names in either language."""
    return {
        bare_name(name): member
        for member in members
        for name in (member.value, *(sentences(language)[f"{prefix}.{member}"] for language in LANGUAGES))
    }
