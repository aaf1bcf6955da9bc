"""The device ledger: installed devices and their anomalies."""

import re
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.table_files import kind_of, table_content, table_response
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.queries import Key
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.device_rows import anomaly_sheet, history_sheet
from sikpro.application.use_cases.catalogue.lookup import maker_of
from sikpro.application.use_cases.catalogue.typed_values import box_typed
from sikpro.application.use_cases.devices.anomalies import (
    COUNT_CAP,
    MANY_HOLD_UPS,
    SPAN,
    Anomaly,
    AnomalyPage,
    list_anomalies,
)
from sikpro.application.use_cases.devices.device_ledger import (
    COUNT_CAP as ORDERS_CAP,
)
from sikpro.application.use_cases.devices.device_ledger import (
    DevicePage,
    Subject,
    look_up_device,
    understand_device,
)
from sikpro.domain.catalogue import Status
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import storable
from sikpro.domain.values import SerialNumber


class DevicesController(Controller):
    """The device ledger: people who may see all orders can search a device; the lists are reports."""

    path = "/devices"
    guards = (only(Permission.VIEW_ALL),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the search box, and a modem, an ODP, an STO or a technician with all orders."""
        query = request.query_params
        text = storable(query.get("q", "")).strip()[:100]
        after, box = Key.read(query.get("after", "")), storable(query.get("box", ""))[:64]

        def work(uow: UnitOfWork) -> tuple[DevicePage, dict[str, Status], str]:
            query = understand_device(text, lambda typed: box_typed(uow, typed))
            page = look_up_device(uow, query, me, after=after, after_box=box)
            serial = _serial(page)
            statuses = {status.code: status for status in uow.catalogue.statuses()}
            return page, statuses, maker_of(uow, serial) if serial else ""

        error: InvalidValue | None = None
        page: DevicePage | None = None
        statuses: dict[str, Status] = {}
        maker = ""
        if text:
            try:
                page, statuses, maker = await parts.transactions.read(work)
            except InvalidValue as wrong:
                error = wrong
        return pages.page(
            request,
            "ledgers/devices.html",
            text=text,
            page=page,
            serial=_serial(page) if page else None,
            maker=maker,
            statuses=statuses,
            error=error,
            later=after is not None,
            later_box=bool(box),
            address=lambda **more: f"/devices?{urlencode({'q': page.query.value if page else text} | more)}",
            cap=ORDERS_CAP,
        )

    @get("/anomalies", guards=[only(Permission.VIEW_REPORTS)])
    async def anomalies(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show one of the lists, one page at a time."""
        query, now = request.query_params, parts.clock.now()
        kind = Anomaly(query["kind"]) if query.get("kind") in set(Anomaly) else Anomaly.SERIAL
        after = storable(query.get("after", ""))[:100]

        def work(uow: UnitOfWork) -> tuple[AnomalyPage, dict[str, Status]]:
            found = list_anomalies(uow, kind, me, now, parts.zone, after)
            return found, {status.code: status for status in uow.catalogue.statuses()}

        page, statuses = await parts.transactions.read_long(work)
        address = f"/devices/anomalies?kind={kind}"
        return pages.page(
            request,
            "ledgers/anomalies.html",
            kind=kind,
            kinds=tuple(Anomaly),
            page=page,
            statuses=statuses,
            cap=COUNT_CAP,
            many=MANY_HOLD_UPS,
            days=SPAN.days,
            first=address if after else "",
            next=f"{address}&{urlencode({'after': page.entries[-1].place})}" if page.more else "",
        )

    @get("/files/{file:str}", guards=[only(Permission.VIEW_REPORTS)])
    async def export(
        self,
        request: Request[Any, Any, Any],
        file: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[bytes]:
        """Return the orders of a list (`<kind>.csv`), or of the device in `q` (`history.xlsx`)."""
        name, kind = kind_of(file)
        now, text = parts.clock.now(), storable(request.query_params.get("q", ""))[:100]
        if name not in {"history", *Anomaly}:
            raise NotFoundException

        def work(uow: UnitOfWork) -> tuple[bytes, str]:
            if name == "history":
                query = understand_device(text, lambda typed: box_typed(uow, typed))
                sheet, of = history_sheet(uow, query, me, visit.words, now), re.sub(r"[^A-Z0-9-]", "-", query.value)
            else:
                sheet, of = anomaly_sheet(uow, Anomaly(name), me, visit.words, now), name
            return table_content(parts, sheet, kind), of

        content, of = await parts.transactions.read_long(work)
        return table_response(content, f"SIKPRO-{of}", kind)


def _serial(page: DevicePage) -> SerialNumber | None:
    value = page.query.value
    return SerialNumber(value, value) if page.query.subject is Subject.SERIAL else None
