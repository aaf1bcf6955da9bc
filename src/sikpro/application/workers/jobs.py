"""Recurring jobs: lapsed claims, overdue orders, facts to seal. The process that claims a job runs it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from attrs import define, field, frozen

from sikpro.application.conversation.drafts import REMIND_AFTER, remind_drafts
from sikpro.application.ports.blobs import KEPT
from sikpro.application.ports.cause import caused_by
from sikpro.application.ports.jobs import Job
from sikpro.application.ports.kept_answers import ANSWERS_KEPT
from sikpro.application.ports.runtime import CLOCK_STEP
from sikpro.application.ports.storage import AsyncTransactions, StorageCrowded, StorageError, UnitOfWork
from sikpro.application.ports.webhooks import DELIVERIES_KEPT
from sikpro.application.reports.closing import next_closing
from sikpro.application.reports.send_recaps import next_recap
from sikpro.application.use_cases.catalogue.count_uses import next_count
from sikpro.application.use_cases.catalogue.decide_installation import MOST_DAYS
from sikpro.application.use_cases.orders.alert_overdue import next_alerts
from sikpro.application.use_cases.orders.remind_owners import remind_owners
from sikpro.application.use_cases.orders.work_order import free_lapsed_claims
from sikpro.application.use_cases.people.grant_access import send_common_card
from sikpro.application.use_cases.people.renew_search import next_renewal
from sikpro.application.use_cases.retention.forget_old import next_forgetting
from sikpro.application.use_cases.seals.seal_facts import APART, hand_out, next_seal
from sikpro.application.workers.clock_watch import SETTLES, ClockStep, ClockWatch
from sikpro.application.workers.kept_jumps import keep_jumps, kept_jumps
from sikpro.application.workers.lately import Lately
from sikpro.domain.order import LONGEST_CLAIM

_log = structlog.get_logger(__name__)

SESSION_LIFE = timedelta(days=MOST_DAYS + 1)
"""How long an unused session is kept: longer than any setting lets it last."""

_READ_KEPT = timedelta(days=30)
_LASTS = timedelta(days=7)
"""How long nothing old is removed after the clock was set: what is gone does not come back with the right time."""

_LEASE = timedelta(minutes=2)
_CROWDED = timedelta(seconds=20)
"""How long a count waits if people wait for the same threads."""

_LONGEST_PAUSE = 6
"""The most doublings of a failing job's pause."""


@frozen
class Repeated:
    """A recurring job: its kind and its interval. `life` is how long the things live that it ends.

    Every job rests while the clock is doubted, one with a `life` until a step back has proved lasting too, and after a
    step forward for the whole `life`: what was there at the step lives as long as it should.
    """

    kind: str
    every: timedelta
    life: timedelta = field(default=timedelta(), kw_only=True)

    def pause(self, attempts: int) -> timedelta:
        """Return the pause after this number of failed attempts."""
        doubled: int = 2 ** min(attempts, _LONGEST_PAUSE)
        return self.every * doubled


@frozen
class Recurring(Repeated):
    """A job in one short transaction. `work` gets the unit of work, the time and the zone."""

    work: Callable[[UnitOfWork, datetime, str], object]


@frozen
class RecurringCount(Repeated):
    """A job that computes items in a read, one at a time, and saves each in a short transaction.

    `next` returns the function that saves the next item, None when there is none. So writers never wait for the
    computation.
    """

    next: Callable[[UnitOfWork, datetime, str], Callable[[UnitOfWork], object] | None]


def _free_lapsed_claims(uow: UnitOfWork, now: datetime, _: str) -> None:
    free_lapsed_claims(uow, now)


def _forget_logins(uow: UnitOfWork, now: datetime, _: str) -> None:
    uow.sessions.forget(now - SESSION_LIFE)
    uow.login_attempts.forget(now - timedelta(days=1), now + CLOCK_STEP)
    uow.login_tickets.forget(now)
    uow.tokens.forget(now - SESSION_LIFE)


def _forget_answers(uow: UnitOfWork, now: datetime, _: str) -> None:
    uow.kept_answers.forget(now - ANSWERS_KEPT)


def _forget_exports(uow: UnitOfWork, now: datetime, _: str) -> None:
    uow.exports.forget(now - KEPT)
    uow.blobs.forget(now - KEPT)


def _forget_photo_reads(uow: UnitOfWork, now: datetime, _: str) -> None:
    uow.photo_reads.forget(now - _READ_KEPT)


def _forget_deliveries(uow: UnitOfWork, now: datetime, _: str) -> None:
    uow.webhooks.forget(now - DELIVERIES_KEPT)


def _forget_reminders(uow: UnitOfWork, now: datetime, _: str) -> None:
    uow.reminders.forget((now - _READ_KEPT).date())


