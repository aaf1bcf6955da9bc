"""The last undoable step of each order, and the views that people saved."""

from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.domain.order import Order


@frozen(kw_only=True)
class UndoStep:
    """A step that a person may undo until a time: the order before it, and the version after it.

    `messages` are the outbox ids of the messages that the step queued.
    """

    before: Order
    version: int
    by: int
    until: datetime
    messages: tuple[int, ...]


class UndoSteps(Protocol):
    """The last undoable step of each order."""

    def put(self, step: UndoStep) -> None:
        """Store the step in place of the order's last one."""

    def of_order(self, order_id: int) -> UndoStep | None:
        """Return the order's last step, however old."""

    def latest(self, by: int, now: datetime) -> tuple[UndoStep, ...]:
        """Return the last of the steps that a person may still undo now, by order id.

        The steps of one action on several orders end at the same time: they are one step.
        """

    def drop(self, order_id: int) -> None:
        """Delete the order's step if there is one."""

    def forget(self, before: datetime) -> None:
        """Delete the steps whose time to undo ended before a time."""


@frozen(kw_only=True)
class SavedView:
    """A list of orders under a name that a person chose: the query of its address."""

    id: int
    person: int
    name: str
    query: str


class SavedViews(Protocol):
    """The views that people saved."""

    def put(self, person: int, name: str, query: str) -> SavedView:
        """Store a view. It replaces the person's view of the same name."""

    def of_person(self, person: int) -> tuple[SavedView, ...]:
        """Return a person's views, in the order in which they were first saved."""

    def drop(self, person: int, view_id: int) -> None:
        """Delete a view if it belongs to the person."""
