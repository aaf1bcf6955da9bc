"""The command `retain`: what is older than it is kept, counted or removed at once."""

import click

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.sql.compact import compact
from sikpro.application.i18n import words_in
from sikpro.application.ports.retention import RetentionRun, Waiting
from sikpro.application.use_cases.retention.decide_retention import RetentionPlan, plan_retention
from sikpro.application.use_cases.retention.forget_old import next_portion
from sikpro.entrypoints.reading import reading
from sikpro.entrypoints.settings import Settings
from sikpro.entrypoints.start import container_for, prepare
from sikpro.entrypoints.stores import must_be_ours


def retain_in(settings: Settings, months: int | None, *, dry_run: bool, compacting: bool) -> None:
    """Say what would go, or remove it in the same portions as the job. It may run beside the server.

    Compacting may not. Raises `StorageError`.
    """
    now = SystemClock().now()
    if dry_run:
        with reading(settings) as transactions:
            plan = transactions.read(lambda uow: plan_retention(uow, months, now, settings.zone))
        for line in _planned(plan, settings.zone):
            click.echo(line)
        return
    if compacting:
        must_be_ours(settings)
    prepare(settings, migrating=False)
    container = container_for(settings)
    transactions = container.transactions()
    while portion := transactions.read(lambda uow: next_portion(uow, now, settings.zone)):
        transactions.write(portion)
    last = transactions.read(lambda uow: uow.retention.last())
    plan = transactions.read(lambda uow: plan_retention(uow, None, now, settings.zone))
    for line in _done(plan, last, settings.zone):
        click.echo(line)
    if compacting:
        container.store().close()
        done = compact(settings.database_url)
        click.echo("The file is compact." if done else "PostgreSQL gives the space back by itself.")


def _planned(plan: RetentionPlan, zone: str) -> list[str]:
    if not plan.months:
        return ["Nothing goes: everything is kept for ever (Settings, Retention)."]
    if plan.before is None:
        return ["Nothing would go: no order is here yet."]
    words = words_in("en", zone)
    until = f"Kept: {plan.months} months, everything from {words.long_date(words.local(plan.before).date())} on."
    return [until, "Would go: " + _counts(plan.waiting)]


def _counts(waiting: Waiting) -> str:
    counts = {
        "orders with texts": waiting.orders,
        "photos and files": waiting.photos,
        "received messages": waiting.received,
        "sent messages": waiting.sent,
        "people": waiting.people,
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _done(plan: RetentionPlan, last: RetentionRun | None, zone: str) -> list[str]:
    if not plan.months or last is None:
        return _planned(plan, zone)
    words = words_in("en", zone)
    counts = ", ".join(f"{name} {count}" for name, count in last.counts.items())
    return [f"Everything from {words.long_date(words.local(last.before).date())} on is kept. Removed: {counts}."]
