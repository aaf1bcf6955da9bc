"""The statement about an order: when it was received, answered and sent by its facts, and which seals hold them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.seals import GESTURE
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.catalogue.typed_values import number_meant
from sikpro.application.use_cases.orders.archived import archive_of, archive_words
from sikpro.domain.errors import InvalidValue, NotFound
from sikpro.domain.events import OrderReopened, OrderRestored, StatusChanged, StatusUndone
from sikpro.domain.seals import ABOUT_ORDERS, FactKind, LedgerFact, Seal, unpacked
from sikpro.domain.text import compact

_ANSWERS = frozenset({StatusChanged.__name__, OrderReopened.__name__})


@frozen(kw_only=True)
class StatementLine:
    """A fact about an order, and the number of the seal over it; None while it waits for one.

    `intact` says whether the fact is as it was when it was sealed.
    """

    fact: LedgerFact
    seal: int | None
    intact: bool = True


@frozen(kw_only=True)
class Statement:
    """What the facts say about one order. `received` is None for an order that was here before facts were kept.

    `answer` is the last status that somebody set and did not undo; `sent` the first message about it that arrived
    after that. `archive` has its history, if that is not here. `missing` is how many changes of the order are in the
    journal and have no fact, `seals` are those over its facts.
    """

    number: str
    order_id: int
    lines: tuple[StatementLine, ...]
    received: LedgerFact | None
    answer: LedgerFact | None
    sent: LedgerFact | None
    removed: LedgerFact | None
    missing: int = 0
    seals: tuple[Seal, ...] = ()
    archive: Archive | None = None

    @property
    def waiting(self) -> int:
        """How many of its facts wait for a seal."""
        return sum(line.seal is None for line in self.lines)

    @property
    def differing(self) -> int:
        """How many of its facts differ from their seals."""
        return sum(not line.intact for line in self.lines)


def statements_about(uow: UnitOfWork, typed: str) -> tuple[Statement, ...]:
    """Return the statements about the orders that ever had a registration number, removed ones too.

    The number may be written as people do. Raises `NotFound` when there is no such order.
    """
    number = compact(typed)
    with suppress(InvalidValue):
        number = number_meant(uow, typed)
    ids = set(uow.seals.orders_numbered(number)) | {order.id for order in uow.orders.find(number)}
    if not ids:
        raise NotFound.order(typed)
    return tuple(_statement(uow, number, order_id) for order_id in sorted(ids))


def _statement(uow: UnitOfWork, number: str, order_id: int) -> Statement:
    all_facts = uow.seals.facts_of([order_id])
    facts = [fact for fact in all_facts if _belongs(fact)]
    in_journal = {fact.row_id for fact in all_facts if fact.kind in ABOUT_ORDERS}
    first = min(in_journal, default=0)
    missing = [entry for entry in uow.journal.of_order(order_id) if entry.id > first and entry.id not in in_journal]
    received = answer = sent = removed = None
    for fact in facts:
        if fact.kind is FactKind.RECEIVED:
            received = fact
        elif fact.kind is FactKind.REMOVED:
            removed = fact
        elif fact.kind is FactKind.SENT and answer and sent is None:
            sent = fact
        elif fact.detail in _ANSWERS:
            answer, sent = fact, None
        elif fact.detail == StatusUndone.__name__:
            answer = sent = None
        elif fact.detail == OrderRestored.__name__:
            removed = None
    lines = _lines(uow, facts)
    numbers = sorted({line.seal for line in lines if line.seal is not None})
    return Statement(
        number=number,
        order_id=order_id,
        missing=len(missing) if in_journal else 0,
        seals=tuple(seal for number in numbers for seal in uow.seals.chain(number - 1, 1)),
        lines=lines,
        received=received,
        answer=answer,
        sent=sent,
        removed=removed,
        archive=archive_of(uow, order_id),
    )


def _lines(uow: UnitOfWork, facts: Sequence[LedgerFact]) -> tuple[StatementLine, ...]:
    lines: list[StatementLine] = []
    seal: Seal | None = None
    held: Mapping[int, bytes] = {}
    for fact in facts:
        if seal is None or fact.id > seal.last:
            seal = uow.seals.covering(fact.id)
            held = unpacked(uow.seals.digests(seal.number)) if seal else {}
        if seal is None:
            lines.append(StatementLine(fact=fact, seal=None))
        else:
            intact = held.get(fact.id) == fact.digest
            lines.append(StatementLine(fact=fact, seal=seal.number, intact=intact))
    return tuple(lines)


def _belongs(fact: LedgerFact) -> bool:
    if fact.kind is FactKind.HANDLED:
        return not fact.detail.startswith(Outcome.ORDER)  # the order itself says so
    return fact.detail != GESTURE


def in_words(uow: UnitOfWork, statement: Statement, words: Words) -> str:
    """Return the statement as one sentence for each thing that happened, and one about its seals."""
    order, said = statement.number, []
    if statement.received is None:
        said.append(words("statement.before", number=order))
    else:
        source = words(f"statement.by.{statement.received.detail}")
        at = statement.received.received_at or statement.received.at
        said.append(words("statement.received", number=order, at=moment(words, at), by=source))
        if moment(words, at) != moment(words, statement.received.at):
            said.append(words("statement.recorded", at=moment(words, statement.received.at)))
    if statement.answer:
        status = status_label(uow, statement.answer.status, words)
        said.append(words("statement.answered", at=moment(words, statement.answer.at), status=status))
        if statement.sent:
            said.append(words("statement.sent", at=moment(words, statement.sent.at)))
        else:
            said.append(words("statement.not_sent_yet"))
    else:
        said.append(words("statement.no_answer"))
    if statement.removed:
        said.append(words("statement.removed", at=moment(words, statement.removed.at)))
    said.append(_about_seals(statement, words))
    if statement.missing:
        said.append(words("statement.missing", count=statement.missing))
    if statement.archive:
        said.append(archive_words(statement.archive, words))
    return " ".join(said)


def _about_seals(statement: Statement, words: Words) -> str:
    if not statement.lines:
        return words("statement.no_facts")
    seals = sorted({line.seal for line in statement.lines if line.seal is not None})
    if not seals:
        return words("statement.unsealed")
    sealed = words("statement.sealed", seals=", ".join(map(str, seals)))
    said = [sealed]
    if statement.waiting:
        said.append(words("statement.waiting", count=statement.waiting))
    if statement.differing:
        said.append(words("statement.differs", count=statement.differing))
    return " ".join(said)


def line_in_words(uow: UnitOfWork, fact: LedgerFact, words: Words) -> str:
    """Return what one fact says."""
    if fact.kind is FactKind.RECEIVED:
        return words("statement.line.received", by=words(f"statement.by.{fact.detail}"))
    if fact.kind is FactKind.HANDLED:
        return words("statement.line.handled")
    if fact.kind is FactKind.SENT:
        known = fact.message_id is not None
        return words("statement.line.sent", message=fact.message_id) if known else words("statement.line.sent_plain")
    if fact.kind is FactKind.NOT_SENT:
        return words("statement.line.not_sent")
    if fact.kind is FactKind.MESSAGE:
        return words("statement.line.message")
    if fact.kind in ABOUT_ORDERS and words.knows(f"statement.line.{fact.detail}"):
        return words(f"statement.line.{fact.detail}", status=status_label(uow, fact.status, words))
    return words("statement.line.changed", what=fact.detail)


def status_label(uow: UnitOfWork, code: str, words: Words) -> str:
    """Return what people call a status; its code once it is no more."""
    try:
        return words.text(any_status(uow, code).label)
    except NotFound:
        return code


def moment(words: Words, at: datetime) -> str:
    """Return a time with its whole date, as a statement needs it years later."""
    return f"{words.long_date(words.local(at).date())} {words.time(at)} {words.zone_name(at)}"
