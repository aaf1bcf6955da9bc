"""The view model of one order's page, with the person's permissions."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from attrs import evolve, fields, frozen

from sikpro.adapters.web.orders.going_on import Ahead, look_ahead, stamp
from sikpro.adapters.web.orders.timeline import Entry, Narrator
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.files import OrderFile
from sikpro.application.ports.queries import OrderFilter, OrderRow
from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.snippets import Snippet
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import maker_of, status_named
from sikpro.application.use_cases.catalogue.status_keys import SHOWN_PHASES, status_keys
from sikpro.application.use_cases.messages.keep_snippets import filled_snippets
from sikpro.application.use_cases.messages.notify_technician import feedback_text, proposed_feedback, recipients
from sikpro.application.use_cases.orders.archived import archive_of
from sikpro.application.use_cases.orders.clashes import Clash, clashes_shown_to
from sikpro.application.use_cases.orders.list_orders import may_view, related_orders
from sikpro.application.use_cases.orders.remark_order import colleagues, may_read_remarks, may_remark
from sikpro.domain.catalogue import Status
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.errors import NotFound, OrderRemoved
from sikpro.domain.events import OrderDeleted
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Turn, is_reopening

MOST_HELD = 999

FIRST_STATUSES = 10
"""How many statuses stand on an order's page at once; the others are in groups that unfold."""


@frozen(kw_only=True)
class Allowed:
    """The actions that this person may take on the order in its present state."""

    take: bool
    give_back: bool
    answer: bool
    assign: bool
    reopen: bool
    follow: bool
    edit: bool
    delete: bool
    restore: bool
    resend: bool
    remark: bool
    say: bool

    @classmethod
    def none(cls) -> "Allowed":
        """Return no action: of an archived order."""
        return cls(**dict.fromkeys((one.name for one in fields(cls)), False))

    @classmethod
    def to(cls, me: Person, order: Order) -> "Allowed":
        """Return the actions by role, phase and claim."""
        work, lead = me.may(Permission.WORK), me.may(Permission.LEAD)
        there, live = order.deleted_at is None, order.open
        free = order.holder in {None, me.id}
        return cls(
            take=work and live and order.holder is None,
            give_back=work and live and order.holder == me.id,
            answer=work and live and (free or lead),
            assign=live and (lead or (work and order.holder == me.id)),
            reopen=work and there and order.phase.reopens_as is not None,
            follow=work and there and any(not phase.live for phase in order.phase.rule.leads_to) and not live,
            edit=work and live and free,
            delete=lead and there,
            restore=me.may(Permission.ADMINISTER) and not there,
            resend=work,
            remark=there and may_remark(me),
            say=work and there,
        )


@frozen(kw_only=True)
class StatusGroup:
    """Statuses to choose from: those of one phase and, for held-up ones, of one group of reasons with its name."""

    phase: Phase
    group: str
    statuses: tuple[Status, ...]


@frozen(kw_only=True)
class OrderView:
    """The view model of one order's page.

    `first` are the statuses that stand on the page, `folds` the others, `back` those that give the order back to the
    queue: they come last, so that the others have the same place whoever has the order. `aside` is set while this
    person has set the order aside and nobody has it. `maker` is the name of the modem's maker, "" when it is unknown.
    `chats` is how many chats a message would reach; `template` returns the default text of a status.
    """

    order: Order
    row: OrderRow
    status: Status | None
    sender: str
    holder: str
    durations: dict[Turn, timedelta]
    allowed: Allowed
    groups: tuple[StatusGroup, ...]
    first: tuple[Status, ...]
    folds: tuple[StatusGroup, ...]
    back: tuple[Status, ...]
    most_used: bool
    maker: str
    story: tuple[Entry, ...]
    colleagues: tuple[Person, ...]
    mentioned: tuple[str, ...]
    snippets: tuple[tuple[Snippet, str], ...]
    files: tuple[OrderFile, ...]
    chats: int
    helpdesks: tuple[tuple[int, str], ...]
    choices: dict[str, list[tuple[str, str]]]
    keys: dict[str, str]
    held: int
    ahead: Ahead
    aside: SetAside | None
    stamp: str
    related: tuple[OrderRow, ...]
    clashes: tuple[Clash, ...]
    disturbance: Disturbance | None
    archive: Archive | None
    statuses: dict[str, Status]
    template: Callable[[Status], str]

    def offers(self, status: str) -> bool:
        """Return whether a status can be chosen now."""
        return any(one.code == status for group in self.groups for one in group.statuses)

    @property
    def journal_id(self) -> int:
        """Return the newest journal id on the page."""
        return max((entry.journal_id for entry in self.story), default=0)


