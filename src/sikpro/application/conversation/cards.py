"""Orders as chat messages, in the form of the product's `chat.md`."""

from collections.abc import Iterable

from sikpro.application.conversation.context import Context
from sikpro.application.fields import REST
from sikpro.application.i18n import Words
from sikpro.application.ports.queries import OrderRow
from sikpro.application.use_cases.catalogue.lookup import any_status, maker_of
from sikpro.application.use_cases.messages.notify_technician import state_text
from sikpro.application.use_cases.orders.archived import archive_lines
from sikpro.application.use_cases.orders.clashes import Shared, clashes
from sikpro.application.use_cases.orders.list_orders import expected_wait, state_since
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.events import FieldChange
from sikpro.domain.order import Order
from sikpro.domain.text import one_line

NOTE_SHOWN = 60
"""How much of a note a receipt shows, in characters."""


def receipt(context: Context, order: Order, place: int) -> str:
    """Return the answer to a request that was registered: all that was read, in five lines at most."""
    words = context.words
    wait = expected_wait(context.uow, place, context.now)
    first = words("card.stored", number=order.number, place=place)
    if wait:
        first = f"{first}, {words('card.expected', span=words.duration(wait))}"
    return "\n".join([first, *read_lines(context, order)])


def read_lines(context: Context, order: Order) -> list[str]:
    """Return what an order holds, for whoever sent it: four lines at most, with what looks odd in the last."""
    words, data = context.words, order.data
    maker, technician = maker_of(context.uow, data.serial), context.uow.people.by_code(data.technician.value)
    box = f"{data.odp} {words('card.port', port=data.port)}" if data.port else str(data.odp)
    name = technician.name if technician else ""
    lines = [
        f"{data.type} · SN {data.serial} ({maker or words('card.maker_unknown')})",
        f"{data.sto} · {box} · {data.technician} {name}".rstrip(),
    ]
    rest = one_line(data.texts.get(REST, ""))
    if rest:
        lines.append(words("card.note", text=rest if len(rest) <= NOTE_SHOWN else f"{rest[: NOTE_SHOWN - 1]}…"))
    odd = _clash_words(context, order)
    if odd:
        lines.append(odd)
    return lines


def _clash_words(context: Context, order: Order) -> str:
    """Return which other live orders have the same modem or the same port, "" when none have."""
    numbers: dict[Shared, list[str]] = {}
    for clash in clashes(context.uow, order):
        numbers.setdefault(clash.shared, []).append(clash.row.number)
    return " ".join(
        context.words(f"card.clash.{shared}", numbers=", ".join(found)) for shared, found in numbers.items()
    )


def headline(context: Context, order: Order) -> str:
    """Return an order's state in one line: `🔧 SC32232558 DIPROSES (OGP), Rina sejak 09.20`."""
    row = context.uow.order_queries.row(order.id)
    if row is None:
        raise RuntimeError("the order is not there")
    return _headline(context, row)


def _headline(context: Context, row: OrderRow) -> str:
    words = context.words
    return words(
        f"card.{row.phase.stage}",
        number=row.number,
        state=state_words(context, row),
        helpdesk=row.helpdesk_name or words("helpdesk"),
        time=_since(context, row),
    )


def _since(context: Context, row: OrderRow) -> str:
    """Return since when the order is in its state; the end of an imported order may be unknown."""
    if not row.phase.live and row.finished_at is None:
        return context.words("card.time_unknown")
    return context.words.moment(row.finished_at or state_since(context.uow, row), context.now)


def _age(context: Context, row: OrderRow) -> str:
    if not row.phase.live and row.finished_at is None:
        return context.words("card.time_unknown")
    return context.words.duration((row.finished_at or context.now) - row.received_at)


def disturbance_lines(context: Context, disturbances: Iterable[Disturbance]) -> list[str]:
    """Return what a technician reads of the disturbances that an order is in."""
    words = context.words
    lines = [words("disturbance.head", place=one.place, text=one.text) for one in disturbances]
    return [*lines, words("disturbance.wait")] if lines else []


def state_card(context: Context, row: OrderRow) -> str:
    """Return an order's present state: the answer to `/cek`."""
    words, now = context.words, context.now
    lines = [_headline(context, row)]
    if row.phase.waits:
        place = context.uow.order_queries.place_in_queue(row.received_at, row.id)
        wait = expected_wait(context.uow, place, now)
        expected = words("card.expected", span=words.duration(wait)) if wait else words("card.expected_unknown")
        lines.append(f"{words('card.place', place=place)} · {expected}")
    lines += _last_words(context, row)
    if row.phase.held_up:
        lines.append(words(f"turn.sentence.{row.turn}"))
    lines.append(
        words("card.about", type=row.type, sto=row.sto, odp=row.odp)
        + " · "
        + words("card.age", span=_age(context, row))
    )
    lines += archive_lines(context.uow, row.id, words)
    disturbance = context.uow.disturbances.open_of([row.id]).get(row.id) if row.open else None
    lines += disturbance_lines(context, [disturbance] if disturbance else [])
    return "\n".join(lines)


def state_words(context: Context, row: OrderRow) -> str:
    """Return an order's state in a few words: `KENDALA: ODP penuh`."""
    label = context.words.text(any_status(context.uow, row.status).label)
    return state_text(context.words, row.phase, label)


def change_lines(words: Words, changes: Iterable[FieldChange]) -> list[str]:
    """Return the changes of a correction, one line for each field."""
    return [
        words(
            "card.change",
            field=words(f"field.{change.field}"),
            before=one_line(change.before) or "-",
            after=one_line(change.after) or "-",
        )
        for change in changes
    ]


def duplicate_card(context: Context, row: OrderRow) -> str:
    """Return the refusal of a duplicate: the existing order, who has it and since when."""
    words, now = context.words, context.now
    first = words(
        "card.double",
        number=row.number,
        time=words.moment(row.received_at, now),
        technician=row.technician_name or row.technician,
    )
    status = words.text(any_status(context.uow, row.status).label)
    who = f"{row.holder_name}, " if row.holder_name else ""
    age = _age(context, row)
    since = words(
        "card.double_state", status=status, who=who, time=words.moment(state_since(context.uow, row), now), age=age
    )
    lines = [first, since, *archive_lines(context.uow, row.id, words)]
    lines += _last_words(context, row)
    if row.phase.held_up:
        lines.append(words(f"turn.sentence.{row.turn}"))
    return "\n".join(lines)


def list_line(context: Context, row: OrderRow) -> str:
    """Return one order in a list: number, status and age."""
    words = context.words
    status = words.text(any_status(context.uow, row.status).label)
    return words("card.line", number=row.number, status=status, age=words.duration(context.now - row.received_at))


def _last_words(context: Context, row: OrderRow) -> list[str]:
    """Return the last feedback at the present status, with its time, which may be later than the status's own."""
    if not row.last_feedback or row.last_feedback_at is None:
        return []
    words = context.words
    by, time = row.helpdesk_name or words("helpdesk"), words.moment(row.last_feedback_at, context.now)
    return [words("feedback.words_at", by=by, time=time, text=row.last_feedback)]
