"""What SIKPRO tells other programs, as JSON: one place for whoever sends an order, a person or a fact."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from attrs import asdict, fields, has
from msgspec import Meta, Struct

from sikpro.application.fields import FIELDS
from sikpro.application.ports.files import OrderFile
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.queries import OrderRow
from sikpro.domain.events import OrderEvent
from sikpro.domain.people import Person

Seconds = Annotated[float, Meta(description="seconds")]
Name = Callable[[int], str]
"""Returns a person's name by their id."""

if TYPE_CHECKING:

    class OrderTexts(Struct):
        """The order's fields as texts."""

else:
    OrderTexts = msgspec.defstruct(
        "OrderTexts",
        [(field.name, Annotated[str, Meta(examples=[field.example])] if field.example else str) for field in FIELDS],
        namespace={"__doc__": "The order's fields as texts, in the form in which they are stored."},
    )


class Somebody(Struct):
    """A person, as others see them."""

    id: int
    name: str


class PersonJson(Struct):
    """A person: an account (`username`, `role`), a technician (`technician_code`), or both. `telegram`: connected."""

    id: int
    name: str
    username: str | None
    role: str | None
    technician_code: str | None
    site_operation: str | None
    phone: str
    language: str
    active: bool
    telegram: bool
    version: int


class PlaceJson(Struct):
    """A place on earth, in degrees."""

    latitude: float
    longitude: float


class OrderJson(Struct):
    """An order. Times are UTC. `spent` has the finished times by whose turn it was; add the running turn yourself."""

    id: int
    number: str
    version: Annotated[int, Meta(description="rises with each change; the ETag is made of it")]
    fields: OrderTexts
    site_operation: str
    technician_name: str
    channel: str
    phase: str
    status: str
    turn: Annotated[str, Meta(description="whose turn it is")]
    turn_since: datetime
    spent: dict[str, Seconds]
    holder: Annotated[Somebody | None, Meta(description="who has taken it now")]
    helpdesk: Annotated[Somebody | None, Meta(description="who worked on it last")]
    received_at: datetime
    changed_at: datetime
    claimed_until: datetime | None
    first_action_at: datetime | None
    finished_at: datetime | None
    deleted_at: datetime | None
    resubmissions: int
    resubmitted: bool
    reply_waiting: bool
    nudged_at: datetime | None
    last_feedback: str
    last_feedback_at: datetime | None
    place: PlaceJson | None


class FactJson(Struct):
    """A fact of an order's history: what happened (`kind`), when and by whom (null: the chat or the system).

    `facts` has what else is known of it, by name.
    """

    id: int
    kind: str
    at: datetime
    by: Somebody | None
    phase: str
    status: str
    turn: str
    facts: dict[str, Any]


class MessageJson(Struct):
    """A message to a chat about an order, and what became of it."""

    id: int
    text: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    reason: str


class FileJson(Struct):
    """A photo or file of an order; its content is at `url` once it is `stored`."""

    id: int
    kind: str
    state: str
    media_type: str
    size: int | None
    wanted_at: datetime
    reason: str
    url: str | None


def order_json(row: OrderRow) -> OrderJson:
    """Return an order's row as JSON."""
    typed = {name: getattr(row, name) for name in ("type", "serial", "sto", "odp", "technician")}
    texts: Any = OrderTexts
    return OrderJson(
        fields=texts(registration_number=row.number, **typed, **row.texts),
        spent={turn.value: span.total_seconds() for turn, span in row.spent.items()},
        holder=_somebody(row.holder, row.holder_name),
        helpdesk=_somebody(row.helpdesk, row.helpdesk_name),
        place=PlaceJson(row.place.latitude, row.place.longitude) if row.place else None,
        phase=row.phase.value,
        turn=row.turn.value,
        **{name: getattr(row, name) for name in _SAME},
    )


_SAME = tuple(
    {one.name for one in fields(OrderRow)}
    & set(OrderJson.__struct_fields__) - {"spent", "holder", "helpdesk", "place", "phase", "turn"}
)
"""What an order takes from its row as it is."""


def person_json(person: Person) -> PersonJson:
    """Return a person as JSON, without what only they or nobody may know."""
    return PersonJson(
        telegram=person.telegram_id is not None,
        **{name: getattr(person, name) for name in PersonJson.__struct_fields__ if name != "telegram"},
    )


def fact_json(entry: JournalEntry, name: Name) -> FactJson:
    """Return a fact of the journal as JSON."""
    event = entry.event
    own = {one.name for one in fields(type(event))} - {one.name for one in fields(OrderEvent)}
    return FactJson(
        id=entry.id,
        kind=kind_of(type(event)),
        at=event.at,
        by=None if entry.actor is None else Somebody(entry.actor, name(entry.actor)),
        phase=event.state.phase.value,
        status=event.state.status,
        turn=event.state.turn.value,
        facts={one: plain(getattr(event, one)) for one in sorted(own)},
    )


def kind_of(event: type[OrderEvent]) -> str:
    """Return the name of an event's kind: `status_changed`."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in event.__name__).lstrip("_")


def message_json(item: OutboxItem) -> MessageJson:
    """Return a message of the outbox as JSON."""
    return MessageJson(
        id=item.id,
        text=item.message.text,
        state=item.state.value,
        created_at=item.created_at,
        sent_at=item.sent_at,
        attempts=item.attempts,
        reason=item.reason,
    )


def file_json(file: OrderFile, url: str | None) -> FileJson:
    """Return a file of an order as JSON."""
    return FileJson(
        id=file.id,
        kind=file.kind,
        state=file.state.value,
        media_type=file.media_type,
        size=file.size,
        wanted_at=file.wanted_at,
        reason=file.reason,
        url=url,
    )


def plain(value: object) -> Any:
    """Return a value of ours as JSON has it: structures by name, spans in seconds."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(one) for one in value]
    if has(type(value)):
        return plain(asdict(value, recurse=False))  # type: ignore[arg-type]  # `has` says that it is one
    return value


def _somebody(person: int | None, name: str) -> Somebody | None:
    return None if person is None else Somebody(person, name)
