"""Undo steps and saved views in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.undo_and_views import SavedView, UndoStep


class MemoryUndoSteps:
    """Stores the last undo step of each order."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, step: UndoStep) -> None:
        """Save the step; it replaces the order's earlier one."""
        self._state.must_have_order(step.before.id)
        self._state.undo_steps.put(step.before.id, step)

    def of_order(self, order_id: int) -> UndoStep | None:
        """Return the order's last step, of any age."""
        return self._state.undo_steps.get(order_id)

    def latest(self, by: int, now: datetime) -> tuple[UndoStep, ...]:
        """Return the last steps that a person may still undo now: those that end at the same time, by order id."""
        theirs = [step for step in self._state.undo_steps.values() if step.by == by and step.until > now]
        last = max((step.until for step in theirs), default=now)
        return tuple(sorted((one for one in theirs if one.until == last), key=lambda step: step.before.id))

    def drop(self, order_id: int) -> None:
        """Delete the order's step, if there is one."""
        self._state.undo_steps.drop(order_id)

    def forget(self, before: datetime) -> None:
        """Delete the steps whose time for undo ended before a time."""
        for step in self._state.undo_steps.values():
            if step.until < before:
                self._state.undo_steps.drop(step.before.id)


class MemorySavedViews:
    """Stores the saved views."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def put(self, person: int, name: str, query: str) -> SavedView:
        """Save a view; it replaces the person's view with that name."""
        known = next((view for view in self.of_person(person) if view.name == name), None)
        if known is None:
            known = SavedView(id=self._sequences.next("saved_views"), person=person, name=name, query=query)
        view = evolve(known, query=query)
        self._state.saved_views.put(view.id, view)
        return view

    def of_person(self, person: int) -> tuple[SavedView, ...]:
        """Return a person's views, in the order of their first saving."""
        return tuple(view for view in self._state.saved_views.values() if view.person == person)

    def drop(self, person: int, view_id: int) -> None:
        """Delete a view, if it belongs to the person."""
        view = self._state.saved_views.get(view_id)
        if view is not None and view.person == person:
            self._state.saved_views.drop(view_id)
