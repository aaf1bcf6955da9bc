"""From inbox through conversation to outbox: one transaction a batch, one savepoint an update, cursor included."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from attrs import evolve, field, frozen

from sikpro.application.conversation.context import Handled
from sikpro.application.conversation.engine import handle
from sikpro.application.conversation.groups import in_its_topic
from sikpro.application.i18n import words_in
from sikpro.application.ports.bots import LeaseLost
from sikpro.application.ports.cause import caused_by
from sikpro.application.ports.chat import Incoming, IncomingKind, Outgoing
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.measures import Measures, NoMeasures
from sikpro.application.ports.network import Batch
from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import (
    AsyncTransactions,
    Hint,
    Kind,
    StorageBusy,
    StorageError,
    StorageRejected,
    StorageUnavailable,
    UnitOfWork,
)
from sikpro.application.use_cases.people.bind_phone import without_link_token
from sikpro.application.workers.relay import LEASE, Relay
from sikpro.domain.errors import ConcurrencyConflict

_log = structlog.get_logger(__name__)
_TRIES = 3
_LONG_AGO = timedelta(days=60)
"""Less than anything is kept: only for older updates the runs of retention are asked."""


@frozen
class Decided:
    """An update that was handled: its row of the ledger, its result, and the seconds that it took."""

    inbox_id: int
    kind: IncomingKind
    handled: Handled
    seconds: float


@frozen
class Stored:
    """A batch that is stored: what was decided of each update, and the answers that this process has claimed."""

    decided: Sequence[Decided | None]
    claimed: tuple[OutboxItem, ...]


@frozen(kw_only=True)
class Intake:
    """Handles batches of updates. When a call returns, its updates are stored, answered and never delivered again.

    `count` returns monotonic seconds.
    """

    transactions: AsyncTransactions
    clock: Clock
    zone: str
    measures: Measures = field(factory=NoMeasures)
    count: Callable[[], float] = time.monotonic

    async def begin(self, account: str, transport: str) -> None:
        """Record which transport serves the account from now on. The ledger shows a switch. Raises `StorageError`."""

        def work(uow: UnitOfWork) -> None:
            before = uow.bots.served_by(account, transport)
            if before not in {"", transport}:
                uow.outbox.mark_tried_doubtful()
                self._note(uow, account, Outcome.IGNORED, f"switched.{transport}")

        await self.transactions.write(work)

    async def take_in(self, batch: Batch, account: str, owner: str, transport: str, relay: Relay | None = None) -> None:
        """Handle a batch and move the account's cursor on this transport, together.

        The answers that `relay` may send now are claimed with it, and leave as soon as all is stored.

        If the database refuses the batch, its updates are tried one by one. Then only an update with refused content is
        saved as failed. Raises `StorageUnavailable` and `StorageBusy` when nothing can be stored now, and `LeaseLost`:
        then the cursor does not move and the updates are delivered again.
        """

        places = relay.places() if relay else 0

        def whole(uow: UnitOfWork) -> Stored:
            decided = [self.receive(uow, incoming) for incoming in batch.updates]
            move(uow)
            return Stored(decided, uow.outbox.claim_new(self.clock.now(), LEASE, places) if places else ())

        def move(uow: UnitOfWork) -> None:
            if batch.gap:
                _log.error("the network no longer has some updates", gap=batch.gap)
                self._note(uow, account, Outcome.FAILED, "gap", batch.gap)
            uow.bots.note_addresses(account, batch.addresses)
            uow.bots.move_cursor(account, transport, batch.cursor, owner)

        try:
            stored = await self._to_the_end(whole)
            if relay:
                relay.send(stored.claimed)
            self._tell(*stored.decided)
        except (StorageUnavailable, StorageBusy, LeaseLost):
            raise
        except StorageError as error:
            _log.warning("batch refused, going on one by one", updates=len(batch.updates), error=str(error))
            for incoming in batch.updates:
                await self._alone(incoming)
            await self.transactions.write(move)

    async def _to_the_end(self, work: Callable[[UnitOfWork], Stored]) -> Stored:
        """Do the work; a caller who is cancelled meanwhile waits for its end, and what it claimed is queued again."""
        writing = asyncio.ensure_future(self.transactions.write(work))
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            try:
                await self._give_back((await writing).claimed)
            except Exception:  # a stop is a stop: nothing is claimed, or the claim is found later
                _log.warning("an update was not taken in, or its answer not queued again, at the stop", exc_info=True)
            raise

    async def _give_back(self, claimed: Sequence[OutboxItem]) -> None:
        now = self.clock.now()

        def work(uow: UnitOfWork) -> None:
            for item in claimed:
                uow.outbox.later(item.id, now, "", at=now, untried=True, attempt=item.attempts)

        if claimed:
            await self.transactions.write(work)

    async def _alone(self, incoming: Incoming) -> None:
        try:
            self._tell(await self.transactions.write(lambda uow: self.receive(uow, incoming)))
        except StorageRejected as error:
            failure = type(error).__name__
            bare = evolve(incoming, text="", data="", sender_name="", attachments=(), contact=None)
            self._tell(await self.transactions.write(lambda uow: self._failed(uow, bare, failure)))

    def _tell(self, *stored: Decided | None) -> None:
        """Count and log updates that are stored; what somebody said to others in a group is no line by default."""
        for decided in filter(None, stored):
            handled = decided.handled
            self.measures.update(handled.outcome, decided.seconds, f"update={decided.inbox_id}")
            log = _log.debug if handled.outcome is Outcome.IGNORED else _log.info
            about = {} if handled.order_id is None else {"order": handled.order_id}
            log(
                "update handled",
                update=str(decided.inbox_id),
                kind=str(decided.kind),
                outcome=str(handled.outcome),
                detail=handled.detail,
                seconds=round(decided.seconds, 3),
                **about,
            )

    def receive(self, uow: UnitOfWork, incoming: Incoming) -> Decided | None:
        """Handle one update in an open unit of work, unless the inbox knows it, or did so before it was folded.

        Then return None. Our own faults become its outcome. Raises `StorageError`.
        """
        begun = self.count()
        now, incoming = self.clock.now(), in_its_topic(uow, incoming)
        if now - incoming.sent_at > _LONG_AGO and uow.retention.behind(incoming.sent_at):
            _log.info("an update from before what is kept came again, and is left out", key=incoming.key)
            return None
        inbox_id = uow.inbox.receive(evolve(incoming, text=without_link_token(incoming.text)), now)
        if inbox_id is None:
            return None
        with caused_by("update", inbox_id):
            handled = self._handled_or_failed(uow, incoming)
        uow.inbox.finish(inbox_id, handled.outcome, handled.detail, handled.order_id)
        uow.announce(Hint(Kind.LEDGER, (inbox_id,)))
        return Decided(inbox_id, incoming.kind, handled, self.count() - begun)

    def _handled_or_failed(self, uow: UnitOfWork, incoming: Incoming) -> Handled:
        try:
            return self._handled(uow, incoming)
        except (StorageError, LeaseLost):
            raise
        except Exception as error:
            _log.exception("update failed", key=incoming.key)
            self._apologise(uow, incoming)
            return Handled(Outcome.FAILED, type(error).__name__)

    def _handled(self, uow: UnitOfWork, incoming: Incoming) -> Handled:
        """Handle the update in a savepoint. Retry when somebody else changed the order at the same time."""
        for attempt in range(1, _TRIES + 1):
            try:
                with uow.savepoint():
                    return handle(uow, incoming, self.clock.now(), self.zone)
            except ConcurrencyConflict:
                if attempt == _TRIES:
                    raise
        raise RuntimeError("unreachable")

    def _note(self, uow: UnitOfWork, account: str, outcome: Outcome, detail: str, text: str = "") -> None:
        """Add a row to the ledger that is not a person's message."""
        now = self.clock.now()
        noted = Incoming(
            key=f"s:{account}:{detail}:{now.isoformat()}",
            kind=IncomingKind.SOURCE,
            chat_id=0,
            message_id=None,
            sender_id=None,
            sent_at=now,
            private=False,
            text=text,
        )
        inbox_id = uow.inbox.receive(noted, now)
        if inbox_id is not None:
            uow.inbox.finish(inbox_id, outcome, detail)
            uow.announce(Hint(Kind.LEDGER, (inbox_id,)))

    def _failed(self, uow: UnitOfWork, incoming: Incoming, error: str) -> Decided | None:
        inbox_id = uow.inbox.receive(incoming, self.clock.now())
        if inbox_id is None:
            return None
        uow.inbox.finish(inbox_id, Outcome.FAILED, error)
        with caused_by("update", inbox_id):
            self._apologise(uow, incoming)
        uow.announce(Hint(Kind.LEDGER, (inbox_id,)))
        return Decided(inbox_id, incoming.kind, Handled(Outcome.FAILED, error), 0.0)

    def _apologise(self, uow: UnitOfWork, incoming: Incoming) -> None:
        if not incoming.chat_id or incoming.kind in {IncomingKind.MEMBERSHIP, IncomingKind.OTHER}:
            return
        person = uow.people.by_telegram(incoming.sender_id) if incoming.sender_id else None
        words = words_in(person.language if person else "id", self.zone)
        reply_to = incoming.message_id if incoming.kind is IncomingKind.MESSAGE else None
        message = Outgoing(
            chat_id=incoming.chat_id,
            text=words("message.failed"),
            reply_to=reply_to,
            bulk=person is None,
            topic=incoming.topic,
        )
        uow.outbox.put(message, self.clock.now())
