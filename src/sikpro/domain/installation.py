"""The settings of an installation, kept in its database."""

from datetime import date, time, timedelta

from attrs import field, frozen

from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.order_state import CLAIM
from sikpro.domain.patterns import STARTING, Patterns


@frozen(order=True)
class Hours:
    """A part of a day in which people work, in local time: from `start` until before `end`."""

    start: time
    end: time


Week = tuple[tuple[Hours, ...], ...]
"""The working hours of the seven days from Monday; () is a day without work."""

_DAY = (Hours(time(8), time(17)),)
STARTING_WEEK: Week = (_DAY,) * 6 + ((),)


@frozen
class WorkDays:
    """The days on which people work: days of the week (Monday is 0) without the holidays."""

    weekdays: tuple[int, ...] = ()
    holidays: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays


@frozen(kw_only=True)
class SessionTimes:
    """When a login on the web ends by itself.

    `unused` is how long it lasts without use (a night ends it, a shift does not), `unused_on_own_device` the same on a
    device that the person marked as their own, `longest` how long it lasts in all. Nobody is cut off in the middle of a
    shift: `longest` ends it only after `no_shift` without use.
    """

    unused: timedelta = timedelta(hours=12)
    unused_on_own_device: timedelta = timedelta(days=14)
    longest: timedelta = timedelta(days=30)
    no_shift: timedelta = timedelta(hours=4)


@frozen(kw_only=True)
class Installation:
    """The duplicate rule's mode, the duration of a claim, the working hours of the week, and the ends of sessions.

    `nudge_every` is the least time between two nudges of an order. `notice` (*Pengumuman*) is added to every answer
    about an order while it is not "". `most_claims` is how many orders one person may have at a time, 0 for any number.
    With `most_used_first` the statuses that were set most in the last weeks come first on an order's page.
    With `admins_two_steps` admins must log in with a code of their phone beside the password.
    `stuck_after` is how long an order waits for its technician before it counts as stuck. `owners_at` is the local time
    from which owners of held-up statuses get their daily list. `patterns` say how registration numbers and boxes' names
    look here. `months_kept` is how many months texts and photos are kept, 0 for ever.
    `holidays` are the active ones of their catalogue; saving the settings does not change them.
    """

    duplicate_mode: DuplicateMode = DuplicateMode.NUMBER
    claim: timedelta = CLAIM
    week: Week = STARTING_WEEK
    nudge_every: timedelta = timedelta(minutes=30)
    stuck_after: timedelta = timedelta(days=7)
    owners_at: time = time(8)
    notice: str = ""
    most_claims: int = 0
    most_used_first: bool = False
    admins_two_steps: bool = False
    patterns: Patterns = STARTING
    sessions: SessionTimes = SessionTimes()
    months_kept: int = 0
    holidays: frozenset[date] = field(factory=frozenset[date])

    @property
    def work_days(self) -> WorkDays:
        """The days on which people work."""
        return WorkDays(tuple(day for day, hours in enumerate(self.week) if hours), self.holidays)

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """Return the working hours of a day, earliest first; () on a holiday."""
        return () if day in self.holidays else self.week[day.weekday()]