def view_order(uow: UnitOfWork, order_id: int, me: Person, words: Words, now: datetime) -> OrderView:
    """Return the view model of an order's page.

    Raises `NotFound` for an order that the person may not see. Only an admin sees a deleted order; for others it raises
    `OrderRemoved`, which says who deleted it and why.
    """
    order = uow.orders.get(order_id)
    row = uow.order_queries.row(order_id)
    if row is None or not may_view(order, row, me):
        raise NotFound(what="order", name="")
    statuses = {status.code: status for status in uow.catalogue.statuses()}
    narrator = Narrator(uow, words, statuses)
    if order.deleted_at and not me.may(Permission.ADMINISTER):
        raise removed_order(order, narrator, now)
    chats = recipients(uow, order)
    archive = archive_of(uow, order_id)
    allowed = Allowed.none() if archive else Allowed.to(me, order)
    groups = _groups(order, tuple(statuses.values()), words)
    uses = uow.catalogue.status_uses() if uow.installation.get().most_used_first else {}
    first, folds = _first_and_folds(tuple(group for group in groups if not group.phase.waits), uses)
    return OrderView(
        order=order,
        row=row,
        status=statuses.get(order.status),
        sender=narrator.name(order.sender) if order.sender else "",
        holder=narrator.name(order.holder) if order.holder else "",
        durations=order.clock.durations(order.finished_at or now),
        allowed=allowed,
        groups=groups,
        first=first,
        folds=folds,
        back=tuple(status for group in groups if group.phase.waits for status in group.statuses),
        most_used=bool(uses),
        maker=maker_of(uow, order.data.serial),
        story=narrator.story(order_id, remarks=may_read_remarks(me)),
        colleagues=colleagues(uow) if allowed.remark else (),
        mentioned=_mentioned(uow, order_id, me, narrator),
        snippets=filled_snippets(uow, order, me),
        files=uow.files.of_order(order_id),
        chats=len(chats),
        helpdesks=_helpdesks(uow, order) if allowed.assign else (),
        choices=catalogue_choices(uow, words) if allowed.edit else {},
        keys=status_keys(tuple(statuses.values())),
        held=uow.order_queries.count(OrderFilter(holder=me.id), MOST_HELD),
        ahead=look_ahead(uow, order_id, me, now),
        aside=_set_aside_by(uow, order, me, now),
        stamp=stamp(uow, order_id),
        related=related_orders(uow, row, me),
        clashes=clashes_shown_to(uow, order, me),
        disturbance=uow.disturbances.open_of([order.id]).get(order.id),
        archive=archive,
        statuses=statuses,
        template=proposed_feedback(uow, order),
    )


def _set_aside_by(uow: UnitOfWork, order: Order, me: Person, now: datetime) -> SetAside | None:
    """Return how this person set the order aside, if that still holds and nobody has the order."""
    if order.holder is not None or not order.open:
        return None
    mine = (one for one in uow.set_aside.holding(order.id, now) if one.by == me.id and one.version == order.version)
    return next(reversed(list(mine)), None)


def _mentioned(uow: UnitOfWork, order_id: int, me: Person, narrator: Narrator) -> tuple[str, ...]:
    """Return who named this person on the order since they last opened it, newest first."""
    found = [one for one in uow.mentions.unread(me.id, MOST_HELD) if one.order_id == order_id]
    return tuple(dict.fromkeys(narrator.name(one.by) for one in found))


