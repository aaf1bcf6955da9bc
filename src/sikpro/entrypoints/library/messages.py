"""Messages: what came in, what goes out, what an outage left, and the snippets for answers."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from attrs import frozen

from sikpro.application.ports.inbox import LedgerRow, Outcome
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.snippets import Snippet
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import status_named
from sikpro.application.use_cases.messages.keep_snippets import drop_snippet, filled_snippets, save_snippet
from sikpro.application.use_cases.messages.notify_technician import proposed_feedback
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.application.use_cases.messages.resend_failed import FailedPlan, Resent, failed_plan, resend_failed
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.session import Group, must_one_of


@frozen
class DayOfMessages:
    """The messages of a day: updates that came in by their outcome, messages that went out by their state."""

    received: Mapping[Outcome, int]
    sent: Mapping[Delivery, int]


@held_as("messages")
class Messages(Group):
    """`app.messages`: the ledger of messages, sending again, snippets and the notice.

    Every method raises `NotPermitted` where the role of who acts does not allow it.
    """

    def received(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        outcome: Outcome | None = None,
        detail: str = "",
        span: Period | None = None,
    ) -> tuple[LedgerRow, ...]:
        """Return what came in with its outcome, newest first, for who may see reports.

        `before` is the id of the last row of the page before. Raises `ValueError` for a limit below 1.
        """
        if limit < 1:
            raise ValueError(f"messages.received: limit: {limit} is less than 1")

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[LedgerRow, ...]:
            by.must(Permission.VIEW_REPORTS)
            return uow.inbox.page(before=before, limit=limit, outcome=outcome, detail=detail, received=span)

        return self._session.read(work)

    def day(self, day: date | None = None) -> DayOfMessages:
        """Count the messages of a day, by default today; what waits or failed is of all time."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> DayOfMessages:
            by.must(Permission.VIEW_REPORTS)
            local = self._session.local
            span = Period.of_day(day or now.astimezone(local).date(), local)
            return DayOfMessages(uow.inbox.totals(span.start, span.end), uow.outbox.counts_of(span.start, span.end))

        return self._session.read(work)

    def of_order(self, number: str) -> tuple[OutboxItem, ...]:
        """Return the messages about an order with their states, oldest first. Raises `NotFound`."""
        return self._session.look(number, lambda uow, order, by, now: uow.outbox.of_order(order.id))

    def send_again(self, number: str, message_id: int) -> tuple[int, ...]:
        """Queue a failed message about an order again, and return the ids that are now queued. Raises `NotFound`."""
        return self._session.move(
            number, lambda uow, order, by, now: resend_message(uow, order.id, message_id, by, now)
        )

    def failed(self) -> FailedPlan:
        """Return what would become of all failed messages, for who leads."""
        return self._session.read(lambda uow, by, now: failed_plan(uow, by))

    def send_failed_again(self) -> Mapping[str, int]:
        """Send again what an outage left, in portions, each its own transaction; return what became of how many."""
        done: Counter[str] = Counter()
        after: int | None = 0

        def portion(uow: UnitOfWork, by: Person, now: datetime) -> Resent:
            return resend_failed(uow, by, now, after=after or 0, zone=self._session.zone)

        while after is not None:
            resent = self._session.write(portion)
            done.update({fate.value: count for fate, count in resent.done.items()})
            after = resent.next
        return dict(done)

    def notice(self) -> str:
        """Return the notice that every answer about an order has, "" for none."""
        return self._session.read(lambda uow, by, now: uow.installation.get().notice)

    def publish_notice(self, text: str) -> str:
        """Switch a notice on, or off with "", for who leads. Raises `InvalidValue` for one that is too long."""
        return self._session.write(lambda uow, by, now: publish_notice(uow, text, by, now))

    def snippets(self) -> tuple[Snippet, ...]:
        """Return one's own and the shared texts for answers, by name."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Snippet, ...]:
            must_one_of(by, Permission.WORK, Permission.LEAD)
            return uow.snippets.of_person(by.id)

        return self._session.read(work)

    def filled_snippets(self, number: str) -> Mapping[str, str]:
        """Return what one can use for an order, by name, with the order's values. Raises `NotFound`."""

        def work(uow: UnitOfWork, order: Order, by: Person, now: datetime) -> Mapping[str, str]:
            return {snippet.name: text for snippet, text in filled_snippets(uow, order, by)}

        return self._session.look(number, work)

    def proposed_text(self, number: str, status: str) -> str:
        """Return the text that a status proposes for an order's technician. Raises `NotFound`."""
        return self._session.look(
            number, lambda uow, order, by, now: proposed_feedback(uow, order)(status_named(uow, status))
        )

    def save_snippet(self, name: str, text: str, *, shared: bool = False) -> Snippet:
        """Save a text under a name, in place of the one that has it. Raises `InvalidFields`."""
        typed = {"name": name, "text": text}
        return self._session.write(lambda uow, by, now: save_snippet(uow, typed, by, now, shared=shared))

    def drop_snippet(self, snippet_id: int) -> None:
        """Delete one's own snippet, or for who leads a shared one. Raises `NotFound`."""
        self._session.write(lambda uow, by, now: drop_snippet(uow, snippet_id, by, now))
