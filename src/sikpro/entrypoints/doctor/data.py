"""What the doctor looks at in the database: its schema, its integrity, and what waits or failed in it."""

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sikpro.adapters.sql.connections import connections, connections_each, way
from sikpro.adapters.sql.engine import create_engine_for, sqlite_file
from sikpro.adapters.sql.health import SqlPlace
from sikpro.adapters.sql.migrate import NewerSchema, current, pending
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.adapters.sql.views import has_views
from sikpro.application.ports.health import Integrity
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.runtime import CLOCK_STEP
from sikpro.application.ports.storage import StorageDamaged, StorageError, UnitOfWork
from sikpro.application.workers.daily_backup import LATE, RECORD
from sikpro.entrypoints.bucket import S3
from sikpro.entrypoints.doctor.finding import Finding, Verdict
from sikpro.entrypoints.reading import reading
from sikpro.entrypoints.settings import Settings
from sikpro.entrypoints.start import check_address

STUCK = timedelta(minutes=10)
"""A message that has not left for so long stands still."""


def look_at_data(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what was found; the database is only read."""
    url = settings.database_url
    if "database" in settings.plugins:
        yield from _of_a_plugin(settings, now)
        return
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return  # `look_at_machine` says so
    try:
        check_address(url)
        if current(url, read_only=True) is None:
            yield Finding.ill("database", "empty")
            return
        old = pending(url, read_only=True)
        yield Finding.ill("database", "old") if old else Finding.ok("database")
        yield _integrity(settings)
        if file is None:
            yield from _pooler(settings)
            yield _connections(settings)
        if not old:
            there = has_views(url, settings.zone)
            yield Finding.ok("views") if there else Finding.caution("views", "others")
            yield from _contents(settings, now)
    except StorageDamaged as error:
        yield Finding.ill("integrity", "damaged", str(error))
    except NewerSchema as error:
        yield Finding.ill("database", "newer", str(error))
    except (StorageError, ValueError) as error:
        yield Finding.ill("database", "unavailable", str(error))


def _of_a_plugin(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what can be found in any store: it opens, and what stands still in it."""
    try:
        with reading(settings) as transactions:
            yield Finding.ok("database")
            yield from transactions.read(lambda uow: [*_waiting(uow, now), *_people(uow), *_jobs(uow)])
    except (StorageError, ValueError) as error:
        yield Finding.ill("database", "unavailable", str(error))


def _integrity(settings: Settings) -> Finding:
    checked = asyncio.run(SqlPlace(settings.database_url).check_integrity())
    if checked.integrity is Integrity.DAMAGED:
        return Finding.ill("integrity", "damaged", checked.detail)
    if checked.integrity is Integrity.UNCHECKED:
        return Finding.caution("integrity", "unchecked")
    return Finding.ok("integrity")


def _pooler(settings: Settings) -> Iterator[Finding]:
    """Yield whether a pooler stands where hints and locks need PostgreSQL itself; nothing where there is none."""
    direct = way(settings.direct_url)
    if direct.pooled:
        yield Finding.caution("pooler", "on_both" if settings.database_direct else "alone")
    elif settings.database_direct:
        same = way(settings.database_url).to == direct.to
        yield Finding.ok("pooler") if same else Finding.ill("pooler", "elsewhere")


def _connections(settings: Settings) -> Finding:
    found, each = connections(settings.direct_url), connections_each(pooled=bool(settings.database_direct))
    few = found.for_us < each * max(found.processes, 1)
    return Finding(
        Verdict.CAUTION if few else Verdict.OK,
        "connections",
        "few" if few else "ok",
        {
            "allowed": found.for_us,
            "each": each,
            "room": found.for_us // each,
            "run": found.processes,
        },
    )


def _contents(settings: Settings, now: datetime) -> Iterator[Finding]:
    engine = create_engine_for(settings.database_url, read_only=True)
    try:
        yield from SqlTransactions(engine).read(
            lambda uow: [*_waiting(uow, now), *_people(uow), *_jobs(uow), _backup(uow, settings, now)]
        )
    finally:
        engine.dispose()


def _waiting(uow: UnitOfWork, now: datetime) -> Iterator[Finding]:
    newest = uow.inbox.page(before=None, limit=1)
    if newest and newest[0].received_at > now + CLOCK_STEP:
        yield Finding.ill("clock", "behind_data", time=f"{newest[0].received_at:%d.%m.%Y %H:%M} UTC")
    counts = uow.outbox.counts_of(now, now)
    waiting = counts.get(Delivery.QUEUED, 0) + counts.get(Delivery.SENDING, 0)
    since = uow.outbox.waiting_since()
    if since is not None and now - since > STUCK:
        minutes = int((now - since).total_seconds() // 60)
        yield Finding.ill("messages", "stuck", count=waiting, minutes=minutes)
    elif failed := counts.get(Delivery.FAILED, 0):
        yield Finding.caution("messages", "failed", count=failed)
    else:
        yield Finding.ok("messages", count=waiting)


def _people(uow: UnitOfWork) -> Iterator[Finding]:
    admins = [one for one in uow.people.all() if one.administers]
    yield Finding.ok("accounts", count=len(admins)) if admins else Finding.ill("accounts", "no_admin")


def _jobs(uow: UnitOfWork) -> Iterator[Finding]:
    failing = [job.kind for job in uow.jobs.all() if job.error]
    yield Finding.caution("jobs", "failing", ", ".join(failing)) if failing else Finding.ok("jobs")


def _backup(uow: UnitOfWork, settings: Settings, now: datetime) -> Finding:
    if not settings.backups:
        return Finding.caution("backup", "off")
    if not settings.backups.startswith(S3) and not os.access(settings.backups, os.R_OK | os.W_OK | os.X_OK):
        return Finding.ill("backup", "shut", folder=settings.backups, user=os.geteuid())
    last = uow.health.get(RECORD)
    if last is None:
        return Finding.caution("backup", "none", folder=settings.backups)
    at = f"{last.at.astimezone(ZoneInfo(settings.zone)):%d.%m.%Y %H:%M}"
    if now - last.at > LATE:
        return Finding.ill("backup", "late", at=at, folder=settings.backups)
    return Finding.ok("backup", name=last.detail, at=at)
