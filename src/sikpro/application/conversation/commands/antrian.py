"""`/antrian`: the open orders, oldest first, of all STOs or one; for people who may view all orders."""

from collections import Counter

from sikpro.application.conversation.cards import list_line
from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.drafts import open_drafts
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.use_cases.orders.alert_overdue import overdue_step
from sikpro.application.use_cases.orders.list_orders import list_orders
from sikpro.domain.people import Permission
from sikpro.domain.phase import OPEN
from sikpro.domain.text import compact

QUEUE = "q"
"""The verb of the buttons: `q:<STO>` and `q:<STO>:<id of the last order shown>`; an empty STO means all."""

LISTED = 10
"""The most orders in one message."""

_STO_BUTTONS = 12
_A_ROW = 3


def list_queue(context: Context, sto: str, after: int | None = None) -> Handled:
    """List open orders of one STO ("" for all), after the place of the order with the id `after` if given."""
    words, uow = context.words, context.uow
    which = OrderFilter(phases=OPEN, sto=sto)
    rows = list_orders(uow, which, context.somebody, sort=Sort.OLDEST, after=_place(context, after), limit=LISTED + 1)
    open_ = _open_by_sto(context)
    total = open_[sto] if sto else sum(open_.values())
    where = sto or words("antrian.everywhere")
    lines = [words("antrian.head", where=where, count=total) if total else words("antrian.empty", where=where)]
    shown = rows[:LISTED]
    lines += [_line(context, row) for row in shown]
    drafts = 0 if after else len(open_drafts(uow))
    if drafts:
        lines.append(words("antrian.drafts", count=drafts))
    orders = [Button(row.number, f"cek:{row.id}") for row in shown]
    buttons = [orders[at : at + 2] for at in range(0, len(orders), 2)]
    if len(rows) > LISTED:
        buttons.append([Button(words("antrian.next"), f"{QUEUE}:{sto}:{shown[-1].id}")])
    if not after:
        buttons += _sto_buttons(context, open_, sto)
    context.reply("\n".join(lines), buttons)
    return Handled(Outcome.COMMAND, "antrian")


def press_queue(context: Context, rest: str) -> Handled | None:
    """Show another STO or the next page; return None when the button has neither."""
    if not context.somebody.may(Permission.VIEW_ALL):
        return None
    if not context.incoming.private:
        return _only_in_private(context)
    sto, _, after = rest.partition(":")
    if after and not (after.isascii() and after.isdecimal() and len(after) <= 15):
        return None
    return list_queue(context, sto, int(after) if after else None)


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
