"""The plan of a run: what people do and what breaks, as a list that the seed decides and that shrinks."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from random import Random

from attrs import evolve, frozen


class Fault(StrEnum):
    """What breaks."""

    LOST = "lost"
    """Calls end before or after Telegram hears them."""
    SLOW = "slow"
    """Answers take longer than anybody waits."""
    GATEWAY = "gateway"
    """A proxy answers with HTML, before or after Telegram hears the call."""
    SERVER = "server"
    """Telegram answers 5xx."""
    FLOOD = "flood"
    """Telegram answers 429."""
    CONFLICT = "conflict"
    """Somebody else polls with the token: 409."""
    CLOCK_BACK = "clock_back"
    CLOCK_FORWARD = "clock_forward"
    DISK_FULL = "disk_full"
    DISK_SLOW = "disk_slow"
    POWER_CUT = "power_cut"
    """Every process is gone, and the last write of the log is torn."""
    BUSY = "busy"
    """Another program holds the database's lock."""
    GONE = "gone"
    """The database is out of reach."""
    KILL = "kill"
    """A process ends at any await."""
    KILL_AT = "kill_at"
    """A process ends at one of the next commits or sends: before it, in it or after it."""
    HANG = "hang"
    """A process stands still for some minutes, and goes on."""
    STOP = "stop"
    """A process is asked to end, and is started again: an update."""
    SWITCH = "switch"
    """All processes are stopped, and started again with the other transport."""
    NO_FILE = "no_file"
    """The disk for exported files is full."""


class Act(StrEnum):
    """What people do."""

    ORDER = "order"
    PIECES = "pieces"
    TWICE = "twice"
    SOMEBODY_ELSE = "somebody_else"
    TYPO = "typo"
    PHOTO = "photo"
    EDIT = "edit"
    COMMAND = "command"
    CANCEL = "cancel"
    PRESS = "press"
    CHATTER = "chatter"
    STRANGER = "stranger"
    BLOCK = "block"
    NEXT = "next"
    ANSWER = "answer"
    UNDO = "undo"
    RACE = "race"
    GIVE_BACK = "give_back"
    PUT_OFF = "put_off"
    RECAP = "recap"
    EXPORT = "export"
    IMPORT = "import_"
    CLOSE = "close"
    REOPEN = "reopen"
    DISTURB = "disturb"
    CALM = "calm"
    SCHEDULE = "schedule"
    RESEND = "resend"


_PER_HOUR = {
    Act.ORDER: 9.0,
    Act.PIECES: 2.5,
    Act.TWICE: 1.5,
    Act.SOMEBODY_ELSE: 0.7,
    Act.TYPO: 1.5,
    Act.PHOTO: 1.5,
    Act.EDIT: 1.0,
    Act.COMMAND: 3.0,
    Act.CANCEL: 0.5,
    Act.PRESS: 4.0,
    Act.CHATTER: 1.0,
    Act.STRANGER: 0.3,
    Act.BLOCK: 0.25,
    Act.NEXT: 5.0,
    Act.ANSWER: 9.0,
    Act.UNDO: 2.5,
    Act.RACE: 1.5,
    Act.GIVE_BACK: 0.7,
    Act.PUT_OFF: 0.7,
    Act.RECAP: 0.5,
    Act.EXPORT: 1.0,
    Act.IMPORT: 0.5,
    Act.CLOSE: 0.3,
    Act.REOPEN: 0.3,
    Act.DISTURB: 0.3,
    Act.CALM: 0.2,
    Act.SCHEDULE: 0.2,
    Act.RESEND: 0.5,
}
"""How often each happens in an hour of the day, all people together; at night a tenth."""

_OF_TECHNICIANS = frozenset({Act.ORDER, Act.PIECES, Act.TWICE, Act.SOMEBODY_ELSE, Act.TYPO, Act.PHOTO})
_IN_A_WITEL = dict.fromkeys(_OF_TECHNICIANS, 1.25) | {Act.NEXT: 3.6, Act.ANSWER: 2.2}
"""So much more happens in a Witel: 270 orders a day, and enough hands to answer them."""

