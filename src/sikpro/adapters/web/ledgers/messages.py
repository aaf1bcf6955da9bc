"""The message ledger: every incoming update with its outcome, and the states of outgoing messages."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from attrs import frozen
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.i18n import Words
from sikpro.application.ports.inbox import LedgerRow, Outcome
from sikpro.application.ports.outbox import STANDING, Delivery
from sikpro.application.ports.retention import RetentionRun
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission
from sikpro.domain.period import Period

PAGE = 50
NEWER = 99
_DETAIL = re.compile(r"[a-z_.]{1,60}")
EXCERPT = 120
"""How many characters of a text a closed row shows."""


@frozen(kw_only=True)
class LedgerLine:
    """A row of the ledger with a shortened text and a readable detail."""

    row: LedgerRow
    excerpt: str
    whole: str
    detail: str


@frozen(kw_only=True)
class Sums:
    """Today's outcomes and states of outgoing messages; `standing` is of all time.

    `newer` counts rows after those on the page. `left` counts the messages that an outage left; the oldest was
    queued at `oldest`.
    """

    outcomes: Mapping[Outcome, int]
    standing: Mapping[Delivery, int]
    ended: Mapping[Delivery, int]
    newer: int
    left: int
    oldest: datetime | None

    @property
    def received(self) -> int:
        """Return the number of updates today."""
        return sum(self.outcomes.values())


class LedgerController(Controller):
    """The proof that nothing is lost: the outcomes add up to the updates."""

    path = "/ledger"
    guards = (only(Permission.VIEW_REPORTS),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the rows, newest first. `top` returns only the sums, for a page whose newest row has that id."""
        query = request.query_params
        outcome = Outcome(query["outcome"]) if query.get("outcome") in set(Outcome) else None
        before, top = _row_id(query.get("before", "")), _row_id(query.get("top", ""))
        words, now = visit.words, parts.clock.now()
        detail, recap_query = query.get("detail", ""), _recap_query(query.get("period", ""))
        detail = detail if _DETAIL.fullmatch(detail) else ""
        received = recap_query.period(words.zone) if recap_query else None
        today = Period.of_day(words.local(now).date(), words.zone)

        def read(uow: UnitOfWork) -> tuple[Sequence[LedgerRow], Sums, RetentionRun | None]:
            rows: Sequence[LedgerRow] = ()
            newer = 0
            if top is None:
                rows = uow.inbox.page(before=before, limit=PAGE + 1, outcome=outcome, detail=detail, received=received)
            else:
                latest = uow.inbox.page(before=None, limit=NEWER, outcome=outcome, detail=detail, received=received)
                newer = sum(row.id > top for row in latest)
            outcomes = uow.inbox.totals(today.start, today.end)
            deliveries = uow.outbox.counts_of(today.start, today.end)
            left, oldest = uow.failed_messages.left_by_outage()
            sums = Sums(
                outcomes={one: outcomes.get(one, 0) for one in Outcome},
                standing={one: deliveries.get(one, 0) for one in STANDING},
                ended={one: deliveries.get(one, 0) for one in Delivery if one not in STANDING},
                newer=newer,
                left=left,
                oldest=oldest,
            )
            return rows, sums, uow.retention.last()

        rows, sums, run = await parts.transactions.read(read)
        given = {"outcome": outcome, "detail": detail, "period": recap_query.text if recap_query else ""}
        narrowed = urlencode({name: value for name, value in given.items() if value})
        address = f"/ledger?{narrowed}" if narrowed else "/ledger"
        joint = "&" if narrowed else "?"
        return pages.page(
            request,
            "ledgers/messages.html" if top is None else "ledgers/sums.html",
            rows=[_line(row, words) for row in rows[:PAGE]],
            sums=sums,
            outcome=outcome,
            outcomes=tuple(Outcome),
            address=address,
            detail=_detail_words(detail, words),
            query=recap_query,
            first=address if before else "",
            next=f"{address}{joint}before={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
            live=f"{address}{joint}top={top if top is not None else (rows[0].id if rows else 0)}",
            later_page=before is not None,
            folded_before=run.before if run and len(rows) <= PAGE else None,
            bot=parts.bot_state(),
        )


def _line(row: LedgerRow, words: Words) -> LedgerLine:
    line = " ".join(row.text.split())
    cut = len(line) > EXCERPT
    excerpt = line[:EXCERPT].rstrip() + "…" if cut else line
    return LedgerLine(
        row=row,
        excerpt=excerpt,
        whole=row.text if cut or "\n" in row.text else "",
        detail=_detail_words(row.detail, words),
    )


def _recap_query(text: str) -> RecapQuery | None:
    """Return the period in an address, None for none."""
    try:
        return RecapQuery.parse(text)
    except InvalidValue:
        return None


def _detail_words(code: str, words: Words) -> str:
    """Return a detail's sentence, by the whole code or its beginning; the code itself if there is none."""
    if not code:
        return ""
    head, _, tail = code.partition(".")
    if words.knows(f"ledger.detail.{code}"):
        return words(f"ledger.detail.{code}")
    if head == "reg" and words.knows(f"field.{tail}"):
        return words("ledger.detail.reg.field", field=words(f"field.{tail}"))
    if tail and words.knows(f"ledger.detail.{head}.any"):
        return words(f"ledger.detail.{head}.any", what=f"/{tail}")
    return code


def _row_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None
