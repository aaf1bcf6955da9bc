"""Webhooks and their deliveries in the database."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.leases import lease_is_over, lease_times
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery, WebhookState
from sikpro.domain.errors import NotFound

UNFINISHED = "state IN ('queued', 'sending')"
"""The unfinished deliveries: the condition of the partial index, which queries must repeat exactly."""

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("secret", Words, nullable=False),
    Column("kinds", Words, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    Column("former", Words, nullable=False),
    Column("former_until", UtcDateTime),
    Column("made_by", Id, ForeignKey("people.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("removed", Boolean, nullable=False, server_default=sa.false()),
    sqlite_autoincrement=True,
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("webhook", Id, ForeignKey("webhooks.id"), nullable=False),
    Column("order_id", Id),
    Column("kind", Words, nullable=False),
    Column("message_id", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("answer", Words, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("claimed_by", Words, nullable=False, server_default=""),
    sa.Index(
        "ix_webhook_deliveries_unfinished",
        *("webhook", "order_id", "id"),
        sqlite_where=sa.text(UNFINISHED),
        postgresql_where=sa.text(UNFINISHED),
    ),
    sa.Index(None, "webhook", "state", "id"),
    sa.Index(None, "ended_at"),
    sqlite_autoincrement=True,
)

_w = webhooks.c
_c = webhook_deliveries.c
_ACTIVE = Constant(sa.select(webhooks).where(_w.active, ~_w.removed).order_by(_w.id))
_ALL = sa.select(webhooks).where(~_w.removed).order_by(_w.id)
_FIELDS = [column for column in _c if column.name not in {"leased_until", "claimed_by"}]
_FREE = {"leased_until": None, "claimed_by": ""}

_older = webhook_deliveries.alias("older")
_first_of_its_order = ~sa.exists().where(
    _older.c.webhook == _c.webhook,
    _older.c.order_id == _c.order_id,
    _older.c.id < _c.id,
    sa.text(f"older.{UNFINISHED}"),
)
_now = sa.bindparam("now", type_=UtcDateTime())
_far = sa.bindparam("far", type_=UtcDateTime())
_DUE = (
    sa.select(_c.id)
    .where(sa.text(f"webhook_deliveries.{UNFINISHED}"), _first_of_its_order)
    .where(_c.webhook.not_in(sa.bindparam("but", expanding=True)), lease_is_over(_c.leased_until))
    .where(sa.or_(_c.state == WebhookState.SENDING.value, _c.attempts == 0, _c.due_at <= _now, _c.due_at > _far))
    .order_by(_c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


class SqlWebhooks:
    """Stores the webhooks and their deliveries."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, webhook: Webhook) -> Webhook:
        """Save a new webhook and return it with its id."""
        self._transaction.forget()
        made = self._transaction.scalar(sa.insert(webhooks).returning(_w.id), _row(webhook))
        return evolve(webhook, id=made)

    def get(self, webhook_id: int) -> Webhook:
        """Return a webhook. Raises `NotFound`."""
        found = self._transaction.rows(_ALL.where(_w.id == webhook_id))
        if not found:
            raise NotFound(what="webhook", name=str(webhook_id))
        return _webhook(found[0])

    def all(self) -> tuple[Webhook, ...]:
        """Return all webhooks, oldest first."""
        return tuple(map(_webhook, self._transaction.rows(_ALL)))

    def change(self, webhook: Webhook) -> None:
        """Replace a webhook. Raises `NotFound`."""
        self._change(webhook.id, _row(webhook))

    def remove(self, webhook_id: int) -> None:
        """Remove a webhook with its deliveries; its empty row stays for what is queued in the same moment."""
        self._change(webhook_id, {"removed": True, "active": False, "secret": "", "former": "", "url": "", "name": ""})
        self._transaction.execute(sa.delete(webhook_deliveries).where(_c.webhook == webhook_id))

    def wanting(self, kind: str) -> tuple[Webhook, ...]:
        """Return the webhooks that want events of this type, oldest first."""
        active = self._transaction.remember("webhooks", lambda: self._transaction.kept(_ACTIVE, _webhook))
        return tuple(webhook for webhook in active if webhook.wants(kind))

    def queue(self, webhook_id: int, kind: str, body: str, at: datetime, *, order_id: int | None) -> int:
        """Queue a delivery, due at once, and return its id."""
        row = {
            "webhook": webhook_id,
            "order_id": order_id,
            "kind": kind,
            "message_id": f"msg_{self._transaction.chance.hexadecimal(12)}",
            "body": body,
            "state": WebhookState.QUEUED.value,
            "attempts": 0,
            "due_at": at,
            "created_at": at,
            "answer": "",
        }
        return int(self._transaction.scalar(sa.insert(webhook_deliveries).returning(_c.id), row))

    def claim(self, now: datetime, lease: timedelta, *, but: Collection[int] = ()) -> WebhookDelivery | None:
        """Take the oldest due delivery, of each webhook and order the oldest unfinished one."""
        lease_time = self._transaction.lease_time(now)
        times = {"now": now, "far": now + FAR_AHEAD, **lease_times(lease_time, lease)}
        chosen = self._transaction.scalar(_DUE, times | {"but": sorted(but)})
        if chosen is None:
            return None
        taken = sa.update(webhook_deliveries).where(_c.id == chosen).values(attempts=_c.attempts + 1)
        claim = {"leased_until": lease_time + lease, "claimed_by": self._transaction.process}
        self._transaction.execute(taken.values(state=WebhookState.SENDING.value, **claim))
        return self.delivery(chosen)

    def delivered(self, delivery_id: int, answer: str, at: datetime, *, attempt: int) -> None:
        """Record the arrival, unless another try was begun."""
        self._mark(delivery_id, attempt, state=WebhookState.DELIVERED.value, answer=answer, ended_at=at)

    def later(self, delivery_id: int, due_at: datetime, answer: str, *, attempt: int) -> None:
        """Try again at `due_at`, unless another try was begun."""
        self._mark(delivery_id, attempt, state=WebhookState.QUEUED.value, answer=answer, due_at=due_at)

    def failed(self, delivery_id: int, answer: str, at: datetime, *, attempt: int) -> None:
        """Record that it is not tried again, unless another try was begun."""
        self._mark(delivery_id, attempt, state=WebhookState.FAILED.value, answer=answer, ended_at=at)

    def end_all(self, webhook_id: int, answer: str, at: datetime) -> int:
        """Let all unfinished deliveries of a webhook fail, and return how many."""
        self.get(webhook_id)
        unfinished = sa.update(webhook_deliveries).where(_c.webhook == webhook_id, sa.text(UNFINISHED))
        ended = unfinished.values(state=WebhookState.FAILED.value, answer=answer, ended_at=at, **_FREE)
        return self._transaction.execute(ended).rowcount

    def resend(self, delivery_id: int, at: datetime) -> bool:
        """Queue a failed delivery again; return False if it is not failed."""
        if self._transaction.execute(_again(at).where(_c.id == delivery_id)).rowcount:
            return True
        self.delivery(delivery_id)
        return False

    def resend_all(self, webhook_id: int, at: datetime) -> int:
        """Queue all failed deliveries of a webhook again, and return how many."""
        self.get(webhook_id)
        return self._transaction.execute(_again(at).where(_c.webhook == webhook_id)).rowcount

    def delivery(self, delivery_id: int) -> WebhookDelivery:
        """Return a delivery. Raises `NotFound`."""
        found = self._transaction.rows(sa.select(*_FIELDS).where(_c.id == delivery_id))
        if not found:
            raise NotFound(what="webhook_delivery", name=str(delivery_id))
        return _delivery(found[0])

    def page(
        self, webhook_id: int, state: WebhookState | None, *, before: int | None, limit: int
    ) -> tuple[WebhookDelivery, ...]:
        """Return the deliveries of a webhook below an id, newest first."""
        selected = sa.select(*_FIELDS).where(_c.webhook == webhook_id)
        if state is not None:
            selected = selected.where(_c.state == state.value)
        if before is not None:
            selected = selected.where(_c.id < before)
        rows = self._transaction.rows(selected.order_by(_c.id.desc()).limit(limit))
        return tuple(map(_delivery, rows))

    def counts(self) -> Mapping[int, Mapping[WebhookState, int]]:
        """Count the deliveries in each state by webhook."""
        counted = sa.select(_c.webhook, _c.state, sa.func.count().label("count")).group_by(_c.webhook, _c.state)
        found: dict[int, dict[WebhookState, int]] = {}
        for row in self._transaction.rows(counted):
            found.setdefault(row["webhook"], {})[WebhookState(row["state"])] = row["count"]
        return found

    def forget(self, before: datetime) -> int:
        """Delete the deliveries that ended before a time, and return how many."""
        return self._transaction.execute(sa.delete(webhook_deliveries).where(_c.ended_at < before)).rowcount

    def _change(self, webhook_id: int, row: Mapping[str, Any]) -> None:
        self._transaction.forget()
        changed = sa.update(webhooks).where(_w.id == webhook_id, ~_w.removed).values(row)
        if self._transaction.execute(changed).rowcount == 0:
            raise NotFound(what="webhook", name=str(webhook_id))

    def _mark(self, delivery_id: int, attempt: int, **values: Any) -> None:
        mine = _c.id == delivery_id, _c.state == WebhookState.SENDING.value, _c.attempts == attempt
        self._transaction.execute(sa.update(webhook_deliveries).where(*mine).values(**values, **_FREE))


def _again(at: datetime) -> sa.Update:
    failed = sa.update(webhook_deliveries).where(_c.state == WebhookState.FAILED.value)
    return failed.values(state=WebhookState.QUEUED.value, attempts=0, due_at=at, ended_at=None, answer="")


def _row(webhook: Webhook) -> dict[str, Any]:
    row = asdict(webhook) | {"kinds": " ".join(sorted(webhook.kinds))}
    del row["id"]
    return row


def _webhook(row: Mapping[str, Any]) -> Webhook:
    known = {name: value for name, value in row.items() if name != "removed"}
    return Webhook(**{**known, "kinds": frozenset(row["kinds"].split())})


def _delivery(row: Mapping[str, Any]) -> WebhookDelivery:
    return WebhookDelivery(**{**row, "state": WebhookState(row["state"])})