_FAULTS_PER_HOUR = {
    Fault.LOST: 0.8,
    Fault.SLOW: 0.3,
    Fault.GATEWAY: 0.4,
    Fault.SERVER: 0.3,
    Fault.FLOOD: 0.4,
    Fault.CONFLICT: 0.15,
    Fault.CLOCK_BACK: 0.06,
    Fault.CLOCK_FORWARD: 0.06,
    Fault.DISK_FULL: 0.12,
    Fault.DISK_SLOW: 0.2,
    Fault.POWER_CUT: 0.06,
    Fault.BUSY: 0.3,
    Fault.GONE: 0.12,
    Fault.KILL: 0.4,
    Fault.KILL_AT: 2.5,
    Fault.HANG: 0.3,
    Fault.STOP: 0.15,
    Fault.SWITCH: 0.12,
    Fault.NO_FILE: 0.05,
}
_LASTS = {
    Fault.FLOOD: (20, 200),
    Fault.BUSY: (2, 60),
    Fault.DISK_FULL: (20, 400),
    Fault.GONE: (20, 400),
    Fault.HANG: (30, 300),
    Fault.CONFLICT: (20, 200),
    Fault.NO_FILE: (300, 1200),
}
_LASTS_OTHERWISE = (60, 900)
HOUR = 3600.0
FIRST_DAY = date(2026, 11, 2)
"""The day on which a plan starts, at seven in Jakarta, when nothing else is said: a Monday."""

FIRST_OF_MONTH = date(2026, 11, 1)
MONTH = 30 * 24.0
"""The month of a whole Witel: when it is over, the machine shows the first of December, and November can be closed."""


@frozen(order=True)
class Event:
    """A fault or an act, `at` seconds after the start; `number` names it for ever, also when others are taken away."""

    at: float
    number: int
    what: "Fault | Act"
    lasts: float = 0.0


@frozen(kw_only=True)
class Plan:
    """Everything that a run does. Two runs of equal plans over equal sources are equal, step by step."""

    seed: int
    hours: float
    start: date = FIRST_DAY
    witel: bool = False
    """Whether a whole Witel works, and not twelve technicians."""
    sqlite: bool
    mtproto: bool
    processes: int
    events: tuple[Event, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The names of the events."""
        return tuple(event.number for event in self.events)

    def only(self, numbers: Collection[int]) -> "Plan":
        """Return the same plan with some of its events."""
        return evolve(self, events=tuple(event for event in self.events if event.number in numbers))

    def without(self, what: "Fault | Act") -> "Plan":
        """Return the same plan without one kind of event."""
        return evolve(self, events=tuple(event for event in self.events if event.what is not what))

    def random(self, name: str) -> Random:
        """Return a source of its own for each use, so that nothing else changes when one is used less."""
        return Random(f"{self.seed}:{name}")

    def __str__(self) -> str:
        store, line = ("SQLite" if self.sqlite else "memory"), ("MTProto" if self.mtproto else "Bot API")
        kinds = sum(isinstance(event.what, Fault) for event in self.events)
        span = f"{self.hours:g} hours{' of a Witel' if self.witel else ''} from {self.start}"
        return (
            f"seed {self.seed}: {span}, {store}, {line}, processes: {self.processes}, "
            f"{len(self.events) - kinds} acts, {kinds} faults"
        )


def is_on_sqlite(seed: int) -> bool:
    """Return whether the plan of a seed has SQLite; else the store is in memory."""
    return Random(f"{seed}:plan").random() < 0.5


def make_plan(seed: int, hours: float, start: date = FIRST_DAY, *, witel: bool = False) -> Plan:
    """Return the plan of a seed; a longer one begins as a shorter one does, whatever the day."""
    chance = Random(f"{seed}:plan")
    sqlite, mtproto, processes = chance.random() < 0.5, chance.random() < 0.4, chance.choice((1, 2, 2))
    events: list[Event] = []
    for hour in range(int(hours + 0.999)):
        random = Random(f"{seed}:hour {hour}")
        share = 1.0 if hour % 24 < 13 else 0.1
        for act, rate in _PER_HOUR.items():
            more = _IN_A_WITEL.get(act, 1.0) if witel else 1.0
            events += _of_an_hour(random, hour, act, rate * share * more, len(events))
        for fault, rate in _FAULTS_PER_HOUR.items():
            events += _of_an_hour(random, hour, fault, rate, len(events))
    within = sorted(event for event in events if event.at < hours * HOUR)
    return Plan(
        seed=seed,
        hours=hours,
        start=start,
        witel=witel,
        sqlite=sqlite,
        mtproto=mtproto,
        processes=processes,
        events=tuple(within),
    )


def _of_an_hour(random: Random, hour: int, what: "Fault | Act", rate: float, number: int) -> list[Event]:
    found: list[Event] = []
    at = random.expovariate(rate)
    while at < 1:
        least, most = _LASTS.get(what, _LASTS_OTHERWISE) if isinstance(what, Fault) else (0, 0)
        found.append(Event(round((hour + at) * HOUR, 3), number + len(found), what, round(random.uniform(least, most))))
        at += random.expovariate(rate)
    return found
