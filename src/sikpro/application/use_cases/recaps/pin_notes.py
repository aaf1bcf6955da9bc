"""Pin notes to days: why a figure of the recap is what it is."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from attrs import evolve

from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, NotPermitted
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line

LONGEST = 200
"""The most characters of a note."""


def add_note(uow: UnitOfWork, typed: Mapping[str, str], by: Person, now: datetime) -> DayNote:
    """Pin a new note (`day`, `day_note`, `place`). `place` is "", `sto:<code>` or `so:<code>`.

    Raises `NotPermitted`, and `InvalidFields` with the errors by entry.
    """
    by.must(Permission.VIEW_REPORTS)
    note = uow.day_notes.add(_understood(uow, typed, DayNote(day=now.date(), text="", by=by.id, at=now)))
    uow.journal.note("day_note_added", str(note.id), by.id, now, _facts(note))
    return note


def change_note(uow: UnitOfWork, note_id: int, typed: Mapping[str, str], by: Person, now: datetime) -> DayNote:
    """Change a note; its author stays. Raises `NotPermitted`, `NotFound`, `InvalidFields`."""
    before = _changeable(uow, note_id, by)
    note = _understood(uow, typed, before)
    if note != before:
        uow.day_notes.put(note)
        uow.journal.note("day_note_changed", str(note.id), by.id, now, _facts(note) | {"before": before.text})
    return note


def drop_note(uow: UnitOfWork, note_id: int, by: Person, now: datetime) -> DayNote:
    """Delete a note and return it. Raises `NotPermitted`, `NotFound`."""
    note = _changeable(uow, note_id, by)
    uow.day_notes.drop(note_id)
    uow.journal.note("day_note_dropped", str(note_id), by.id, now, _facts(note))
    return note


def may_change(note: DayNote, by: Person) -> bool:
    """Whether a person may change or delete a note: its author, or a person who may close months."""
    return by.may(Permission.VIEW_REPORTS) and (note.by == by.id or by.may(Permission.CLOSE_MONTH))


def _changeable(uow: UnitOfWork, note_id: int, by: Person) -> DayNote:
    by.must(Permission.VIEW_REPORTS)
    note = uow.day_notes.get(note_id)
    if not may_change(note, by):
        raise NotPermitted
    return note


def _understood(uow: UnitOfWork, typed: Mapping[str, str], before: DayNote) -> DayNote:
    errors: dict[str, DomainError] = {}
    day, text = _day(typed.get("day", "")), one_line(typed.get("day_note", ""))
    if day is None:
        errors["day"] = InvalidValue("day_note.day", typed.get("day", ""))
    if not text or len(text) > LONGEST:
        reason = "day_note.too_long" if text else "day_note.empty"
        errors["day_note"] = InvalidValue(reason, text, most=str(LONGEST))
    kind, _, code = typed.get("place", "").partition(":")
    known = {
        "": {""},
        "sto": {row.code for row in uow.catalogue.stos()},
        "so": {row.code for row in uow.catalogue.site_operations()},
    }
    if code not in known.get(kind, set()):
        errors["place"] = InvalidValue("day_note.place", typed.get("place", ""))
    if errors or day is None:
        raise InvalidFields(errors)
    return evolve(
        before,
        day=day,
        text=text,
        sto=code if kind == "sto" else "",
        site_operation=code if kind == "so" else "",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"20\d\d-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None


def _facts(note: DayNote) -> dict[str, str]:
    facts = {"day": note.day.isoformat(), "text": note.text, "sto": note.sto, "site_operation": note.site_operation}
    return {name: value for name, value in facts.items() if value}
