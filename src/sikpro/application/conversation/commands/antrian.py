"""`/antrian`: the open orders of all STOs or one; for people who may view all orders.

First those that wait for the helpdesk, then those that wait for technicians and others, each oldest first. Those that
have waited for their technician for weeks are in a list of their own, with a button that asks the technicians.
"""

import re
from collections import Counter
from collections.abc import Mapping

from sikpro.application.conversation.cards import list_line
from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.drafts import open_drafts
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.use_cases.orders.alert_overdue import overdue_step
from sikpro.application.use_cases.orders.ask_technicians import Asking, ask_technicians, not_stuck, stuck, stuck_orders
from sikpro.application.use_cases.orders.list_orders import list_orders
from sikpro.domain.people import Permission
from sikpro.domain.phase import OPEN, Turn
from sikpro.domain.text import compact

QUEUE = "q"
"""The verb of the buttons: `q:<STO>` and `q:<STO>:<section><id of the last order shown>`; an empty STO means all."""

STUCK, ASK_STUCK, LEAVE_STUCK = "st", "sty", "stn"
"""The verbs of the question to the technicians of stuck orders: what it would send, send it, leave it."""

SECTIONS: Mapping[str, Turn] = {
    "h": Turn.HELPDESK,
    "t": Turn.TECHNICIAN,
    "c": Turn.CUSTOMER,
    "s": Turn.SYSTEM,
    "n": Turn.NOBODY,
}
"""The sections of the list in their order, by their letter in buttons."""

_STUCK = "x"
"""The letter of the list of stuck orders."""

_REST = re.compile(rf"([{''.join(SECTIONS)}{_STUCK}]?)([0-9]{{0,15}})")

LISTED = 10
"""The most orders in one message."""

COUNTED = 9_999
"""Stuck orders are counted up to this number."""

_STO_BUTTONS = 12
_A_ROW = 3


def list_queue(context: Context, sto: str, section: str = "", after: int | None = None) -> Handled:
    """List open orders of one STO ("" for all), from a section and the place of the order with the id `after` on."""
    words, uow = context.words, context.uow
    open_ = _open_by_sto(context)
    total = open_[sto] if sto else sum(open_.values())
    where = sto or words("antrian.everywhere")
    lines = [words("antrian.head", where=where, count=total) if total else words("antrian.empty", where=where)]
    sections = list(SECTIONS)[list(SECTIONS).index(section or "h") :]
    shown: list[tuple[str, OrderRow]] = []
    for one in sections:
        which, place = _of_section(context, one, sto), _place(context, after) if one == section else None
        limit = LISTED + 1 - len(shown)
        rows = list_orders(uow, which, context.somebody, sort=Sort.OLDEST, after=place, limit=limit) if limit else ()
        shown += [(one, row) for row in rows]
    more = shown[LISTED:]
    headed = ""
    for one, row in shown[:LISTED]:
        if one != headed:
            lines.append(words(f"antrian.turn.{SECTIONS[one]}"))
            headed = one
        lines.append(_line(context, row))
    drafts = 0 if section else len(open_drafts(uow))
    if drafts:
        lines.append(words("antrian.drafts", count=drafts))
    orders = [Button(row.number, f"cek:{row.id}") for _, row in shown[:LISTED]]
    buttons = [orders[at : at + 2] for at in range(0, len(orders), 2)]
    if more:
        last, row = shown[LISTED - 1]
        buttons.append([Button(words("antrian.next"), f"{QUEUE}:{sto}:{last}{row.id}")])
    if not section:
        buttons += _sto_buttons(context, open_, sto)
        folded = _count_stuck(context, sto)
        if folded:
            lines.append(words("antrian.stuck", count=folded, days=_days(context)))
            buttons.append([Button(words("antrian.stuck_list", count=folded), f"{QUEUE}:{sto}:{_STUCK}")])
            buttons += _ask_button(context, sto)
    context.reply("\n".join(lines), buttons)
    return Handled(Outcome.COMMAND, "antrian")


def list_stuck(context: Context, sto: str, after: int | None = None) -> Handled:
    """List the orders that have waited for their technician for long, with the technician's name and the time."""
    words, uow = context.words, context.uow
    which = stuck(uow, context.now, sto=sto)
    place = _place(context, after)
    rows = list_orders(uow, which, context.somebody, sort=Sort.OLDEST, after=place, limit=LISTED + 1)
    count = _count_stuck(context, sto)
    where = sto or words("antrian.everywhere")
    lines = [words("stuck.head" if count else "stuck.none", where=where, count=count, days=_days(context))]
    for row in rows[:LISTED]:
        name, span = row.technician_name or row.technician, words.duration(context.now - row.turn_since)
        lines.append(words("stuck.line", number=row.number, technician=name, age=span))
    orders = [Button(row.number, f"cek:{row.id}") for row in rows[:LISTED]]
    buttons = [orders[at : at + 2] for at in range(0, len(orders), 2)]
    if len(rows) > LISTED:
        buttons.append([Button(words("antrian.next"), f"{QUEUE}:{sto}:{_STUCK}{rows[LISTED - 1].id}")])
    if count:
        buttons += _ask_button(context, sto)
    context.reply("\n".join(lines), buttons)
    return Handled(Outcome.COMMAND, "antrian.stuck")


