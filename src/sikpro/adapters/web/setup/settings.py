"""The settings of the installation."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS
from sikpro.application.use_cases.catalogue.decide_installation import (
    SESSION_ENTRIES,
    SETTINGS_ENTRIES,
    decide_installation,
    installation_texts,
)
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.errors import InvalidFields
from sikpro.domain.people import Permission, Person


def _changes_logins(uow: UnitOfWork, _: Mapping[str, Any], form: Form) -> bool:
    """Return whether the form has another rule for logins than is saved."""
    saved = installation_texts(uow.installation.get())
    return any(form.text(name).strip() != saved[name] for name in ("admins_two_steps", *SESSION_ENTRIES))


class SettingsController(Controller):
    """Working hours and days, claims, nudges and the duplicate rule."""

    path = "/settings"
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show the present settings."""
        installed = await parts.transactions.read(lambda uow: uow.installation.get())
        return _page(request, pages, parts, installation_texts(installed))

    @post(guards=[AsksAgain(_changes_logins)])
    async def decide(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save the settings. If existing orders break the new rule, change nothing and list these orders."""
        now = parts.clock.now()
        typed = {name: form.text(name) for name in SETTINGS_ENTRIES}
        try:
            conflicts = await parts.transactions.write(lambda uow: decide_installation(uow, typed, me, now))
        except InvalidFields as error:
            return _page(request, pages, parts, typed, error=error)
        if conflicts:
            return _page(request, pages, parts, typed, conflicts=conflicts)
        visit.toast("settings_kept")
        return go(request, "/settings")


def _page(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    typed: Mapping[str, str],
    *,
    error: InvalidFields | None = None,
    conflicts: Sequence[str] = (),
) -> Response[str]:
    return pages.page(
        request,
        "setup/settings.html",
        status=status_of(error) if error else 409 if conflicts else 200,
        typed=typed,
        errors=error.errors if error else {},
        conflicts=conflicts,
        kinds=KINDS,
        forwarding=parts.forwarding.address,
        days=range(7),
        session_entries=tuple(SESSION_ENTRIES),
        modes=tuple(DuplicateMode),
    )
