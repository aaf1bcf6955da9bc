"""What a run says of itself: its trace, the interesting states that it reached, and what it found wrong."""

from collections import Counter
from hashlib import sha256

from attrs import define, field, frozen

SOMETIMES = (
    "a double in the same batch",
    "a double refused",
    "an order made from pieces",
    "an order changed by an edit",
    "an update delivered again",
    "an update that the inbox knew",
    "a message that came perhaps twice",
    "a message twice at Telegram",
    "a message sent while the database was away",
    "a lease lost while sending",
    "a lease handed over",
    "a hung process that came back",
    "a process killed before a commit",
    "a process killed in a transaction",
    "a process killed after a commit",
    "a process killed before a send",
    "a process killed after a send",
    "a process killed while it wrote a file",
    "a process killed at an await",
    "a process stopped and started",
    "a change of the transport",
    "a change of the transport while a message was sent",
    "an outage retried to its end",
    "a pause that Telegram asked for",
    "another poller",
    "a disk that was full in a transaction",
    "a database that was busy",
    "a database that was gone",
    "a torn log",
    "a clock set back",
    "a clock set forward",
    "two helpdesks at one order",
    "an answer undone",
    "an undo that came too late",
    "an undo against a claim",
    "a claim that lapsed",
    "an order put off",
    "a month closed",
    "a month closed during an import",
    "a month opened again",
    "a table imported",
    "a disturbance declared",
    "a disturbance ended",
    "a recap sent by its schedule",
    "a file exported",
    "an export begun again",
    "a photo read",
    "a draft reminded of",
    "a stranger answered",
    "a chat that blocked the bot",
    "a failed message sent again",
    "facts sealed",
)
"""The states that a proof must have reached."""


@frozen
class Violation:
    """Something that must never be: the rule, the step of the trace and the simulated second at which it was seen."""

    rule: str
    step: int
    at: float
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}, at step {self.step} ({self.at:.3f} s): {self.detail}"


class Broken(Exception):
    """Raised at the first violation."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(str(violation))
        self.violation = violation


@define
class Record:
    """The trace of a run as one hash over its steps; the last steps can be read."""

    reached: Counter[str] = field(factory=Counter[str])
    faults: Counter[str] = field(factory=Counter[str])
    counts: Counter[str] = field(factory=Counter[str])
    """How many orders, updates and messages there were, and how often a process was killed."""
    steps: int = 0
    violation: Violation | None = None
    tail: list[str] = field(factory=list[str])
    kept: int = 40
    _hash: "sha256" = field(factory=sha256, repr=False)  # type: ignore[valid-type]  # a function that makes one

    def step(self, at: float, what: str) -> None:
        """Add a step."""
        self.steps += 1
        line = f"{self.steps} {at:.6f} {what}"
        self._hash.update(line.encode(errors="backslashreplace"))  # type: ignore[attr-defined]
        self.tail.append(line)
        del self.tail[: -self.kept]

    def reach(self, state: str) -> None:
        """Count an interesting state."""
        if state not in SOMETIMES:
            raise ValueError(f"not on the list: {state}")
        self.reached[state] += 1

    def break_(self, rule: str, at: float, detail: str) -> None:
        """Keep the first violation."""
        if self.violation is None:
            self.violation = Violation(rule, self.steps, at, detail)

    @property
    def digest(self) -> str:
        """The hash of all steps so far."""
        return str(self._hash.hexdigest())  # type: ignore[attr-defined]