def press_queue(context: Context, rest: str) -> Handled | None:
    """Show another STO, the next page or the stuck orders; return None when the button has none of them."""
    if not context.somebody.may(Permission.VIEW_ALL):
        return None
    if not context.incoming.private:
        return _only_in_private(context)
    sto, _, place = rest.partition(":")
    found = _REST.fullmatch(place)
    if found is None:
        return None
    after = int(found[2]) if found[2] else None
    if found[1] == _STUCK:
        return list_stuck(context, sto, after)
    return list_queue(context, sto, found[1] or ("h" if after else ""), after)


def press_stuck(context: Context, sto: str) -> Handled | None:
    """Say how many technicians would get a message about how many orders, and ask whether to send it."""
    if not context.somebody.may(Permission.LEAD) or not context.incoming.private:
        return None
    words = context.words
    found = stuck_orders(context.uow, context.somebody, context.now, sto=sto, zone=context.zone)
    now = [one for one in found if one.asking is Asking.NOW]
    lines = []
    today, lost = (sum(one.asking is asking for one in found) for asking in (Asking.TODAY, Asking.UNREACHABLE))
    if today:
        lines.append(words("stuck.today", count=today))
    if lost:
        lines.append(words("stuck.unreachable", count=lost))
    if now:
        orders = sum(one.count for one in now)
        lines.append(words("stuck.sure", technicians=len(now), orders=orders, days=_days(context)))
    yes = Button(words("stuck.yes", count=len(now)), f"{ASK_STUCK}:{sto}")
    buttons = [[yes, Button(words("stuck.no"), f"{LEAVE_STUCK}:")]] if now else []
    context.reply("\n".join(lines) or words("stuck.nobody"), buttons)
    return Handled(Outcome.COMMAND, "antrian.ask")


def press_ask_stuck(context: Context, sto: str) -> Handled | None:
    """Ask the technicians."""
    if not context.somebody.may(Permission.LEAD):
        return None
    sent = ask_technicians(context.uow, context.somebody, context.now, sto=sto, zone=context.zone)
    if not sent:
        return context.refuse(context.words("stuck.nobody"), "stuck.nobody")
    orders = sum(one.count for one in sent)
    context.reply(context.words("stuck.done", technicians=len(sent), orders=orders))
    return Handled(Outcome.CHANGE, "technicians.asked")


def press_leave_stuck(context: Context) -> Handled:
    """Ask nobody."""
    context.answer_press(context.words("stuck.left"))
    return Handled(Outcome.COMMAND, "stuck.left")


def _run(context: Context, text: str) -> Handled:
    context.somebody.must(Permission.VIEW_ALL)
    if not context.incoming.private:
        return _only_in_private(context)
    sto = compact(text)
    known = {row.code for row in context.uow.catalogue.stos()}
    if sto and sto not in known:
        return context.refuse(context.words("antrian.no_sto", sto=sto[:12]), "sto.unknown")
    return list_queue(context, sto)


def _only_in_private(context: Context) -> Handled:
    """Refuse in a group: other people's orders are not shown there."""
    return context.refuse(context.words("antrian.private"), "antrian.private")


def _of_section(context: Context, section: str, sto: str) -> OrderFilter:
    """Return the filter of a section; stuck orders are in none."""
    if SECTIONS[section] is Turn.TECHNICIAN:
        return not_stuck(context.uow, context.now, sto=sto)
    return OrderFilter(phases=OPEN, turn=SECTIONS[section], sto=sto)


def _count_stuck(context: Context, sto: str) -> int:
    return context.uow.order_queries.count(stuck(context.uow, context.now, sto=sto), COUNTED)


def _days(context: Context) -> int:
    return context.uow.installation.get().stuck_after.days


def _ask_button(context: Context, sto: str) -> list[list[Button]]:
    if not context.somebody.may(Permission.LEAD):
        return []
    return [[Button(context.words("stuck.button"), f"{STUCK}:{sto}")]]


def _line(context: Context, row: OrderRow) -> str:
    installation = context.uow.installation.get()
    types = {order_type.code: order_type for order_type in context.uow.catalogue.order_types()}
    late = overdue_step(row, types.get(row.type), installation, context.now, context.zone)
    who = f" · {row.holder_name}" if row.holder_name else ""
    return f"{'⏰ ' if late else ''}{list_line(context, row)}{who}"


def _place(context: Context, order_id: int | None) -> Key | None:
    row = context.uow.order_queries.row(order_id) if order_id else None
    return row.key if row else None


def _open_by_sto(context: Context) -> Counter[str]:
    found: Counter[str] = Counter()
    for total in context.uow.order_queries.totals():
        if total.phase in OPEN:
            found[total.sto] += total.count
    return +found


def _sto_buttons(context: Context, open_: Counter[str], chosen: str) -> list[list[Button]]:
    buttons = [Button(f"{sto} ({count})", f"{QUEUE}:{sto}") for sto, count in open_.most_common(_STO_BUTTONS)]
    if chosen:
        buttons = [Button(context.words("antrian.all"), f"{QUEUE}:")]
    elif len(buttons) < 2:
        return []
    return [buttons[at : at + _A_ROW] for at in range(0, len(buttons), _A_ROW)]


ANTRIAN = Command(name="antrian", run=_run, permission=Permission.VIEW_ALL)
