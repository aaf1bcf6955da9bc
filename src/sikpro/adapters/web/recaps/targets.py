"""The targets of a month, one row per STO."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import BadForm, Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.against_target import working_days
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.application.use_cases.recaps.set_targets import set_targets
from sikpro.domain.catalogue import Sto
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person

COLUMNS = ("target", "working_days")


@frozen(kw_only=True)
class TargetsView:
    """The view model of a month's rows; `days` are the installation's working days in the month."""

    query: RecapQuery
    stos: tuple[Sto, ...]
    typed: Mapping[str, Mapping[str, str]]
    days: int
    errors: Mapping[str, DomainError]


class TargetsController(Controller):
    """Targets by month and STO, typed here or imported as a list."""

    path = "/targets"
    guards = (only(Permission.CLOSE_MONTH),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the targets of a month, by default the present one."""
        recap_query = _month(request.query_params.get("month", ""), visit, parts)
        view = await parts.transactions.read_long(lambda uow: _view(uow, recap_query))
        return pages.page(request, "recaps/targets.html", view=view)

    @post()
    async def keep(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save all rows, or none if one is invalid."""
        recap_query, now = _named(form.text("month")), parts.clock.now()
        if recap_query is None:
            raise BadForm("month")

        def work(uow: UnitOfWork) -> None:
            set_targets(uow, recap_query.text, _typed(uow, form), me, now)

        try:
            await parts.transactions.write(work)
        except InvalidFields as error:
            wrong = error.errors
            view = await parts.transactions.read_long(lambda uow: _view(uow, recap_query, _typed(uow, form), wrong))
            return pages.page(request, "recaps/targets.html", status=status_of(error), view=view)
        visit.toast("targets_kept", month=visit.words.month(recap_query.first))
        return go(request, f"/targets?month={recap_query.text}")


def _month(text: str, visit: Visit, parts: WebParts) -> RecapQuery:
    """Return the named month, else the present one."""
    return _named(text) or RecapQuery.month(visit.words.local(parts.clock.now()).date())


def _named(text: str) -> RecapQuery | None:
    try:
        recap_query = RecapQuery.parse(text)
    except InvalidValue:
        return None
    return recap_query if recap_query.span is Span.MONTH else None


def _typed(uow: UnitOfWork, form: Form) -> dict[str, dict[str, str]]:
    return {
        sto.code: {name: form.text(f"{sto.code}.{name}") for name in COLUMNS}
        for sto in uow.catalogue.stos()
        if f"{sto.code}.target" in form.values
    }


def _view(
    uow: UnitOfWork,
    recap_query: RecapQuery,
    typed: Mapping[str, Mapping[str, str]] | None = None,
    errors: Mapping[str, DomainError] | None = None,
) -> TargetsView:
    days = working_days(recap_query, uow.installation.get().work_days)
    kept = {target.sto: target for target in uow.targets.of_month(recap_query.text)}
    stos = tuple(sto for sto in uow.catalogue.stos() if sto.active or sto.code in kept)
    known = {
        sto.code: {name: str(getattr(kept[sto.code], name)) for name in COLUMNS}
        if sto.code in kept
        else {"target": "", "working_days": str(days)}
        for sto in stos
    }
    return TargetsView(query=recap_query, stos=stos, typed={**known, **(typed or {})}, days=days, errors=errors or {})
