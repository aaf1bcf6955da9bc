"""Snippets: texts to the technician that people write often, each under a short name, their own or shared."""

import re
from collections.abc import Mapping
from datetime import datetime

from sikpro.application.ports.snippets import Snippet
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.notify_technician import filled_text
from sikpro.domain.errors import InvalidFields, InvalidValue, NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line, storable

TEXT_LIMIT = 1000
"""The longest text of a snippet, in characters: an answer may have several."""

MOST_SNIPPETS = 50
"""The most snippets of one person, and the most shared ones."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")


def my_snippets(uow: UnitOfWork, by: Person) -> tuple[Snippet, ...]:
    """Return what a person can use, by name; their own one hides a shared one of the same name."""
    if not by.may(Permission.WORK):
        return ()
    found: dict[str, Snippet] = {}
    for one in uow.snippets.of_person(by.id):
        found.setdefault(one.name, one)
    return tuple(found.values())


def filled_snippets(uow: UnitOfWork, order: Order, by: Person) -> tuple[tuple[Snippet, str], ...]:
    """Return a person's snippets with their texts for an order: its values replace the placeholders."""
    return tuple((one, filled_text(uow, order, one.text)) for one in my_snippets(uow, by))


def save_snippet(uow: UnitOfWork, typed: Mapping[str, str], by: Person, now: datetime, *, shared: bool) -> Snippet:
    """Save a snippet (`name`, `text`). It replaces the one of the same name of the same owner.

    Raises `NotPermitted` (a shared one needs `LEAD`), `InvalidFields`.
    """
    by.must(Permission.LEAD if shared else Permission.WORK)
    name = one_line(typed.get("name", "")).lower().removeprefix(";").removeprefix("/")
    text = storable(typed.get("text", "")).strip()
    errors: dict[str, InvalidValue] = {}
    if not _NAME.fullmatch(name):
        errors["name"] = InvalidValue("snippet.name", name[:40])
    if not text or len(text) > TEXT_LIMIT:
        errors["text"] = InvalidValue("snippet.text", text[:40])
    owner = None if shared else by.id
    others = {one.name for one in uow.snippets.of_person(by.id) if one.owner == owner}
    if not errors and name not in others and len(others) >= MOST_SNIPPETS:
        errors["name"] = InvalidValue("snippet.too_many", name)
    if errors:
        raise InvalidFields(errors)
    if shared:
        uow.journal.note("snippet_saved", name, by.id, now, {"text": text})
    return uow.snippets.put(owner, name, text)


def drop_snippet(uow: UnitOfWork, snippet_id: int, by: Person, now: datetime) -> None:
    """Delete one's own snippet, or a shared one. Raises `NotPermitted`, `NotFound` also for another person's."""
    one = uow.snippets.get(snippet_id)
    if one.owner not in (None, by.id):
        raise NotFound(what="snippet", name=str(snippet_id))
    by.must(Permission.LEAD if one.shared else Permission.WORK)
    if one.shared:
        uow.journal.note("snippet_deleted", one.name, by.id, now, {"text": one.text})
    uow.snippets.drop(snippet_id)
