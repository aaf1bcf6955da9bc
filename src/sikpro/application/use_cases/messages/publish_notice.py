"""*Pengumuman*: a notice that is added to every answer about an order until it is switched off."""

from datetime import datetime

from attrs import evolve

from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import storable

NOTICE_LIMIT = 500
"""The longest notice, in characters."""


def publish_notice(uow: UnitOfWork, text: str, by: Person, now: datetime) -> str:
    """Switch a notice on, or off with "", and return it as it is saved.

    Raises `NotPermitted`, `InvalidValue` over `NOTICE_LIMIT`.
    """
    by.must(Permission.LEAD)
    notice = storable(text).strip()
    if len(notice) > NOTICE_LIMIT:
        raise InvalidValue("notice.too_long", notice)
    installation = uow.installation.get()
    if notice != installation.notice:
        uow.installation.put(evolve(installation, notice=notice))
        uow.journal.note("notice_published", "", by.id, now, {"notice": notice})
        uow.announce(Hint(Kind.BOT))
    return notice
