"""The failed messages in the database, each with its fate."""

from datetime import datetime

import sqlalchemy as sa

from sikpro.adapters.sql.outbox import FAILED, outbox
from sikpro.adapters.sql.tables import orders, people
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.failed_messages import FailedMessage, FailedSum, Fate
from sikpro.application.ports.outbox import OUTAGE, Delivery

_RESENDS = 0x51_4B_50_05
"""The advisory lock on PostgreSQL that lets portions be taken one after the other."""

_c = outbox.c
_failed = sa.text(f"outbox.{FAILED}")
_by_outage = _c.reason.in_(sorted(OUTAGE))
_newer = outbox.alias("newer")
_reader = people.alias("reader")

_gesture = sa.or_(_c.reaction != "", _c.strip_buttons)
_moved_past = _c.created_at < orders.c.changed_at
_goes_out = _newer.c.state.in_([Delivery.QUEUED, Delivery.SENDING, Delivery.SENT, Delivery.PERHAPS_TWICE])
_has_newer = sa.exists().where(
    _newer.c.order_id == _c.order_id,
    _newer.c.chat_id == _c.chat_id,
    _newer.c.id > _c.id,
    _newer.c.reaction == "",
    _newer.c.strip_buttons.is_(False),
    sa.or_(_goes_out, sa.and_(_newer.c.state == Delivery.FAILED, _newer.c.reason.in_(sorted(OUTAGE)))),
)
_somebodys = sa.or_(_c.chat_id < 0, sa.exists().where(_reader.c.telegram_id == _c.chat_id, _reader.c.active.is_(True)))
_kept_out = sa.exists().where(_reader.c.telegram_id == _c.chat_id, _reader.c.active.is_(False))
_of_the_technician = sa.or_(
    orders.c.origin_chat_id == _c.chat_id,
    sa.exists().where(
        _reader.c.telegram_id == _c.chat_id,
        sa.or_(_reader.c.id == orders.c.sender, _reader.c.technician_code == orders.c.technician),
    ),
)
_fate = sa.case(
    (sa.not_(_by_outage), Fate.FOR_GOOD.value),
    (sa.or_(_c.press_id.is_not(None), _gesture), Fate.STALE.value),
    (
        _c.order_id.is_(None),
        sa.case((sa.or_(_c.reply_to.is_not(None), _kept_out), Fate.STALE.value), else_=Fate.AGAIN.value),
    ),
    (sa.not_(_somebodys), Fate.STALE.value),
    (sa.not_(_moved_past), Fate.AGAIN.value),
    (_has_newer, Fate.NEWER.value),
    (sa.and_(_of_the_technician, orders.c.deleted_at.is_(None)), Fate.PRESENT.value),
    else_=Fate.STALE.value,
)
_with_orders = outbox.outerjoin(orders, orders.c.id == _c.order_id)


class SqlFailedMessages:
    """Reads the failed messages of the outbox."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def sums(self) -> tuple[FailedSum, ...]:
        """Count all failed messages, by fate and reason."""
        fates = sa.select(_fate.label("fate"), _c.reason, _c.created_at).select_from(_with_orders).where(_failed)
        each = fates.subquery()
        oldest = sa.func.min(each.c.created_at, type_=_c.created_at.type)
        counted = sa.select(each.c.fate, each.c.reason, sa.func.count(), oldest)
        counted = counted.group_by(each.c.fate, each.c.reason).order_by(each.c.fate, each.c.reason)
        return tuple(
            FailedSum(fate=Fate(fate), reason=reason, count=count, oldest=since)
            for fate, reason, count, since in self._transaction.execute(counted)
        )

    def left_by_outage(self) -> tuple[int, datetime | None]:
        """Count those that failed by an outage, with the time when the oldest was queued."""
        oldest = sa.func.min(_c.created_at, type_=_c.created_at.type)
        count, since = self._transaction.execute(
            sa.select(sa.func.count(), oldest).select_from(outbox).where(_failed, _by_outage)
        ).one()
        return count, since

    def portion(self, after: int, limit: int) -> tuple[FailedMessage, ...]:
        """Return those that failed by an outage and have an id above `after`, with their orders locked."""
        if not self._transaction.on_sqlite:
            self._transaction.scalar(sa.select(sa.func.pg_advisory_xact_lock(_RESENDS)))
        chosen = sa.select(_c.id, _c.order_id).where(_failed, _by_outage, _c.id > after).order_by(_c.id).limit(limit)
        rows = self._transaction.execute(chosen).all()
        theirs = sorted({row.order_id for row in rows if row.order_id is not None})
        # An order that changes now would make its message old: whoever changes it waits, or is read below.
        held = sa.select(orders.c.id).where(orders.c.id.in_(theirs)).order_by(orders.c.id)
        self._transaction.execute(held.with_for_update(key_share=True)).all()
        found = sa.select(_c.id, _c.chat_id, _c.order_id, _fate).select_from(_with_orders)
        found = found.where(_c.id.in_([row.id for row in rows]), _failed).order_by(_c.id)
        return tuple(
            FailedMessage(id=id_, chat_id=chat_id, order_id=order_id, fate=Fate(fate))
            for id_, chat_id, order_id, fate in self._transaction.execute(found)
        )
