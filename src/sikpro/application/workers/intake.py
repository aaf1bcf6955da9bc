"""From inbox through conversation to outbox: one transaction a batch, one savepoint an update, cursor included."""

import structlog
from attrs import evolve, frozen

from sikpro.application.conversation.context import Handled
from sikpro.application.conversation.engine import handle
from sikpro.application.conversation.groups import in_its_topic
from sikpro.application.i18n import words_in
from sikpro.application.ports.bots import LeaseLost
from sikpro.application.ports.chat import Incoming, IncomingKind, Outgoing, Transport
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.network import Batch
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
from sikpro.domain.errors import ConcurrencyConflict

_log = structlog.get_logger(__name__)
_TRIES = 3


@frozen(kw_only=True)
class Intake:
    """Handles batches of updates. When a call returns, its updates are stored, answered and never delivered again."""

    transactions: AsyncTransactions
    clock: Clock
    zone: str

    async def begin(self, account: str, transport: Transport) -> None:
        """Record which transport serves the account from now on. The ledger shows a switch. Raises `StorageError`."""

        def work(uow: UnitOfWork) -> None:
            before = uow.bots.served_by(account, transport)
            if before not in {"", transport}:
                uow.outbox.mark_tried_doubtful()
                self._note(uow, account, Outcome.IGNORED, f"switched.{transport}")

        await self.transactions.write(work)

    async def take_in(self, batch: Batch, account: str, owner: str, transport: Transport) -> None:
        """Handle a batch and move the account's cursor on this transport, together.

        If the database refuses the batch, its updates are tried one by one. Then only an update with refused content is
        saved as failed. Raises `StorageUnavailable` and `StorageBusy` when nothing can be stored now, and `LeaseLost`:
        then the cursor does not move and the updates are delivered again.
        """

        def whole(uow: UnitOfWork) -> None:
            for incoming in batch.updates:
                self.receive(uow, incoming)
            move(uow)

        def move(uow: UnitOfWork) -> None:
            if batch.gap:
                _log.error("the network no longer has some updates", gap=batch.gap)
                self._note(uow, account, Outcome.FAILED, "gap", batch.gap)
            uow.bots.note_addresses(account, batch.addresses)
            uow.bots.move_cursor(account, transport, batch.cursor, owner)

        try:
            await self.transactions.write(whole)
        except (StorageUnavailable, StorageBusy, LeaseLost):
            raise
        except StorageError as error:
            _log.warning("batch refused, going on one by one", updates=len(batch.updates), error=str(error))
            for incoming in batch.updates:
                await self._alone(incoming)
            await self.transactions.write(move)

    async def _alone(self, incoming: Incoming) -> None:
        try:
            await self.transactions.write(lambda uow: self.receive(uow, incoming))
        except StorageRejected as error:
            failure = type(error).__name__
            bare = evolve(incoming, text="", data="", sender_name="", attachments=(), contact=None)
            await self.transactions.write(lambda uow: self._failed(uow, bare, failure))

    def receive(self, uow: UnitOfWork, incoming: Incoming) -> None:
        """Handle one update in an open unit of work, unless the inbox knows it. Our own faults become its outcome.

        Raises `StorageError`.
        """
        now, incoming = self.clock.now(), in_its_topic(uow, incoming)
        inbox_id = uow.inbox.receive(evolve(incoming, text=without_link_token(incoming.text)), now)
        if inbox_id is None:
            return
        try:
            handled = self._handled(uow, incoming)
        except (StorageError, LeaseLost):
            raise
        except Exception as error:
            _log.exception("update failed", key=incoming.key)
            handled = Handled(Outcome.FAILED, type(error).__name__)
            self._apologise(uow, incoming)
        uow.inbox.finish(inbox_id, handled.outcome, handled.detail, handled.order_id)
        uow.announce(Hint(Kind.LEDGER, (inbox_id,)))

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

    def _failed(self, uow: UnitOfWork, incoming: Incoming, error: str) -> None:
        inbox_id = uow.inbox.receive(incoming, self.clock.now())
        if inbox_id is not None:
            uow.inbox.finish(inbox_id, Outcome.FAILED, error)
            self._apologise(uow, incoming)
            uow.announce(Hint(Kind.LEDGER, (inbox_id,)))

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
