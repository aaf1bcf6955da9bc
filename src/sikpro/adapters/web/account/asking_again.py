"""Changes of passwords, roles and second steps need the acting person's own password again."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen
from litestar import Request
from litestar.handlers import BaseRouteHandler

from sikpro.adapters.web.account.logins import Outcome, logins_of
from sikpro.adapters.web.site.admission import OWN_PASSWORD, SAFE, MustGivePassword
from sikpro.adapters.web.site.forms import Form, form_read
from sikpro.adapters.web.site.visit import Connection, visit_of
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import DomainError

When = Callable[[UnitOfWork, Mapping[str, Any], Form], bool]
"""Whether a request is such a change, by the parameters of its path and its form."""


def always(_: UnitOfWork, __: Mapping[str, Any], ___: Form) -> bool:
    """Say that every request of a route is such a change."""
    return True


@frozen
class AsksAgain:
    """A guard, after those of permission: the password is in the form, or was given within ten minutes in this session.

    Otherwise a page asks for it, which keeps everything that was typed and goes on with it. Raises `MustGivePassword`.
    """

    when: When = always

    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Let a request through, ask for the password, or check it. A wrong one counts for the lock of the login."""
        visit = visit_of(connection)
        person = visit.person
        if connection.scope.get("method") in SAFE or person is None or not visit.asks_again:
            return
        assert isinstance(connection, Request)
        form, about = form_read(connection), connection.path_params

        def applies(uow: UnitOfWork) -> bool:
            try:
                return self.when(uow, about, form)
            except DomainError:
                return True  # what cannot be judged is not let through

        if not await visit.parts.transactions.read(applies):
            return
        if not form.text(OWN_PASSWORD):
            raise MustGivePassword
        outcome = await logins_of(connection).confirm(visit, person, form.text(OWN_PASSWORD))
        if outcome is not Outcome.RIGHT:
            said = "login.locked" if outcome is Outcome.LOCKED else "confirm.wrong"
            raise MustGivePassword(said, outcome.status)
