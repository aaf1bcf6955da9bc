"""Reads all that a recap's page shows, in one transaction."""

from datetime import datetime

from sikpro.adapters.web.orders.queue_view import filter_choices
from sikpro.adapters.web.recaps.recap_links import RecapLinks
from sikpro.adapters.web.recaps.recap_view import RecapView
from sikpro.application.i18n import Words
from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.changed_orders import ChangedOrders, changed_orders
from sikpro.application.reports.comparison import compare
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.explain import explain
from sikpro.application.reports.heat import heat_map
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.application.reports.waiting import waiting
from sikpro.domain.people import Permission, Person


def read_recap(
    uow: UnitOfWork, query: RecapQuery, me: Person, now: datetime, words: Words, basis: TimeBasis
) -> RecapView:
    """Return the view model of a recap for a visitor; `basis` says which orders the heat map has."""
    zone = words.zone.key
    own = None if me.may(Permission.VIEW_REPORTS) else me.id
    found = recap(uow, query, me, now, zone)
    beside = compare(uow, found, me, now, zone)
    counting = Counting(uow, query, own, now, zone)
    is_day = query.span is Span.DAY
    opened = uow.closed_months.opened().get(query.text) if query.span is Span.MONTH else None
    people = {person.id: person.name for person in uow.people.all()}
    closed = found.closed
    return RecapView(
        recap=found,
        today=words.local(now).date(),
        statuses={status.code: status for status in uow.catalogue.statuses()},
        choices=filter_choices(uow, words, me),
        links=RecapLinks(query, own),
        words=words,
        is_closed=query.span is Span.MONTH and uow.closed_months.get(query.text) is not None,
        opened=opened,
        opened_by=people.get(opened.opened_by, "") if opened else "",
        may_close=me.may(Permission.CLOSE_MONTH) and now >= query.period(words.zone).end,
        beside=beside,
        said=explain(found, beside),
        heat=None if is_day else heat_map(counting, basis),
        waiting=() if is_day else waiting(counting),
        changed=changed_orders(uow, query, closed.at, zone) if closed and closed.changes else ChangedOrders(),
        people=people,
        me=me,
    )
