"""Import of orders from a file: every row is checked and shown, then all good rows are written, or none."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.paging import page_number, page_of
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit, visit_of
from sikpro.adapters.web.tables.uploading import LARGEST_TABLE, UploadPages, chosen, received_now, write_upload
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.tables.history_cells import Helpdesks
from sikpro.application.use_cases.tables.import_orders import (
    check_date,
    order_work,
    plan_orders,
)
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.order_plan import JudgedRow, OrderPlan, RowNote, RowVerdict
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.table_columns import (
    date_columns,
    header_of,
    texts_of,
    unused_headings,
)
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.application.use_cases.tables.uploads import Purpose, Upload
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.people import Permission, Person

PAGE = 100
"""Rows of the preview per page."""

_PAGES = UploadPages(
    address="/orders/import",
    purpose=Purpose.IMPORT,
    columns=COLUMNS,
    file_template="tables/ask.html",
    columns_template="tables/columns.html",
)


@frozen(kw_only=True)
class ShownRow:
    """A row of the preview: its number in the file, its texts, and its errors by column with the cell's name."""

    row: JudgedRow
    texts: Mapping[str, str]
    cells: Mapping[str, str]


class ImportOrdersController(Controller):
    """The steps of the import: upload, map the columns, preview every row, write."""

    path = _PAGES.address
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def ask(self, request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[str]:
        """Show the form for a file, and its possible columns."""
        return _PAGES.ask_file(request, pages)

    @post(request_max_body_size=LARGEST_TABLE)
    async def upload(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Read the file, check its rows if the columns are known, and save it."""
        return await _PAGES.take(request, pages, parts, me, lambda uow, upload: _judged(uow, upload, me, parts))

    @get("/{upload_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the preview, or the choice of columns if that is open; `columns` shows the choice again."""
        upload = await parts.transactions.read_long(lambda uow: _PAGES.find(uow, upload_id, me))
        return _show(request, pages, upload)

    @post("/{upload_id:int}")
    async def choose(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Use another sheet, or the columns that the person chose."""

        def work(uow: UnitOfWork) -> Upload:
            return _judged(uow, chosen(_PAGES.find(uow, upload_id, me), form, COLUMNS), me, parts)

        return await _PAGES.keep(request, parts, await parts.transactions.read_long(work), me)

    @post("/{upload_id:int}/decide")
    async def decide(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Judge the rows again: with the people behind unknown names (`helpdesk-<place>`), with other STOs' ODPs."""

        def work(uow: UnitOfWork) -> Upload:
            upload = _PAGES.find(uow, upload_id, me)
            if "plan" not in upload.choice:
                return upload
            people = Helpdesks.of(uow, {}).by_id
            names = OrderPlan.unpacked(upload.choice["plan"]).helpdesks
            chosen_now = {
                name: person
                for place, name in enumerate(names)
                if (person := form.whole(f"helpdesk-{place}")) is not None and person in people
            }
            helpdesks = {**upload.choice.get("helpdesks", {}), **chosen_now}
            other_sto = upload.choice.get("other_sto", False) or form.text("other_sto") == "yes"
            choice = {**upload.choice, "helpdesks": helpdesks, "other_sto": other_sto}
            return _judged(uow, evolve(upload, choice=choice), me, parts)

        return await _PAGES.keep(request, parts, await parts.transactions.read_long(work), me)

    @post("/{upload_id:int}/apply")
    async def apply(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Write all new rows as shown, many of them in portions; if something changed since, show them again."""
        now, zone, mark = parts.clock.now(), visit.words.zone, form.text("mark")
        agreed = form.text("closed_months") == "yes"

        def look(uow: UnitOfWork) -> tuple[Upload, OrderPlan, Prepared | None]:
            upload = _PAGES.find(uow, upload_id, me)
            decisions = evolve(_decisions(upload), closed_months=agreed)
            plan, work = order_work(uow, upload.sheet, upload.columns, mark, me, now, zone, decisions)
            return upload, plan, Prepared.of(work) if work else None

        try:
            upload, plan, prepared = await parts.transactions.read_long(look)
        except InvalidValue as error:
            if error.code != "import.closed_month":
                raise
            found = await parts.transactions.read_long(lambda uow: _PAGES.find(uow, upload_id, me))
            return _show(request, pages, found, error=error)
        if not prepared:
            return _show(request, pages, _with_plan(upload, plan), outdated=True)
        return await write_upload(request, parts, _PAGES, upload, ORDERS, prepared, me)


def _judged(uow: UnitOfWork, upload: Upload, by: Person, parts: WebParts) -> Upload:
    """Return the upload with the results of its rows, if all needed columns are known and the sheet can be read."""
    by.must(Permission.ADMINISTER)
    if not _PAGES.is_readable(upload) or _date_trouble(upload):
        return upload
    now, zone, decisions = parts.clock.now(), ZoneInfo(parts.zone), _decisions(upload)
    plan = plan_orders(uow, upload.sheet, upload.columns, by, now, zone, decisions)
    people = [[person.id, person.name] for person in Helpdesks.of(uow, {}).by_id.values()]
    return _with_plan(evolve(upload, choice={**upload.choice, "people": people}), plan)


def _decisions(upload: Upload) -> Decisions:
    return Decisions(
        received_now=received_now(upload),
        helpdesks=upload.choice.get("helpdesks", {}),
        other_sto=upload.choice.get("other_sto", False),
    )


def _date_trouble(upload: Upload) -> DomainError | None:
    """Return the reason why the time of receipt is not decided, else None."""
    try:
        check_date(upload.columns, received_now(upload))
    except InvalidValue as error:
        return error
    return None


def _with_plan(upload: Upload, plan: OrderPlan) -> Upload:
    return evolve(upload, choice={**upload.choice, "plan": plan.packed()})


def _show(
    request: Request[Any, Any, Any],
    pages: Pages,
    upload: Upload,
    *,
    outdated: bool = False,
    error: DomainError | None = None,
) -> Response[str]:
    if "plan" not in upload.choice or "columns" in request.query_params:
        return _PAGES.ask_columns(
            request,
            pages,
            upload,
            trouble=_date_trouble(upload),
            received_now=received_now(upload),
            likely=date_columns(upload.sheet, upload.columns),
        )
    plan = OrderPlan.unpacked(upload.choice["plan"])
    wanted = request.query_params.get("verdict", "")
    rows = [row for row in plan.rows if wanted not in set(RowVerdict) or row.verdict == wanted]
    places = {name: place for place, name in upload.columns.items()}

    def shown(row: JudgedRow) -> ShownRow:
        cells = {name: upload.sheet.cell(row.place, places[name]) for name in row.errors if name in places}
        return ShownRow(row=row, texts=texts_of(upload.sheet.rows[row.place], upload.columns), cells=cells)

    address = _PAGES.address_of(upload)
    here = f"{address}?verdict={wanted}&page=" if wanted else f"{address}?page="
    page = page_of(rows, page_number(request.query_params.get("page", "")), PAGE, here)
    return pages.page(
        request,
        "tables/preview.html",
        status=409 if outdated or error else 200,
        error=error,
        notes=tuple(note for note in RowNote if note is not RowNote.FINAL),
        people=upload.choice.get("people", []),
        outdated=outdated,
        upload=upload,
        plan=plan,
        address=address,
        wanted=wanted,
        verdicts=tuple(RowVerdict),
        columns=[column for column in COLUMNS if column.name in places],
        headings=header_of(upload.sheet),
        unused=unused_headings(upload.sheet, upload.columns),
        date_rules=_PAGES.rules(upload, visit_of(request).words.zone),
        received_now=received_now(upload),
        rows=[shown(row) for row in page.rows],
        first=page.first,
        next=page.next,
    )
