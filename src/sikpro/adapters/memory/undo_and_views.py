"""Undoable steps and saved views in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.undo_and_views import SavedView, UndoStep


class MemoryUndoSteps:
    """The last undoable step of each order."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, step: UndoStep) -> None:
        """Keep the step in place of the order's last one."""
        self._state.must_have_order(step.before.id)
        self._state.undo_steps.put(step.before.id, step)

    def of_order(self, order_id: int) -> UndoStep | None:
        """The order's last step, however long ago."""
        return self._state.undo_steps.get(order_id)

    def latest(self, by: int, now: datetime) -> UndoStep | None:
        """Of the steps that a person may still take back now, the last one."""
        open_ones = [step for step in self._state.undo_steps.values() if step.by == by and step.until > now]
        return max(open_ones, key=lambda step: (step.until, step.before.id), default=None)

    def drop(self, order_id: int) -> None:
        """Forget the order's step, if there is one."""
        self._state.undo_steps.drop(order_id)

    def forget(self, before: datetime) -> None:
        """Forget the steps that could be taken back until before a time."""
        for step in self._state.undo_steps.values():
            if step.until < before:
                self._state.undo_steps.drop(step.before.id)


class MemorySavedViews:
    """The views that people saved."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def put(self, person: int, name: str, query: str) -> SavedView:
        """Keep a view; a person's view of that name is replaced."""
        known = next((view for view in self.of_person(person) if view.name == name), None)
        if known is None:
            known = SavedView(id=self._sequences.next("saved_views"), person=person, name=name, query=query)
        view = evolve(known, query=query)
        self._state.saved_views.put(view.id, view)
        return view

    def of_person(self, person: int) -> tuple[SavedView, ...]:
        """A person's views, in the order in which they were first saved."""
        return tuple(view for view in self._state.saved_views.values() if view.person == person)

    def drop(self, person: int, view_id: int) -> None:
        """Forget a person's view, if it is theirs."""
        view = self._state.saved_views.get(view_id)
        if view is not None and view.person == person:
            self._state.saved_views.drop(view_id)
