"""The seals over the facts of the ledger, for admins and supervisors, and the statement about one order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.i18n import Words
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.seals.statement import (
    Statement,
    StatementLine,
    in_words,
    line_in_words,
    moment,
    statements_about,
)
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Permission
from sikpro.domain.seals import Seal
from sikpro.domain.text import storable

PAGE = 20
LIMITS = ("truth", "everything", "clock", "before", "lost", "beside", "deleted")
"""What a seal does not prove: `seals.limit.<name>`."""


@frozen(kw_only=True)
class ShownStatement:
    """A statement as a person reads it: its sentences, and its facts with what each says."""

    statement: Statement
    text: str
    lines: Sequence[tuple[StatementLine, str]]


@frozen(kw_only=True)
class _Read:
    seals: Sequence[Seal]
    last: Seal | None
    waiting: int
    since: datetime | None
    statements: Sequence[ShownStatement]


class SealsController(Controller):
    """The page; it only reads."""

    path = "/seals"
    guards = (only(Permission.AUDIT),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the statement about an order if one is named, and the seals, newest first."""
        words, query = visit.words, request.query_params
        number = storable(query.get("number", "")).strip()[:100]
        before = _number(query.get("before", ""))

        def read(uow: UnitOfWork) -> _Read:
            first = uow.seals.facts(0, 1)
            return _Read(
                seals=uow.seals.page(before, PAGE + 1),
                last=uow.seals.last(),
                waiting=uow.seals.waiting(),
                since=first[0].at if first else None,
                statements=_statements(uow, number, words) if number else (),
            )

        found = await parts.transactions.read(read)
        return pages.page(
            request,
            "ledgers/seals.html",
            number=number,
            statements=found.statements,
            seals=found.seals[:PAGE],
            last=found.last,
            waiting=found.waiting,
            since=found.since,
            whole=lambda at: moment(words, at),
            limits=LIMITS,
            first="/seals" if before else "",
            next=f"/seals?before={found.seals[PAGE - 1].number}" if len(found.seals) > PAGE else "",
        )


def _statements(uow: UnitOfWork, number: str, words: Words) -> tuple[ShownStatement, ...]:
    try:
        statements = statements_about(uow, number)
    except NotFound:
        return ()
    return tuple(
        ShownStatement(
            statement=statement,
            text=in_words(uow, statement, words),
            lines=[(line, line_in_words(uow, line.fact, words)) for line in statement.lines],
        )
        for statement in statements
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None
