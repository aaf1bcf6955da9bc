"""The requests for access as their page shows them: whom each points to, who decides, and what it can be bound to."""

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
    """An open request, whom its code and phone number point to, and the Site Operation that its code points to.

    `decides`: whether it is for who looks at the page to decide; an admin alone does where it points to somebody with
    an account, or kept out.
    """

    request: AccessRequest
    people: People
    site: str
    decides: bool

    @property
    def match(self) -> Person | None:
        """Who is bound when it is approved as it stands."""
        return self.people[0] if self.people else None

    @property
    def mark(self) -> str:
        """The request as it is now: another mark means that it changed."""
        return f"{self.request.id}-{request_mark(self.request, self.people)}"

    @property
    def for_admins(self) -> bool:
        """Whether an admin alone decides about it."""
        return any(map(is_for_admins, self.people))

    @property
    def clear(self) -> bool:
        """Whether it can be approved as it stands."""
        fits = self.match.telegram_id is None if self.match else bool(self.request.technician_code)
        return self.decides and fits

    @property
    def let_in(self) -> Person | None:
        """Who is let in again when it is approved as it stands."""
        return self.match if self.match and not self.match.active and self.match.telegram_id is None else None

    def warning(self, words: Words) -> str:
        """That approving it as it stands lets somebody in again, "" when it does not."""
        return lets_in(self.let_in, words) if self.let_in else ""

    def known_people(self, words: Words) -> list[tuple[Person, str, str]]:
        """Whom it points to, each with code or user name, and why an admin decides about them, "" if none does."""
        return [(person, known_as(person), " ".join(account_lines(person, words))) for person in self.people]


@frozen(kw_only=True)
class Requests:
    """All open requests, and who and what they can be bound to."""

    waiting: Sequence[Waiting]
    unbound: Sequence[Person]
    sites: Sequence[SiteOperation]

    def people_options(self, waiting: Waiting) -> list[tuple[str, str]]:
        """The technicians without a Telegram account, and whom an admin's request points to, for a list."""
        match = waiting.match
        own = [match] if match and match.telegram_id is None and is_for_admins(match) else []
        return [(str(one.id), f"{one.name} · {known_as(one)}") for one in (*own, *self.unbound)]

    @property
    def site_options(self) -> list[tuple[str, str]]:
        """The Site Operations, for a list."""
        return [("", "–"), *((row.code, f"{row.code} · {row.name}") for row in self.sites)]


@frozen(kw_only=True)
class Fault:
    """What was wrong with the decision on one request, and what had been typed.

    `let_in` is the id of somebody kept out whom approving once more lets in again.
    """

    request_id: int
    text: str
    typed: Mapping[str, str]
    let_in: int | None = None


def open_requests(uow: UnitOfWork, me: Person) -> Requests:
    """All open requests as somebody's page shows them."""
    stos, waiting = uow.catalogue.stos(), list[Waiting]()
    for request in uow.access_requests.pending():
        people, site = pointed_to(uow, request), site_of_technician(stos, request.technician_code)
        waiting.append(Waiting(request=request, people=people, site=site, decides=may_decide(me, people)))
    return Requests(
        waiting=waiting,
        unbound=[one for one in uow.people.all() if one.telegram_id is None and not is_for_admins(one)],
        sites=[row for row in uow.catalogue.site_operations() if row.active],
    )
