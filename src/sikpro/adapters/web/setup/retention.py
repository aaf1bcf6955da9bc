"""How long texts and photos are kept: what would go with a number of months, the setting, and the last run."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS
from sikpro.application.use_cases.retention.decide_retention import (
    WHERE,
    decide_retention,
    plan_retention,
    understood_months,
)
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.people import Permission, Person


class RetentionController(Controller):
    """Shows what would go before anything is set."""

    path = WHERE
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        months: FromQuery[str] = "",
    ) -> Response[str]:
        """Show the setting, and what would go with the typed months."""
        return await _page(request, pages, parts, months)

    @post(guards=[AsksAgain()])
    async def decide(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save the months, or switch it off."""
        now, typed = parts.clock.now(), form.text("months")
        try:
            months = understood_months(typed)
        except InvalidFields:
            return await _page(request, pages, parts, typed)
        await parts.transactions.write(lambda uow: decide_retention(uow, months, me, now))
        visit.toast("settings_kept")
        return go(request, WHERE)


async def _page(request: Request[Any, Any, Any], pages: Pages, parts: WebParts, typed: str) -> Response[str]:
    now, status = parts.clock.now(), 200
    months: int | None = None
    errors: Mapping[str, DomainError] = {}
    try:
        months = understood_months(typed) if typed.strip() else None
    except InvalidFields as error:
        errors, status = error.errors, status_of(error)
    plan = await parts.transactions.read_long(lambda uow: plan_retention(uow, months, now, parts.zone))
    return pages.page(
        request,
        "setup/retention.html",
        status=status,
        plan=plan,
        typed=typed if errors else (str(plan.months) if plan.months else ""),
        errors=errors,
        kinds=KINDS,
    )