def removed_order(order: Order, narrator: Narrator, now: datetime) -> OrderRemoved:
    """Return the error for an order that was deleted: it says by whom, when and why."""
    facts = narrator.uow.journal.of_order(order.id)[::-1]
    if not facts:
        return OrderRemoved(number=order.number, by="…", time=narrator.words.moment(order.changed_at, now), reason="…")
    entry, event = next((entry, entry.event) for entry in facts if isinstance(entry.event, OrderDeleted))
    by, time = narrator.name(entry.actor), narrator.words.moment(event.at, now)
    return OrderRemoved(number=order.number, by=by, time=time, reason=event.reason)


def catalogue_choices(uow: UnitOfWork, words: Words) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of the order's catalogue fields, by field: code and label."""
    types = [(row.code, f"{row.code} · {words.text(row.label)}") for row in uow.catalogue.order_types() if row.active]
    stos = [(row.code, f"{row.code} · {row.name}") for row in uow.catalogue.stos() if row.active]
    return {"type": types, "sto": stos}


def preview(
    uow: UnitOfWork, order_id: int, status: str, me: Person, now: datetime, *, reason: str, feedback: str, zone: str
) -> str:
    """Return the message to the technician if this were saved now; "" if nothing would be sent.

    Raises the errors of the move.
    """
    order = uow.orders.get(order_id)
    to = status_named(uow, status)
    if is_reopening(order.phase, to.phase):
        change = order.reopen(to, me.id, now, reason or "-", feedback=feedback)
    else:
        overrule = me.may(Permission.LEAD)
        # A missing reason must not prevent the preview.
        change = order.move_to(to, me.id, now, reason=reason or "-", feedback=feedback, overrule=overrule)
    if to.phase.waits and not feedback:
        return ""
    chats = recipients(uow, order)
    words = words_in(chats[0].language if chats else "id", zone)
    return feedback_text(uow, change.order, me.name, words, now, feedback=feedback or reason)


def template_text(uow: UnitOfWork, order_id: int, status: str) -> str:
    """Return the default text of a status in the reader's language. Raises `NotFound`."""
    return proposed_feedback(uow, uow.orders.get(order_id))(status_named(uow, status))


def _groups(order: Order, statuses: tuple[Status, ...], words: Words) -> tuple[StatusGroup, ...]:
    """Return the statuses that can be set without reopening; also others of the same live phase, except the queue's."""
    stays = {order.phase} if order.phase.live and not order.phase.waits else set[Phase]()
    reachable = stays | {phase for phase in order.phase.rule.leads_to if not is_reopening(order.phase, phase)}
    found: dict[tuple[Phase, str], list[Status]] = {}
    for phase in SHOWN_PHASES:
        for status in statuses:
            if status.active and status.phase is phase and phase in reachable:
                found.setdefault((phase, status.group), []).append(status)
    return tuple(
        StatusGroup(phase=phase, group=words.text(members[0].group_label), statuses=tuple(members))
        for (phase, _), members in found.items()
    )


def _first_and_folds(
    groups: tuple[StatusGroup, ...], uses: Mapping[str, int]
) -> tuple[tuple[Status, ...], tuple[StatusGroup, ...]]:
    """Return the statuses that stand on the page at once, and the others by group.

    The most used come first. Without counts: the first status of each phase, then the catalogue's order. Cancelling is
    always in its group. A few statuses need no groups.
    """
    heads = {group.phase: group.statuses[0].code for group in reversed(groups)}
    every = [status for group in groups for status in group.statuses]
    able = [status for status in every if not status.phase.ends_badly]
    if len(every) <= FIRST_STATUSES:
        return tuple(every), ()
    ranked = sorted(able, key=lambda one: (-uses.get(one.code, 0), heads[one.phase] != one.code))
    first = ranked[:FIRST_STATUSES]
    if not uses:
        first = [status for status in able if status in first]
    folds = tuple(evolve(one, statuses=tuple(each for each in one.statuses if each not in first)) for one in groups)
    return tuple(first), tuple(fold for fold in folds if fold.statuses)


def _helpdesks(uow: UnitOfWork, order: Order) -> tuple[tuple[int, str], ...]:
    return tuple(
        (person.id, person.name)
        for person in uow.people.all()
        if person.role and person.may(Permission.WORK) and person.id != order.holder
    )
