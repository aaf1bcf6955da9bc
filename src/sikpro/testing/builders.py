"""Domain values for tests: each builder has believable defaults, and a test names only what it is about."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import evolve

from sikpro.application.ports.archives import Archive
from sikpro.application.ports.chat import Incoming, IncomingKind, Outgoing
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.webhooks import Webhook
from sikpro.domain.catalogue import Bilingual, OrderType, SiteOperation, Status, Sto
from sikpro.domain.duplicates import DuplicateMode, duplicate_key
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.order import Order, place
from sikpro.domain.order_data import Channel, OrderData, Origin
from sikpro.domain.people import AccessRequest, Person, Role
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""A Monday noon, the time at which things happen unless a test says otherwise."""

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3nR0mQ1xXvA="
"""The secret of webhooks in tests."""


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def a_status(code: str = "waiting", phase: Phase = Phase.WAITING, turn: Turn = Turn.HELPDESK, **more: Any) -> Status:
    """A status of the catalogue."""
    words: dict[str, Any] = {"label": Bilingual(code, code), "template": Bilingual("", "")}
    return Status(code=code, phase=phase, turn=turn, **(words | more))


WAITING = a_status()
IN_PROGRESS = a_status("in_progress", Phase.IN_PROGRESS)
HELD_UP = a_status("ont_not_detected", Phase.HELD_UP, Turn.TECHNICIAN, group="technical")
COMPLETED = a_status("completed", Phase.COMPLETED, Turn.NOBODY)
CANCELLED = a_status("cancelled", Phase.CANCELLED, Turn.NOBODY)


def an_order_type(code: str = "AO", **more: Any) -> OrderType:
    """An order type of the catalogue."""
    limits = {"first_action_limit": timedelta(minutes=30), "completion_limit": timedelta(hours=4)}
    return OrderType(code=code, **({"label": Bilingual(code, code)} | limits | more))


def a_site_operation(code: str = "SDA", name: str = "Sidoarjo") -> SiteOperation:
    """A Site Operation of the catalogue."""
    return SiteOperation(code=code, name=name)


def an_sto(code: str = "SDA", name: str = "Sidoarjo", site_operation: str = "SDA") -> Sto:
    """An exchange of the catalogue."""
    return Sto(code=code, name=name, site_operation=site_operation)


def order_data(
    number: str = "SC32232558",
    *,
    type: str = "AO",  # noqa: A002 - the field's name
    serial: str = "ZTEGC6754546",
    sto: str = "SDA",
    odp: str = "ODP-SDA-003",
    technician: str = "F5SDA445",
    note: str = "",
    port: str = "",
) -> OrderData:
    """What a technician sends."""
    return OrderData(
        type=type,
        registration_number=RegistrationNumber.parse(number),
        serial=SerialNumber.parse(serial),
        sto=StoCode.parse(sto),
        odp=OdpName.parse(odp),
        technician=TechnicianCode.parse(technician),
        note=note,
        port=port,
    )


def an_order(
    order_id: int = 1,
    number: str = "SC32232558",
    *,
    received_at: datetime = NOON,
    now: datetime | None = None,
    status: Status = WAITING,
    channel: Channel = Channel.TELEGRAM,
    sender: int | None = None,
    origin: Origin | None = None,
    deleted_at: datetime | None = None,
    **data: Any,
) -> Order:
    """A placed order; `data` as `order_data` takes it."""
    order = place(
        order_id=order_id,
        data=order_data(number, **data),
        channel=channel,
        status=status,
        received_at=received_at,
        now=now or received_at,
        sender=sender,
        origin=origin,
    ).order
    return evolve(order, deleted_at=deleted_at)


def key_of(order: Order, mode: DuplicateMode = DuplicateMode.NUMBER) -> str | None:
    """The duplicate key that the order holds."""
    return duplicate_key(mode, order.number, order.data.type, order.phase, deleted=order.deleted_at is not None)


def stored_order(unit: UnitOfWork, number: str = "SC32232558", **more: Any) -> Order:
    """An order with an id of the store's, added to it under its key."""
    order = an_order(unit.orders.next_id(), number, **more)
    unit.orders.add(order, key_of(order))
    return order


def a_person(name: str = "Rina", **more: Any) -> Person:
    """Somebody with a web account, a helpdesk unless said otherwise; the id is the store's to give."""
    account: dict[str, Any] = {"id": 0, "username": name.lower(), "role": Role.HELPDESK}
    return Person(name=name, **(account | more))


def a_technician(name: str = "Budi Santoso", code: str = "F5SDA445", **more: Any) -> Person:
    """Somebody with a technician code and no account; the id is the store's to give."""
    known: dict[str, Any] = {"id": 0, "technician_code": code, "site_operation": "SDA"}
    return Person(name=name, **(known | more))


def a_webhook(made_by: int, **more: Any) -> Webhook:
    """Somebody's webhook for all events; the id is the store's to give."""
    known: dict[str, Any] = {"name": "Depot", "url": "https://depot.example/sikpro", "secret": SECRET, "made_at": NOON}
    return Webhook(made_by=made_by, **(known | more))


def an_access_request(telegram_id: int = 700, **more: Any) -> AccessRequest:
    """A stranger who asks to be let in."""
    asked: dict[str, Any] = {"id": 0, "chat_id": telegram_id, "name": "Agus", "requested_at": NOON}
    return AccessRequest(telegram_id=telegram_id, **(asked | more))


def an_incoming(text: str = "halo", message_id: int = 1, chat_id: int = 700, **more: Any) -> Incoming:
    """A private message from the chat; its key follows from chat and message."""
    message: dict[str, Any] = {
        "key": f"1:{chat_id}:{message_id}",
        "kind": IncomingKind.MESSAGE,
        "sender_id": chat_id,
        "sent_at": NOON,
        "sender_name": "Budi",
    }
    return Incoming(text=text, message_id=message_id, chat_id=chat_id, **(message | more))


def an_outgoing(text: str = "Pesan diterima", chat_id: int = 700, **more: Any) -> Outgoing:
    """A message to the chat."""
    return Outgoing(chat_id=chat_id, text=text, **more)


def coded(code: str) -> Callable[[DomainError], bool]:
    """For `pytest.raises(..., check=...)`: the error has this code."""
    return lambda error: error.code == code


def refusals(error: DomainError) -> dict[str, tuple[str, object]]:
    """What is wrong at each entry of a form or a row: the error's code and what was typed."""
    assert isinstance(error, InvalidFields)
    return {entry: (wrong.code, wrong.params.get("typed")) for entry, wrong in error.errors.items()}


def archived(unit: UnitOfWork, order_id: int, at: datetime = NOON) -> Archive:
    """An archive that has the history of an order, which is not in the store any more."""
    archive = Archive(year=2026, file="2026.db", before=at, started_at=at, written_at=at, finished_at=at, orders=1)
    kept = unit.archives.keep(archive)
    unit.archives.put(kept.id, [order_id])
    unit.archives.moved(order_id)
    return kept
