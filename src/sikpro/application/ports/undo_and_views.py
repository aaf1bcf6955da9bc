"""What the helpdesk's desk keeps: the step that can still be undone, and the views that a person saved."""

from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.domain.order import Order


@frozen(kw_only=True)
class UndoStep:
    """What somebody did to an order and may take back until a time: the order before it, and the version after it.

    `messages` are the outbox ids of what it said.
    """

    before: Order
    version: int
    by: int
    until: datetime
    messages: tuple[int, ...]


class UndoSteps(Protocol):
    """The last undoable step of each order."""

    def put(self, step: UndoStep) -> None:
        """Keep the step in place of the order's last one."""

    def of_order(self, order_id: int) -> UndoStep | None:
        """The order's last step, however long ago."""

    def latest(self, by: int, now: datetime) -> UndoStep | None:
        """Of the steps that a person may still take back now, the last one."""

    def drop(self, order_id: int) -> None:
        """Forget the order's step, if there is one."""

    def forget(self, before: datetime) -> None:
        """Forget the steps that could be taken back until before a time."""


@frozen(kw_only=True)
class SavedView:
    """A list of orders that a person gave a name: the query of its address."""

    id: int
    person: int
    name: str
    query: str


class SavedViews(Protocol):
    """The views that people saved."""

    def put(self, person: int, name: str, query: str) -> SavedView:
        """Keep a view; a person's view of that name is replaced."""

    def of_person(self, person: int) -> tuple[SavedView, ...]:
        """A person's views, in the order in which they were first saved."""

    def drop(self, person: int, view_id: int) -> None:
        """Forget a person's view, if it is theirs."""
