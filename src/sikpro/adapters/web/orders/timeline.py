"""The timeline of an order: the events of the journal, and the messages to the chat with their states."""

from collections.abc import Callable
from datetime import datetime

from attrs import field, frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.outbox import TOPIC_DELETED, Delivery, OutboxItem
from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.catalogue import Status
from sikpro.domain.errors import NotFound
from sikpro.domain.events import (
    FieldChange,
    HoldUpCleared,
    MessageJoined,
    OrderAssigned,
    OrderCorrected,
    OrderDeleted,
    OrderEvent,
    OrderGivenBack,
    OrderImported,
    OrderNudged,
    OrderPlaced,
    OrderRemarked,
    OrderReopened,
    OrderRestored,
    OrderTaken,
    OrderTransferred,
    OrderWithdrawn,
    StatusChanged,
    StatusUndone,
    WordsSent,
)
from sikpro.domain.phase import Phase
from sikpro.domain.place import Place


@frozen(kw_only=True)
class Entry:
    """One entry of the timeline: its `text`, the person (`who`), and the written text (`quote`)."""

    at: datetime
    icon: str
    text: str
    who: str = ""
    phase: Phase | None = None
    reason: str = ""
    quote: str = ""
    place: Place | None = None
    changes: tuple[FieldChange, ...] = ()
    message: OutboxItem | None = None
    delivery: str = ""
    journal_id: int = 0
    remark: bool = False


@frozen
class Narrator:
    """Makes the timeline of an order in one language."""

    uow: UnitOfWork
    words: Words
    statuses: dict[str, Status]
    _names: dict[int, str] = field(factory=dict[int, str])

    def story(self, order_id: int, *, remarks: bool) -> tuple[Entry, ...]:
        """Return all entries about an order, newest first.

        `remarks` includes what is for colleagues only: their notes, and who set the order aside and why.
        """
        entries = self.uow.journal.of_order(order_id)
        facts = [self._fact(entry) for entry in entries if remarks or not isinstance(entry.event, OrderRemarked)]
        sent = self.uow.outbox.of_order(order_id)
        messages = [self._message(item) for item in sent if not item.message.press_id and not item.message.is_gesture]
        asides = [self._aside(one) for one in self._set_aside(order_id)] if remarks else []
        return tuple(sorted(facts + asides + messages, key=lambda entry: entry.at))[::-1]

    def name(self, person: int | None) -> str:
        """Return a person's name; the system's name for None."""
        if person is None:
            return self.words("timeline.system")
        if person not in self._names:
            try:
                self._names[person] = self.uow.people.get(person).name
            except NotFound:
                self._names[person] = self.words("timeline.somebody")
        return self._names[person]

    def status(self, code: str) -> str:
        """Return the label of a status; its code if it is no longer in the catalogue."""
        return self.words.text(self.statuses[code].label) if code in self.statuses else code

    def _set_aside(self, order_id: int) -> tuple[SetAside, ...]:
        return self.uow.set_aside.holding(order_id, self.uow.orders.get(order_id).received_at)

    def _aside(self, one: SetAside) -> Entry:
        skipped = bool(one.reason)
        until = self.words.moment(one.until, one.at)
        return Entry(
            at=one.at,
            icon="player-skip-forward" if skipped else "zzz",
            text=self.words("timeline.skipped") if skipped else self.words("timeline.put_off", time=until),
            who=self.name(one.by),
            reason=self.words(f"skip.{one.reason}") if skipped else "",
        )

    def _fact(self, entry: JournalEntry) -> Entry:
        event, who = entry.event, self.name(entry.actor)
        icon, text = self._line(event)
        return Entry(
            at=event.at,
            icon=icon,
            text=text,
            who=who,
            phase=event.state.phase if isinstance(event, StatusChanged | OrderReopened | OrderWithdrawn) else None,
            reason=getattr(event, "reason", ""),
            quote=_quote(event),
            place=event.place if isinstance(event, MessageJoined) else None,
            changes=event.changes if isinstance(event, OrderCorrected) else (),
            journal_id=entry.id,
            remark=isinstance(event, OrderRemarked),
        )

    def _line(self, event: OrderEvent) -> tuple[str, str]:
        words: Callable[..., str] = self.words
        match event:
            case OrderPlaced():
                return "inbox", words("timeline.placed", channel=words(f"channel.{event.channel}"))
            case OrderImported(source=source, helpdesk_name=name) if name:
                return "inbox", words("timeline.imported_from", source=source, name=name)
            case OrderImported(source=source):
                return "inbox", words("timeline.imported", source=source)
            case OrderTaken():
                return "hand-grab", words("timeline.taken")
            case OrderGivenBack(lapsed=True):
                return "hourglass", words("timeline.lapsed", name=self.name(event.holder))
            case OrderGivenBack():
                return "arrow-back-up", words("timeline.given_back")
            case OrderAssigned():
                return "user-share", words("timeline.assigned", name=self.name(event.holder))
            case StatusChanged():
                return "list-check", words("timeline.status", status=self.status(event.state.status))
            case OrderCorrected(resubmitted=True):
                return "rotate", words("timeline.resubmitted")
            case OrderCorrected():
                return "edit", words("timeline.corrected")
            case MessageJoined(place=place) if place:
                return "map-pin", words("timeline.place")
            case MessageJoined(photo=photo):
                return "message-reply", words("timeline.photo" if photo else "timeline.reply")
            case OrderNudged():
                return "bell", words("timeline.nudged")
            case OrderReopened():
                return "lock-open", words("timeline.reopened", status=self.status(event.state.status))
            case StatusUndone():
                return "arrow-back-up", words("timeline.undone", status=self.status(event.undone))
            case WordsSent():
                return "message-circle", words("timeline.words")
            case OrderRemarked():
                return "lock", words("timeline.remark")
            case OrderTransferred(before=before, after=after):
                return "user-share", words("timeline.transferred", before=before, after=after)
            case HoldUpCleared(before=before, name=name) if name:
                return "circle-check", words("timeline.cleared_by", status=self.status(before), name=name)
            case HoldUpCleared(before=before):
                return "circle-check", words("timeline.cleared", status=self.status(before))
            case OrderWithdrawn():
                return "ban", words("timeline.withdrawn")
            case OrderDeleted():
                return "trash", words("timeline.deleted")
            case OrderRestored():
                return "refresh", words("timeline.restored")
            case _:
                raise TypeError(f"no sentence for {type(event).__name__}")

    def _message(self, item: OutboxItem) -> Entry:
        reader = self.uow.people.by_telegram(item.message.chat_id) if item.message.chat_id else None
        name = reader.name if reader else self.words("timeline.chat")
        return Entry(
            at=item.created_at,
            icon="brand-telegram",
            text=self.words("timeline.message", name=name),
            who=self.words("timeline.system"),
            quote=item.message.text,
            message=item,
            delivery=self._delivery(item),
        )

    def _delivery(self, item: OutboxItem) -> str:
        text = self.words(f"delivery.{item.state}")
        if item.state in {Delivery.FAILED, Delivery.EXPIRED, Delivery.REPLACED} and item.reason:
            code = f"delivery.reason.{item.reason}"
            text += ": " + self.words(code if self.words.knows(code) else "delivery.reason.other")
        elif item.detail == TOPIC_DELETED:
            text += ": " + self.words("delivery.in_general")
        return text


def _quote(event: OrderEvent) -> str:
    if isinstance(event, StatusChanged | OrderReopened):
        return event.feedback
    return event.text if isinstance(event, MessageJoined | WordsSent | HoldUpCleared | OrderRemarked) else ""
