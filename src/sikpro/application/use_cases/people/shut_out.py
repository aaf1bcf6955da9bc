"""End everything by which somebody is let in, where whoever uses it can no longer be trusted to be that person."""

from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork


def shut_out(uow: UnitOfWork, person_id: int, now: datetime, *, but: str | None = None) -> None:
    """End the sessions of a person, except `but`, and all their personal tokens.

    What a person does to their sessions while all is well (to log out elsewhere, to turn a second step on or off) does
    not come here: their scripts go on.
    """
    uow.sessions.revoke_all(person_id, now, but=but)
    uow.tokens.end_all(person_id, now)