RECURRING = (
    Recurring("free_lapsed_claims", timedelta(seconds=30), _free_lapsed_claims, life=LONGEST_CLAIM),
    Recurring("remind_drafts", timedelta(minutes=1), remind_drafts, life=REMIND_AFTER),
    RecurringCount("alert_overdue", timedelta(minutes=1), next_alerts),
    Recurring("remind_owners", timedelta(minutes=1), remind_owners),
    Recurring("common_access_card", timedelta(minutes=1), send_common_card),
    RecurringCount("count_status_uses", timedelta(days=1), next_count),
    RecurringCount("close_months", timedelta(hours=1), next_closing, life=SETTLES),
    RecurringCount("forget_old", timedelta(minutes=10), next_forgetting, life=_LASTS),
    RecurringCount("send_recaps", timedelta(minutes=1), next_recap, life=SETTLES),
    RecurringCount("seal_facts", APART, next_seal),
    Recurring("hand_out_seal", APART, hand_out),
    RecurringCount("renew_search", timedelta(seconds=10), next_renewal),
    Recurring("forget_logins", timedelta(hours=1), _forget_logins, life=SESSION_LIFE),
    Recurring("forget_answers", timedelta(hours=1), _forget_answers, life=ANSWERS_KEPT),
    Recurring("forget_exports", timedelta(minutes=15), _forget_exports, life=KEPT),
    Recurring("forget_photo_reads", timedelta(hours=6), _forget_photo_reads, life=_READ_KEPT),
    Recurring("forget_deliveries", timedelta(hours=1), _forget_deliveries, life=DELIVERIES_KEPT),
    Recurring("forget_reminders", timedelta(hours=6), _forget_reminders, life=_READ_KEPT),
)


@define(kw_only=True)
class JobRunner:
    """Runs due jobs, each in its own transaction. A failed job is retried and its error is kept.

    `watch` is the clock of this `machine`: no job runs by a time that it doubts.
    """

    transactions: AsyncTransactions
    zone: str
    watch: ClockWatch
    recurring: tuple[Recurring | RecurringCount, ...] = RECURRING
    pause: float = 5.0
    machine: str = ""
    store: Lately = field(factory=Lately, init=False)
    _kept: tuple[ClockStep, ...] | None = field(default=None, init=False)

    async def run(self) -> None:
        """Run due jobs until cancelled."""
        while True:
            try:
                await self._keep_jumps()
                await self._schedule()
                self.store.worked()
                while await self._next():
                    self.store.worked()
            except StorageError:
                self.store.failed("storage")
            await asyncio.sleep(self.pause)

    async def _keep_jumps(self) -> None:
        """Take over what an earlier process knew of this machine's clock, then store what changes."""
        if self._kept is None:
            self._kept = await self.transactions.read(lambda uow: kept_jumps(uow, self.machine))
            self.watch.remember(self._kept)
        now, jumps = self.watch.now(), self.watch.jumps
        if jumps != self._kept:
            await self.transactions.write(lambda uow: keep_jumps(uow, self.machine, jumps, now))
            self._kept = jumps

    async def _schedule(self) -> None:
        now = self.watch.now()

        def work(uow: UnitOfWork) -> None:
            known = {job.kind: job for job in uow.jobs.all()}
            for recurring in self.recurring:
                job = known.get(recurring.kind)
                if job is None:
                    uow.jobs.schedule(recurring.kind, "", now)
                    continue
                longest = recurring.pause(job.attempts) if job.error else recurring.every
                if job.due_at - now > longest + CLOCK_STEP:
                    # A clock that was ahead set this due time, and has been corrected since.
                    uow.jobs.again(job, now, job.error)
                    behind.append(job.due_at - now - longest)

        behind: list[timedelta] = []
        await self.transactions.write(work)
        if behind and self.watch.step is None:
            self.watch.note_back(-max(behind))

    async def _next(self) -> bool:
        now = self.watch.now()
        job = await self.transactions.write(lambda uow: uow.jobs.claim(now, _LEASE))
        if job is None:
            return False
        await self._do(job, now)
        return True

    async def _do(self, job: Job, now: datetime) -> None:
        recurring = next((known for known in self.recurring if known.kind == job.kind), None)
        if recurring is None:
            _log.error("job of an unknown kind", kind=job.kind)
            await self.transactions.write(lambda uow: uow.jobs.done(job))
            return

        try:
            with caused_by("job", job.kind):
                if self.watch.rests(now, recurring.life):
                    await self.transactions.write(lambda uow: uow.jobs.again(job, now + recurring.every))
                elif isinstance(recurring, RecurringCount):
                    await self._count(recurring, job, now)
                else:
                    await self._repeat(recurring, job, now)
        except StorageError:
            raise
        except Exception as error:
            failure = repr(error)[:500]
            _log.exception("job failed", kind=job.kind)
            due = now + recurring.pause(job.attempts)
            await self.transactions.write(lambda uow: uow.jobs.again(job, due, failure))

    async def _repeat(self, recurring: Recurring, job: Job, now: datetime) -> None:
        def work(uow: UnitOfWork) -> None:
            if uow.jobs.again(job, now + recurring.every):  # else another process has the job now
                recurring.work(uow, now, self.zone)

        await self.transactions.write(work)

    async def _count(self, counting: RecurringCount, job: Job, now: datetime) -> None:
        """Handle one item for each claim. If there was one, the job is due again at once."""
        try:
            write = await self.transactions.read_long(lambda uow: counting.next(uow, now, self.zone))
        except StorageCrowded:
            await self.transactions.write(lambda uow: uow.jobs.again(job, now + _CROWDED))
            return

        def work(uow: UnitOfWork) -> None:
            mine = uow.jobs.again(job, now + counting.every if write is None else now)
            if mine and write is not None:  # else another process has the job now
                write(uow)

        await self.transactions.write(work)
