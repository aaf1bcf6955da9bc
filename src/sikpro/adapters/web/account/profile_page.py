"""The profile page: what it shows, for everybody who answers with it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from attrs import frozen
from litestar import Request, Response

from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import shown_id
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tokens import PersonalToken
from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.application.use_cases.people.personal_tokens import USUAL_DAYS, live_tokens
from sikpro.application.use_cases.people.two_steps import has_two_steps
from sikpro.domain.errors import InvalidFields
from sikpro.domain.people import Permission, Person

TOKEN_DAYS = (7, 30, USUAL_DAYS, 180, 365)
"""How long a token may last, to choose from."""

NEW_TOKEN: Mapping[str, str] = {"name": "", "scope": "read", "days": str(USUAL_DAYS)}


@frozen
class Work:
    """The person's choices, and the codes to choose from: code and name, by the name of the choice."""

    chosen: WorkPreferences
    codes: Mapping[str, Sequence[tuple[str, str]]]


async def profile_page(
    request: Request[Any, Any, Any],
    me: Person,
    visit: Visit,
    pages: Pages,
    parts: WebParts,
    *,
    link: str = "",
    token: str = "",
    typed: Mapping[str, str] = NEW_TOKEN,
    error: InvalidFields | None = None,
) -> Response[str]:
    """Return the page; only this answer shows a new `link` or `token`. `typed` is refused with `error`."""
    now = parts.clock.now()

    def read(uow: UnitOfWork) -> tuple[list[Session], Work | None, bool, int, tuple[PersonalToken, ...]]:
        times = uow.installation.get().sessions
        found = [session for session in uow.sessions.of_person(me.id) if not session.is_over(now, times, parts.jumped)]
        work = _work(uow, me) if me.may(Permission.WORK) else None
        tokens = live_tokens(uow, me.id, now, parts.jumped)
        return found, work, has_two_steps(uow, me), uow.second_steps.recovery_codes_left(me.id), tokens

    live, work, two_steps, codes_left, tokens = await parts.transactions.read(read)
    return pages.page(
        request,
        "account/profile.html",
        status=422 if error else 200,
        sessions=sorted(live, key=lambda session: session.id != visit.session),
        present=visit.session,
        shown_id=shown_id,
        link=link,
        token=token,
        tokens=tokens,
        token_days=[(days, days) for days in TOKEN_DAYS],
        typed=typed,
        errors=error.errors if error else {},
        work=work,
        two_steps=two_steps,
        codes_left=codes_left,
        version=version("sikpro"),
    )


def _work(uow: UnitOfWork, me: Person) -> Work:
    codes = {
        "types": [(row.code, row.code) for row in uow.catalogue.order_types() if row.active],
        "site_operations": [(row.code, row.name) for row in uow.catalogue.site_operations() if row.active],
        "stos": [(row.code, row.code) for row in uow.catalogue.stos() if row.active],
    }
    return Work(uow.work_preferences.of(me.id), codes)
