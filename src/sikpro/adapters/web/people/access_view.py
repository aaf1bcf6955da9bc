"""The view model of access requests: the person that each points to, who decides, and the possible choices."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.access_decision import (
    People,
    account_lines,
    is_for_admins,
    known_as,
    lets_in,
    may_decide,
    pointed_to,
    request_mark,
    site_of_technician,
)
from sikpro.domain.catalogue import SiteOperation
from sikpro.domain.people import AccessRequest, Person


@frozen(kw_only=True)
class Waiting:
    """An open request, the people with its code or phone number, and the Site Operation of its code.

    `decides`: whether the viewer may decide. If a match has an account or is deactivated, only an admin may.
    """

    request: AccessRequest
    people: People
    site: str
    decides: bool

    @property
    def match(self) -> Person | None:
        """Return the person to connect if the request is approved as it is."""
        return self.people[0] if self.people else None

    @property
    def mark(self) -> str:
        """Return a mark of the request's state: a different mark means that it changed."""
        return f"{self.request.id}-{request_mark(self.request, self.people)}"

    @property
    def for_admins(self) -> bool:
        """Return whether only an admin may decide."""
        return any(map(is_for_admins, self.people))

    @property
    def clear(self) -> bool:
        """Return whether the request can be approved as it is."""
        fits = self.match.telegram_id is None if self.match else bool(self.request.technician_code)
        return self.decides and fits

    @property
    def let_in(self) -> Person | None:
        """Return the deactivated person who becomes active if the request is approved as it is."""
        return self.match if self.match and not self.match.active and self.match.telegram_id is None else None

    def warning(self, words: Words) -> str:
        """Return a warning if the approval would reactivate a person, else ""."""
        return lets_in(self.let_in, words) if self.let_in else ""

    def known_people(self, words: Words) -> list[tuple[Person, str, str]]:
        """Return the matching people, each with code or user name and the reason why an admin must decide, or ""."""
        return [(person, known_as(person), " ".join(account_lines(person, words))) for person in self.people]


@frozen(kw_only=True)
class Requests:
    """All open requests, with the people and Site Operations to choose from."""

    waiting: Sequence[Waiting]
    unbound: Sequence[Person]
    sites: Sequence[SiteOperation]

    def people_options(self, waiting: Waiting) -> list[tuple[str, str]]:
        """Return the choices of people: technicians without a Telegram account, and matches that an admin decides."""
        match = waiting.match
        own = [match] if match and match.telegram_id is None and is_for_admins(match) else []
        return [(str(one.id), f"{one.name} · {known_as(one)}") for one in (*own, *self.unbound)]

    @property
    def site_options(self) -> list[tuple[str, str]]:
        """Return the Site Operations as choices."""
        return [("", "–"), *((row.code, f"{row.code} · {row.name}") for row in self.sites)]


@frozen(kw_only=True)
class Fault:
    """The error of a decision on one request, with the typed text.

    `let_in` is the id of a deactivated person whom a second approval reactivates.
    """

    request_id: int
    text: str
    typed: Mapping[str, str]
    let_in: int | None = None


def open_requests(uow: UnitOfWork, me: Person) -> Requests:
    """Return all open requests for a person's page."""
    stos, waiting = uow.catalogue.stos(), list[Waiting]()
    for request in uow.access_requests.pending():
        people, site = pointed_to(uow, request), site_of_technician(stos, request.technician_code)
        waiting.append(Waiting(request=request, people=people, site=site, decides=may_decide(me, people)))
    return Requests(
        waiting=waiting,
        unbound=[one for one in uow.people.all() if one.telegram_id is None and not is_for_admins(one)],
        sites=[row for row in uow.catalogue.site_operations() if row.active],
    )
