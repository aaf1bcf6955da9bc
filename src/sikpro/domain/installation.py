"""The settings of an installation, kept in its database."""

from datetime import time, timedelta

from attrs import field, frozen

from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.order_state import CLAIM
from sikpro.domain.patterns import STARTING, Patterns


@frozen(kw_only=True)
class Installation:
    """The duplicate rule's mode, the duration of a claim, and the working hours (local) and days (Monday is 0).

    `nudge_every` is the least time between two nudges of an order. `notice` (*Pengumuman*) is added to every answer
    about an order while it is not "". `most_claims` is how many orders one person may have at a time, 0 for any number.
    `patterns` say how registration numbers and boxes' names look here.
    """

    duplicate_mode: DuplicateMode = DuplicateMode.NUMBER
    claim: timedelta = CLAIM
    work_from: time = time(8)
    work_until: time = time(17)
    work_days: tuple[int, ...] = field(default=(0, 1, 2, 3, 4, 5))
    nudge_every: timedelta = timedelta(minutes=30)
    notice: str = ""
    most_claims: int = 0
    patterns: Patterns = STARTING
