"""People and Telegram: links, who asks to be let in, and the orders of a technician who cannot do them."""

from datetime import datetime

from attrs import evolve

from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.transfer_orders import (
    drafts_of,
    open_orders_of,
    possible_receivers,
    transfer_orders,
)
from sikpro.application.use_cases.people.bind_phone import make_bind_link, new_link_token
from sikpro.application.use_cases.people.edit_people import unbind_telegram
from sikpro.application.use_cases.people.grant_access import approve_access, refuse_access
from sikpro.domain.people import AccessRequest, Permission, Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.session import Group, person_named


@held_as("people")
class Telegram(Group):
    """Links to Telegram, requests for access, and the transfer of a technician's orders."""

    def link(self, who: str) -> str:
        """Make a link that connects a Telegram account, and return its secret: `https://t.me/<bot>?start=<secret>`.

        It opens once, for a day. Raises `InvalidValue` for somebody who is connected or deactivated.
        """
        token = new_link_token()

        def work(uow: UnitOfWork, by: Person, now: datetime) -> str:
            make_bind_link(uow, person_named(uow, who).id, token, by, now)
            return token

        return self._session.write(work)

    def unlink(self, who: str) -> Person:
        """Disconnect a person's Telegram account; it is unknown from then on."""
        return self._session.write(lambda uow, by, now: shown(unbind_telegram(uow, person_named(uow, who).id, by, now)))

    def open_orders(self, who: str) -> tuple[OrderRow, ...]:
        """Return the open orders of a technician, oldest first: those that `transfer` moves."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[OrderRow, ...]:
            by.must(Permission.LEAD)
            return open_orders_of(uow, person_named(uow, who)).rows

        return self._session.read(work)

    def unfinished_orders(self, who: str) -> int:
        """Return how many orders a technician began in the chat and did not send; `transfer` leaves them."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> int:
            by.must(Permission.LEAD)
            return len(drafts_of(uow, person_named(uow, who)))

        return self._session.read(work)

    def receivers(self, who: str) -> tuple[Person, ...]:
        """Return the technicians who can receive a technician's orders, of the same Site Operation first."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Person, ...]:
            by.must(Permission.LEAD)
            return tuple(map(shown, possible_receivers(uow, person_named(uow, who))))

        return self._session.read(work)

    def transfer(self, who: str, to: str, *, reason: str = "") -> int:
        """Give all open orders of a technician to another and return how many; both hear of it.

        Raises `InvalidFields` for a receiver who cannot have them, `ConcurrencyConflict` where there are none.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> int:
            technician, receiver = person_named(uow, who), person_named(uow, to)
            found = open_orders_of(uow, technician)
            count, zone = (len(found.rows), found.newest), self._session.zone
            return transfer_orders(uow, technician.id, receiver.id, by, now, shown=count, reason=reason, zone=zone)

        return self._session.write(work)

    def requests(self) -> tuple[AccessRequest, ...]:
        """Return who asks to be let in on Telegram, oldest first."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[AccessRequest, ...]:
            by.must(Permission.MANAGE_TECHNICIANS)
            return uow.access_requests.pending()

        return self._session.read(work)

    def approve(
        self,
        request_id: int,
        *,
        who: str = "",
        name: str = "",
        technician_code: str = "",
        site_operation: str = "",
        reactivate: bool = False,
    ) -> Person:
        """Let somebody in: as a known person (`who`), or as the technician with the code, who is made if need be.

        Raises `AdminDecides`, `KeptOut` for a deactivated person without `reactivate`, `AlreadyUsed`, `InvalidValue`.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Person:
            code = technician_code or uow.access_requests.get(request_id).technician_code
            known = person_named(uow, who) if who else uow.people.by_code(code.strip().upper())
            person = approve_access(
                uow,
                request_id,
                by,
                now,
                person_id=known.id if who and known else None,
                name=name,
                technician_code=technician_code,
                site_operation=site_operation,
                let_in=known.id if reactivate and known else None,
                zone=self._session.zone,
            )
            return shown(person)

        return self._session.write(work)

    def refuse(self, request_id: int) -> AccessRequest:
        """Refuse a request; the person hears of it. Raises `AdminDecides`."""
        return self._session.write(
            lambda uow, by, now: refuse_access(uow, request_id, by, now, zone=self._session.zone)
        )


def shown(person: Person) -> Person:
    """Return a person without the hash of the password, which no script needs."""
    return evolve(person, password_hash=None)
