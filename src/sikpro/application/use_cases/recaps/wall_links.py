"""Make and end links to the wall: whoever has a link sees it, without login, until an admin ends it."""

import secrets
from datetime import datetime
from hashlib import sha256

from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.wall_links import WallLink
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line

NAME_LIMIT = 80
"""The longest name of a wall, in characters."""


def new_wall_token() -> str:
    """Return a secret for the address of a wall: 43 of `A-Z a-z 0-9 _ -`."""
    return secrets.token_urlsafe(32)


def make_wall_link(uow: UnitOfWork, token: str, name: str, site_operation: str, by: Person, now: datetime) -> WallLink:
    """Store a link with the hash of its token; only its maker sees the token, once.

    Raises `NotPermitted`, `InvalidFields` for an empty name or an unknown Site Operation.
    """
    by.must(Permission.ADMINISTER)
    checked = one_line(name)
    if not checked or len(checked) > NAME_LIMIT:
        raise InvalidFields({"name": InvalidValue("name.length", checked)})
    if site_operation and site_operation not in {row.code for row in uow.catalogue.site_operations()}:
        raise InvalidFields({"site_operation": InvalidValue("field.missing", site_operation[:64])})
    link = WallLink(token_hash=_hash(token), name=checked, site_operation=site_operation, by=by.id, at=now)
    link = uow.wall_links.add(link)
    uow.journal.note("wall_link_made", str(link.id), by.id, now, {"name": checked, "site_operation": site_operation})
    record_event(uow, EventKind.LINK_MADE, by, now, object=checked, details=f"/walls {link.id}")
    return link


def end_wall_link(uow: UnitOfWork, link_id: int, by: Person, now: datetime) -> None:
    """End a link: its address answers like an unknown one from now on. Raises `NotPermitted`, `NotFound`."""
    by.must(Permission.ADMINISTER)
    uow.wall_links.end(link_id, now)
    uow.journal.note("wall_link_ended", str(link_id), by.id, now, {})
    name = next((link.name for link in uow.wall_links.all() if link.id == link_id), "")
    record_event(uow, EventKind.LINK_ENDED, by, now, object=name, details=f"/walls {link_id}")


def open_wall(uow: UnitOfWork, token: str) -> WallLink | None:
    """Return the link that a token opens, None for one that is unknown or has ended."""
    link = uow.wall_links.by_token(_hash(token))
    return link if link and link.ended_at is None else None


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
