"""Comparison of the provider's export with our orders: finished there, unknown there, never requested."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.orders.queue_actions import chosen_orders, report_bulk
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.paging import page_number, page_of
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.table_files import table_content, table_response
from sikpro.adapters.web.site.visit import Visit, visit_of
from sikpro.adapters.web.tables.uploading import LARGEST_TABLE, UploadPages, chosen, write_upload
from sikpro.application.ports.devices import KnownOrder
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Sheet
from sikpro.application.use_cases.catalogue.provider_codes import guess_meaning, remember_meanings
from sikpro.application.use_cases.orders.bulk import BulkResult
from sikpro.application.use_cases.tables.complete_orders import (
    closed_among,
    complete_orders,
    completing_statuses,
    end_there,
)
from sikpro.application.use_cases.tables.judge_orders import COLUMNS as IMPORTED
from sikpro.application.use_cases.tables.make_orders import NEEDED, Requests, plan_requests, request_work, requests_of
from sikpro.application.use_cases.tables.order_plan import JudgedRow, OrderPlan, RowVerdict
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.reconcile_orders import (
    COLUMNS,
    Comparison,
    FileLine,
    compare_orders,
    statuses_in,
)
from sikpro.application.use_cases.tables.table_columns import header_of, unused_headings
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.application.use_cases.tables.uploads import Purpose, Upload
from sikpro.domain.catalogue import Meaning, ProviderCode, Status
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person

PAGE = 50
_PAGES = UploadPages(
    address="/reconcile",
    purpose=Purpose.RECONCILE,
    columns=COLUMNS,
    file_template="tables/reconcile.html",
    columns_template="tables/reconcile_columns.html",
)
LISTS = ("to_complete", "missing", "never_requested", "unreadable")


@frozen(kw_only=True)
class Compared:
    """The view model of a comparison: the rows of the orders to complete, the statuses by code.

    `ends` are the ends of these orders that the provider tells, None for now; `closed` the closed months that change.
    """

    comparison: Comparison
    rows: Mapping[int, OrderRow]
    statuses: Mapping[str, Status]
    completing: Sequence[Status]
    ends: Mapping[int, datetime | None]
    closed: Sequence[date]


@frozen(kw_only=True)
class Absent:
    """The rows that are not here, as the import reads them, and the verdicts, also by place."""

    requests: Requests
    plan: OrderPlan
    rows: Mapping[int, JudgedRow]

    @property
    def closed(self) -> list[date]:
        """The closed months that change."""
        return [date.fromisoformat(f"{month}-01") for month in sorted(self.plan.closed)]


class ReconcileController(Controller):
    """The steps: upload, choose the meaning of the provider's statuses, act on differences; only a button writes."""

    path = _PAGES.address
    guards = (only(Permission.LEAD),)

    @get()
    async def ask(self, request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[str]:
        """Show the form for a file."""
        return _PAGES.ask_file(request, pages)

    @post(request_max_body_size=LARGEST_TABLE)
    async def upload(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Read the file and save it."""
        return await _PAGES.take(
            request, pages, parts, me, lambda uow, upload: _with_statuses(upload, uow.catalogue.provider_codes())
        )

    @get("/{upload_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the present comparison; `columns` shows the choice of columns again."""
        query = request.query_params
        shown = query.get("list") if query.get("list") in LISTS else LISTS[0]
        number = page_number(query.get("page", ""))

        def work(uow: UnitOfWork) -> tuple[Upload, Compared | None, Absent | None]:
            upload = _PAGES.find(uow, upload_id, me)
            if not _PAGES.is_readable(upload):
                return upload, None, None
            absent = _absent(uow, upload, me, parts) if shown == "never_requested" else None
            return upload, _compared(uow, upload, me, parts, number), absent

        upload, compared, absent = await parts.transactions.read_long(work)
        address = _PAGES.address_of(upload)
        if compared is None or "columns" in query or "meanings" not in upload.choice:
            return _PAGES.ask_columns(request, pages, upload)
        comparison = compared.comparison
        entries: Sequence[Any] = getattr(comparison, str(shown))
        page = page_of(entries, number, PAGE, f"{address}?list={shown}&page=")
        return pages.page(
            request,
            "tables/reconciled.html",
            upload=upload,
            address=address,
            compared=compared,
            absent=absent,
            headed={column.name: column.heading for column in IMPORTED},
            verdicts=RowVerdict,
            comparison=comparison,
            lists=[name for name in LISTS if name != "unreadable" or comparison.unreadable],
            number_column=number_column(upload),
            columns=COLUMNS,
            headings=header_of(upload.sheet),
            unused=unused_headings(upload.sheet, upload.columns),
            date_rules=_PAGES.rules(upload, visit_of(request).words.zone),
            shown=shown,
            entries=page.rows,
            meanings=upload.choice["meanings"],
            frequencies=upload.choice["statuses"],
            meaning=tuple(Meaning),
            first=page.first,
            next=page.next,
        )

    @post("/{upload_id:int}")
    async def choose(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Use another sheet, other columns, or other meanings of the statuses (`meaning-<place>` in their order)."""
        upload = await parts.transactions.read_long(lambda uow: _PAGES.find(uow, upload_id, me))
        if form.text("act") == "meanings" and "meanings" in upload.choice:
            meanings = {
                status: form.text(f"meaning-{place}") or meaning
                for place, (status, meaning) in enumerate(upload.choice["meanings"].items())
            }
            wrong = [one for one in meanings.values() if one not in set(Meaning)]
            if wrong:
                raise InvalidValue("reconcile.meaning", wrong[0])
            read = {status: Meaning(meaning) for status, meaning in meanings.items()}
            now = parts.clock.now()
            await parts.transactions.write(lambda uow: remember_meanings(uow, read, me, now))
            return await _PAGES.keep(request, parts, evolve(upload, choice={**upload.choice, "meanings": meanings}), me)
        codes = await parts.transactions.read(lambda uow: uow.catalogue.provider_codes())
        try:
            changed = _with_statuses(chosen(upload, form, COLUMNS), codes)
        except InvalidValue as error:
            return _PAGES.ask_columns(request, pages, upload, error)
        return await _PAGES.keep(request, parts, changed, me)

    @get("/{upload_id:int}/lacking.csv")
    async def lacking(
        self,
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[bytes]:
        """Return the rows that lack what an order needs, under the headings of an import, to mend and import."""
        words = visit.words

        def work(uow: UnitOfWork) -> bytes:
            absent = _absent(uow, _PAGES.find(uow, upload_id, me), me, parts)
            head = [words(column.heading) for name in NEEDED for column in IMPORTED if column.name == name]
            wrong = [absent.requests.texts(row.place) for row in absent.plan.rows if row.verdict is RowVerdict.WRONG]
            rows = [[texts[name] for name in NEEDED] for texts in wrong]
            return table_content(parts, Sheet(name="SIKPRO", header=head, rows=rows, widths=[16] * len(head)), "csv")

        return table_response(await parts.transactions.read_long(work), "SIKPRO-lacking", "csv")

    @post("/{upload_id:int}/make")
    async def make(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Make the orders that are not here, if the verdicts are still those of the page (`mark`)."""
        now, zone = parts.clock.now(), ZoneInfo(parts.zone)
        mark, closed = form.text("mark"), form.text("closed") == "yes"

        def look(uow: UnitOfWork) -> tuple[Upload, Prepared | None]:
            upload = _PAGES.find(uow, upload_id, me)
            requests = _requests(uow, upload, me, parts)
            work = request_work(uow, requests, mark, me, now, zone, closed_months=closed)[1]
            return upload, Prepared.of(work) if work else None

        upload, prepared = await parts.transactions.read_long(look)
        if prepared is None:
            visit.toast("reconcile_changed")
            return go(request, f"{_PAGES.address}/{upload_id}?list=never_requested")
        return await write_upload(request, parts, _PAGES, upload, ORDERS, prepared, me, keep=True)

    @post("/{upload_id:int}/complete")
    async def complete(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Complete the chosen orders as one writing; those that changed since or that somebody has are reported.

        `status` is the completing status; with `notify` the technicians get the usual message, with `closed` closed
        months may change.
        """
        orders, now, zone = chosen_orders(form), parts.clock.now(), ZoneInfo(parts.zone)
        back = f"{_PAGES.address}/{upload_id}"
        if not orders:
            visit.toast("none_chosen")
            return go(request, back)

        def look(uow: UnitOfWork) -> tuple[Upload, Sequence[tuple[FileLine, KnownOrder]]]:
            upload = _PAGES.find(uow, upload_id, me)
            return upload, compare_orders(uow, upload.sheet, upload.columns, _meanings(upload), me, zone).to_complete

        upload, found = await parts.transactions.read_long(look)
        listed = {order.id for _, order in found}

        def work(uow: UnitOfWork) -> BulkResult:
            result, _ = complete_orders(
                uow,
                {order_id: version for order_id, version in orders.items() if order_id in listed},
                {order.id: line.ended for line, order in found if line.ended},
                form.text("status") or completing_statuses(uow)[0].code,
                upload.file,
                me,
                now,
                zone,
                notify=form.text("notify") == "yes",
                closed_months=form.text("closed") == "yes",
            )
            return result

        report_bulk(visit, await parts.transactions.write(work))
        return go(request, back)


def number_column(upload: Upload) -> int:
    """Return the index of the registration numbers in a file with known columns."""
    return next(place for place, name in upload.columns.items() if name == "registration_number")


def _with_statuses(upload: Upload, codes: Sequence[ProviderCode]) -> Upload:
    """Return the upload with the provider's statuses and their probable meanings, if the columns are known.

    Raises `InvalidValue` for too many statuses.
    """
    if not _PAGES.is_readable(upload):
        return upload
    statuses = statuses_in(upload.sheet, upload.columns)
    meanings = {status: guess_meaning(status, codes).value for status in statuses}
    return evolve(upload, choice={**upload.choice, "statuses": statuses, "meanings": meanings})


def _compared(uow: UnitOfWork, upload: Upload, me: Person, parts: WebParts, number: int) -> Compared:
    zone, now = ZoneInfo(parts.zone), parts.clock.now()
    comparison = compare_orders(uow, upload.sheet, upload.columns, _meanings(upload), me, zone)
    listed = page_of(comparison.to_complete, number, PAGE, "").rows
    rows = {order.id: row for _, order in listed if (row := uow.order_queries.row(order.id))}
    ends = {
        order.id: end_there(line.ended, row.received_at, row.first_action_at, now)
        for line, order in listed
        if (row := rows.get(order.id))
    }
    return Compared(
        comparison=comparison,
        rows=rows,
        ends=ends,
        closed=[
            date.fromisoformat(f"{month}-01")
            for month in closed_among(uow, [(rows[one].received_at, end) for one, end in ends.items()], now, zone)
        ],
        statuses={status.code: status for status in uow.catalogue.statuses()},
        completing=completing_statuses(uow),
    )


def _requests(uow: UnitOfWork, upload: Upload, me: Person, parts: WebParts) -> Requests:
    zone, meanings = ZoneInfo(parts.zone), _meanings(upload)
    lines = compare_orders(uow, upload.sheet, upload.columns, meanings, me, zone).never_requested
    return requests_of(uow, upload.sheet, upload.columns, lines, meanings)


def _absent(uow: UnitOfWork, upload: Upload, me: Person, parts: WebParts) -> Absent:
    requests = _requests(uow, upload, me, parts)
    plan = plan_requests(uow, requests, me, parts.clock.now(), ZoneInfo(parts.zone))
    return Absent(requests=requests, plan=plan, rows={row.place: row for row in plan.rows})


def _meanings(upload: Upload) -> dict[str, Meaning]:
    return {status: Meaning(meaning) for status, meaning in upload.choice.get("meanings", {}).items()}
