"""Dialogues, bot accounts and jobs in the database."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from attrs import asdict

from sikpro.adapters.sql.dialect import insert_new, upsert
from sikpro.adapters.sql.queue_tables import bot_accounts, conversations, jobs
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.queues import Conversation, Job, LeaseLost
from sikpro.domain.errors import NotFound

_talk = conversations.c
_bot = bot_accounts.c
_job = jobs.c
_JOB = (_job.id, _job.kind, _job.key, _job.due_at, _job.attempts, _job.error)


class SqlConversationStore:
    """The open dialogues, one for each person and chat."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def get(self, chat_id: int, telegram_id: int) -> Conversation | None:
        """The dialogue, if there is one."""
        selected = sa.select(conversations).where(_talk.chat_id == chat_id, _talk.telegram_id == telegram_id)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else Conversation(**row)

    def put(self, conversation: Conversation) -> None:
        """Begin it or go on with it."""
        row = asdict(conversation) | {"data": dict(conversation.data)}
        put = upsert(self._transaction, conversations, ["chat_id", "telegram_id"])
        self._transaction.execute(put.values(row))

    def drop(self, chat_id: int, telegram_id: int) -> None:
        """End it."""
        dropped = sa.delete(conversations).where(_talk.chat_id == chat_id, _talk.telegram_id == telegram_id)
        self._transaction.execute(dropped)

    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Dialogues whose step begins so, oldest first."""
        begins = sa.func.substr(_talk.step, 1, len(step_prefix)) == step_prefix
        order = (_talk.updated_at, _talk.chat_id, _talk.telegram_id)
        rows = self._transaction.execute(sa.select(conversations).where(begins).order_by(*order)).mappings()
        return tuple(Conversation(**row) for row in rows)


class SqlBotAccounts:
    """Each bot account's cursor, and the lease under which one process polls and sends for it."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def lease(self, account: str, owner: str, now: datetime, span: timedelta, *, take_over: bool) -> bool:
        """Take or renew the lease until `now + span`; False while another has it and `take_over` is not set."""
        self._make(account)
        free = sa.or_(_bot.owner == owner, _bot.leased_until.is_(None), _bot.leased_until <= now)
        update = sa.update(bot_accounts).where(_bot.account == account).values(owner=owner, leased_until=now + span)
        return self._transaction.execute(update if take_over else update.where(free)).rowcount == 1

    def release(self, account: str, owner: str) -> None:
        """Give the lease back, if it is ours."""
        ours = sa.update(bot_accounts).where(_bot.account == account, _bot.owner == owner)
        self._transaction.execute(ours.values(owner="", leased_until=None))

    def cursor(self, account: str) -> str:
        """Where to go on; "" for the first time."""
        return self._transaction.scalar(sa.select(_bot.cursor).where(_bot.account == account)) or ""

    def move_cursor(self, account: str, cursor: str, owner: str) -> None:
        """Raises `LeaseLost` unless the lease is the owner's."""
        ours = sa.update(bot_accounts).where(_bot.account == account, _bot.owner == owner)
        if self._transaction.execute(ours.values(cursor=cursor)).rowcount == 0:
            raise LeaseLost(account)

    def menu(self, account: str) -> str:
        """The fingerprint of the command menu last set; "" before."""
        return self._transaction.scalar(sa.select(_bot.menu).where(_bot.account == account)) or ""

    def set_menu(self, account: str, fingerprint: str) -> None:
        """Remember which menu was set."""
        self._make(account)
        self._transaction.execute(sa.update(bot_accounts).where(_bot.account == account).values(menu=fingerprint))

    def _make(self, account: str) -> None:
        row = {"account": account, "owner": "", "cursor": "", "menu": ""}
        self._transaction.execute(insert_new(self._transaction, bot_accounts, ["account"]).values(row))


class SqlJobs:
    """What is to be done at a time, by whoever claims it first."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def schedule(self, kind: str, key: str, due_at: datetime) -> None:
        """Note a job, unless one of this kind and key is there."""
        row = {"kind": kind, "key": key, "due_at": due_at, "attempts": 0, "error": ""}
        self._transaction.execute(insert_new(self._transaction, jobs, ["kind", "key"]).values(row))

    def claim(self, now: datetime, lease: timedelta) -> Job | None:
        """Take the job longest due that nobody has under a lease; its `attempts` one higher."""
        free = sa.or_(_job.leased_until.is_(None), _job.leased_until <= now)
        # SKIP LOCKED: two processes take two jobs; SQLite, which has one writer, leaves the words out.
        first = (
            sa.select(_job.id)
            .where(_job.due_at <= now, free)
            .order_by(_job.due_at, _job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = self._transaction.scalar(first)
        if taken is None:
            return None
        update = sa.update(jobs).where(_job.id == taken)
        update = update.values(leased_until=now + lease, attempts=_job.attempts + 1)
        return Job(**self._transaction.execute(update.returning(*_JOB)).mappings().one())

    def again(self, job_id: int, due_at: datetime, error: str = "") -> None:
        """Do it again at a time."""
        values: dict[str, Any] = {"due_at": due_at, "error": error, "leased_until": None}
        if self._transaction.execute(sa.update(jobs).where(_job.id == job_id).values(values)).rowcount == 0:
            raise NotFound(what="job", name=str(job_id))

    def done(self, job_id: int) -> None:
        """Forget it."""
        self._transaction.execute(sa.delete(jobs).where(_job.id == job_id))

    def all(self) -> tuple[Job, ...]:
        """All jobs, soonest first."""
        rows = self._transaction.execute(sa.select(*_JOB).order_by(_job.due_at, _job.id)).mappings()
        return tuple(Job(**row) for row in rows)
