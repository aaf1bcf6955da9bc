"""Random histories of orders, lived through the use cases, and what each order is by its journal alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.fields import FIELDS
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.orders.change_status import change_status, reopen_order
from sikpro.application.use_cases.orders.own_order import correct_order, join_message, withdraw_order
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.work_order import assign_order, free_lapsed_claims, give_back_order, take_order
from sikpro.domain.errors import DomainError
from sikpro.domain.events import (
    OrderAssigned,
    OrderDeleted,
    OrderReopened,
    OrderRestored,
    OrderTaken,
    StatusChanged,
)
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Person, Role
from sikpro.domain.phase import Phase, Turn
from sikpro.testing.builders import a_person, a_site_operation, a_technician, an_sto

ZONE = "Asia/Jakarta"
WIB = ZoneInfo(ZONE)
START = datetime(2026, 12, 30, 20, tzinfo=WIB)
TYPED = {field.name: field.example for field in FIELDS}
STOS = ("SDA", "SPJ", "TUN")
TECHNICIANS = ("F5SDA445", "F5SPJ446")
STATUSES = ("ogp", "odp_penuh", "rumah_kosong", "kendala_sistem", "selesai", "selesai", "batal", "double_input")
SPANS = (
    *(timedelta(), timedelta(minutes=1), timedelta(minutes=37), timedelta(hours=5), timedelta(hours=72)),
    *(timedelta(days=1), timedelta(days=11)),
)


@frozen
class Step:
    """Something somebody does to an order: what, to which, by whom, how, and how long after what went before.

    `midnight` is how long after the next midnight instead, None where it is not about that.
    """

    kind: str
    order: int
    who: int
    how: int
    wait: timedelta
    midnight: timedelta | None = None


@frozen
class People:
    """Who works: two helpdesks and a leader, an admin; and two technicians."""

    workers: tuple[Person, ...]
    admin: Person
    technicians: tuple[Person, ...]
    supervisor: Person


def found(store: Transactions) -> People:
    """Lay the catalogues and add the people."""

    def work(uow: UnitOfWork) -> People:
        create_first_catalogue(uow)
        for code in ("SDA", "SPJ"):
            uow.catalogue.put_site_operation(a_site_operation(code, code))
        for sto, belongs in zip(STOS, ("SDA", "SPJ", ""), strict=True):
            uow.catalogue.put_sto(an_sto(sto, sto, belongs))
        add = uow.people.add
        return People(
            (add(a_person("Rina")), add(a_person("Tono")), add(a_person("Bagus", role=Role.TEAM_LEADER))),
            add(a_person("Admin", role=Role.ADMIN)),
            tuple(add(a_technician(code, code)) for code in TECHNICIANS),
            add(a_person("Sari", role=Role.SUPERVISOR)),
        )

    return store.write(work)


def live(store: Transactions, people: People, steps: Sequence[Step]) -> datetime:
    """Do what is done; what is not allowed does not happen. The time afterwards."""
    now = START
    for step in steps:
        now = _midnight_after(now) + step.midnight if step.midnight is not None else now + step.wait
        now = now.astimezone(UTC)

        def work(uow: UnitOfWork, step: Step = step, now: datetime = now) -> None:
            there = [id_ for id_, *_ in uow.orders.key_facts()]
            if there or step.kind == "place":
                order = sorted(there)[step.order % len(there)] if there else 0
                STEPS[step.kind](uow, people, step if step.kind == "place" else evolve(step, order=order), now)

        try:
            store.write(work)
        except DomainError:
            continue
    return now


def random_steps(seed: int, many: int) -> list[Step]:
    """Steps for a history that is the same each time."""
    chance = Random(seed)
    kinds = [*OFTEN, *STEPS]
    return [
        Step(
            kind=chance.choice(kinds),
            order=chance.randint(1, many // 2),
            who=chance.randint(0, 2),
            how=chance.randint(0, 23),
            wait=chance.choice(SPANS[:4]),
            midnight=chance.choice([None] * 9 + [timedelta(microseconds=-1)]),
        )
        for _ in range(many)
    ]


def _midnight_after(moment: datetime) -> datetime:
    day = moment.astimezone(WIB).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=WIB)


def _place(uow: UnitOfWork, people: People, step: Step, now: datetime) -> None:
    how = step.how
    typed = TYPED | {
        "registration_number": f"SC{600000 + how + 24 * (step.order % 3)}",
        "type": ("AO", "MO")[how % 2],
        "sto": STOS[how % 3],
        "odp": f"ODP-{STOS[how % 3]}-001",
        "technician": TECHNICIANS[how % 2],
        "confirmed": "1",
    }
    sender, channel = (people.technicians[0], Channel.TELEGRAM) if how % 4 else (people.workers[2], Channel.WEB)
    received = now - SPANS[how % 4] if channel is Channel.TELEGRAM else None
    register_order(uow, typed, now, sender=sender, channel=channel, received_at=received)


def _correct(uow: UnitOfWork, people: People, step: Step, now: datetime) -> None:
    sto = STOS[step.how % 3]
    typed = {**typed_again(uow.orders.get(step.order).data), "sto": sto, "odp": f"ODP-{sto}-001"}
    correct_order(uow, step.order, typed, people.workers[step.who], now)


def _set(uow: UnitOfWork, people: People, step: Step, now: datetime) -> None:
    status = STATUSES[step.how % len(STATUSES)]
    change_status(uow, step.order, status, people.workers[step.who], now, reason="r", zone=ZONE)


STEPS: Mapping[str, Callable[[UnitOfWork, People, Step, datetime], object]] = {
    "place": _place,
    "take": lambda uow, people, step, now: take_order(uow, step.order, people.workers[step.who], now),
    "give_back": lambda uow, people, step, now: give_back_order(uow, step.order, people.workers[step.who], now),
    "assign": lambda uow, people, step, now: assign_order(
        uow, step.order, people.workers[step.who].id, people.workers[2], now
    ),
    "set": _set,
    "set_again": _set,
    "reopen": lambda uow, people, step, now: reopen_order(
        uow, step.order, people.workers[step.who], now, reason="r", zone=ZONE
    ),
    "correct": _correct,
    "join": lambda uow, people, step, now: join_message(
        uow, step.order, people.technicians[0], now, text="x", chat_id=1, message_id=None
    ),
    "say": lambda uow, people, step, now: send_text(
        uow, step.order, people.workers[step.who], now, text="x", zone=ZONE
    ),
    "withdraw": lambda uow, people, step, now: withdraw_order(uow, step.order, people.technicians[0], now),
    "delete": lambda uow, people, step, now: delete_order(
        uow, step.order, people.workers[2], now, reason="r", zone=ZONE
    ),
    "restore": lambda uow, people, step, now: restore_order(uow, step.order, people.admin, now),
    "interval": lambda uow, people, step, now: free_lapsed_claims(uow, now),
}


OFTEN = ("place",) * 6 + ("set",) * 8 + ("correct",) * 2
"""What people mostly do."""


@frozen(kw_only=True)
class OrderStory:
    """What the journal alone tells of an order, beside its data and when it was received."""

    order: Order
    phase: Phase
    status: str
    received: datetime
    acted: datetime | None
    finished: datetime | None
    helpdesk: int | None
    spent: Mapping[Turn, timedelta]
    deleted: bool


def tell(uow: UnitOfWork) -> list[OrderStory]:
    """Every order there ever was, deleted ones included."""
    return [_told(uow, uow.orders.get(order_id)) for order_id in sorted(id_ for id_, *_ in uow.orders.key_facts())]


def _told(uow: UnitOfWork, order: Order) -> OrderStory:
    entries = uow.journal.of_order(order.id)
    acted: datetime | None = None
    finished: datetime | None = None
    helpdesk: int | None = None
    deleted, spent = False, dict[Turn, timedelta]()
    phase, turn, since = Phase.WAITING, entries[0].event.state.turn, order.received_at
    for entry in entries:
        event = entry.event
        if phase.live != event.state.phase.live:
            finished = None if event.state.phase.live else event.at
        if event.state.turn is not turn:
            spent[turn] = spent.get(turn, timedelta()) + (event.at - since)
            turn, since = event.state.turn, event.at
        if isinstance(event, OrderTaken | OrderAssigned | StatusChanged | OrderReopened):
            acted = acted or event.at
            helpdesk = event.holder if isinstance(event, OrderTaken | OrderAssigned) else entry.actor
        deleted = isinstance(event, OrderDeleted) or (deleted and not isinstance(event, OrderRestored))
        phase = event.state.phase
    return OrderStory(
        order=order,
        phase=phase,
        status=entries[-1].event.state.status,
        received=order.received_at,
        acted=acted,
        finished=finished,
        helpdesk=helpdesk,
        spent=spent,
        deleted=deleted,
    )
