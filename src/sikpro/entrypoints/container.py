"""The one place that connects ports with their adapters."""

import os
import platform
import sys
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path

from dependency_injector import containers, providers

from sikpro.adapters.excel.later import LaterWorkbooks
from sikpro.adapters.local.backup_process import FolderBackups
from sikpro.adapters.local.clock import SystemClock, seconds_passed
from sikpro.adapters.local.export_process import ProcessExports
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.adapters.local.photo_process import ProcessBarcodes
from sikpro.adapters.local.table_process import ProcessTables
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.metrics.prometheus import PrometheusMeasures
from sikpro.adapters.sql.engine import connections_of, create_engine_for
from sikpro.adapters.sql.file_watch import FileWatch
from sikpro.adapters.sql.presence import Presence
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.webhooks.later import LaterWebhookSender
from sikpro.application.conversation.photo_answers import tell_of_photo
from sikpro.application.ports.backups import Backups
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.health import DataPlace
from sikpro.application.ports.measures import Measures, SeveralMeasures
from sikpro.application.ports.pictures import PictureMaker
from sikpro.application.ports.plugins import OpenStore
from sikpro.application.ports.storage import Hint, Kind, Transactions
from sikpro.application.ports.workbooks import WorkbookWriter
from sikpro.application.workers.clock_watch import ClockWatch
from sikpro.application.workers.daily_backup import DailyBackup
from sikpro.application.workers.downloads import Downloads
from sikpro.application.workers.exports import ExportRunner
from sikpro.application.workers.health_watch import HealthWatch
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.integrity import IntegrityCheck
from sikpro.application.workers.jobs import JobRunner
from sikpro.application.workers.left_behind import LeftBehind
from sikpro.application.workers.long_poll import LongPoll
from sikpro.application.workers.menus import MenuKeeper
from sikpro.application.workers.photo_reader import PhotoReader
from sikpro.application.workers.rates import Rates
from sikpro.application.workers.relay import Relay
from sikpro.application.workers.table_writer import TableWriter
from sikpro.application.workers.vitals import Use
from sikpro.application.workers.webhooks import WebhookRelay
from sikpro.entrypoints.bot import connect_bot, is_set_up
from sikpro.entrypoints.bucket import S3, bucket_at
from sikpro.entrypoints.fonts import FONTS
from sikpro.entrypoints.settings import Settings
from sikpro.entrypoints.stores import kind_of, open_store
from sikpro.entrypoints.vitals import vitals


def _is_sqlite(settings: Settings) -> bool:
    return kind_of(settings) == "sqlite"


def _is_alone(settings: Settings) -> bool:
    """Return whether one process at a time serves such a store."""
    return kind_of(settings) != "postgresql"


def _writers(settings: Settings) -> int:
    return 1 if _is_alone(settings) else 4


def _process_name(chance: Chance) -> str:
    return f"{os.getpid()}-{chance.hexadecimal(4)}"


def _measures(settings: Settings, metrics: PrometheusMeasures) -> Measures:
    if not settings.telemetry:
        return metrics
    from sikpro.adapters.metrics.telemetry import OtlpTelemetry  # an extra: loaded only where it is asked for

    return SeveralMeasures(metrics, OtlpTelemetry(settings.telemetry, version("sikpro"), settings.database_url))


def _metrics(settings: Settings) -> PrometheusMeasures:
    return PrometheusMeasures(version("sikpro"), kind_of(settings))


def _presence(settings: Settings, process: str, live: LocalLiveEvents) -> Presence | None:
    return None if _is_alone(settings) else Presence(settings.direct_url, process, live.publish, live.miss)


def _file_watch(settings: Settings, transactions: Transactions) -> FileWatch | None:
    return transactions.watch() if isinstance(transactions, SqlTransactions) and _is_sqlite(settings) else None


def _transactions(store: OpenStore) -> Transactions:
    return store.transactions


def _place(store: OpenStore) -> DataPlace:
    return store.place


def _backups(settings: Settings) -> Backups | None:
    if not settings.backups:
        return None
    command = (sys.executable, "-m", "sikpro.entrypoints.backup_child")

    def made_in(folder: Path) -> Backups:
        return FolderBackups(command=command, database=settings.direct_url, folder=folder)

    if not settings.backups.startswith(S3):
        return made_in(Path(settings.backups))
    from sikpro.adapters.s3.backups import BucketBackups  # an extra of the installation

    return BucketBackups(made_in=made_in, bucket=bucket_at(settings.backups, settings))


def _workbooks(settings: Settings) -> WorkbookWriter:
    chosen = settings.plugins.get("report_writer")
    made: WorkbookWriter = chosen.make() if chosen else LaterWorkbooks()
    return made


def _for_children(settings: Settings) -> dict[str, object]:
    """Return the plugins that a child process makes again: it does not get our environment, which has secrets."""
    return {of: settings.plugins[of].packed() for of in ("report_writer", "database") if of in settings.plugins}


def _pictures() -> PictureMaker:
    from sikpro.adapters.pictures.svg import ResvgPictures  # loaded for the first sheet, not at the start

    return ResvgPictures(FONTS)


def _rates(settings: Settings) -> Rates:
    return Rates(overall=settings.rate_overall, chat=settings.rate_chat)


def _lease(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.lease_seconds)


def _megabytes(number: int) -> int:
    return number * 1_000_000


class Container(containers.DeclarativeContainer):
    """All parts of one process; each is made once, at its first use.

    `with_bot` is False for a process that leaves the bot to others, `alone` for one of several on one port.
    """

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    with_bot = providers.Object(True)
    alone = providers.Object(True)
    chance = providers.Singleton(Chance)
    live = providers.Singleton(LocalLiveEvents, chance=chance)
    watch = providers.Singleton(
        ClockWatch, clock=providers.Singleton(SystemClock), live=live, count=providers.Object(seconds_passed)
    )
    clock = watch
    passwords = providers.Singleton(Argon2Passwords)
    workbooks = providers.Singleton(_workbooks, settings)
    pictures = providers.Singleton(_pictures)
    tables = providers.Singleton(ProcessTables, command=(sys.executable, "-m", "sikpro.entrypoints.table_child"))
    barcodes = providers.Singleton(ProcessBarcodes, command=(sys.executable, "-m", "sikpro.entrypoints.photo_child"))
    engine = providers.Singleton(create_engine_for, settings.provided.database_url)
    process = providers.Singleton(_process_name, chance)
    store = providers.Singleton(open_store, settings, live, process, chance, engine.provider)
    transactions = providers.Singleton(_transactions, store)
    file_watch = providers.Singleton(_file_watch, settings, transactions)
    presence = providers.Singleton(_presence, settings, process, live)
    metrics = providers.Singleton(_metrics, settings)
    measures = providers.Singleton(_measures, settings, metrics)
    threads = providers.Singleton(
        ThreadedTransactions.over, transactions, writers=providers.Callable(_writers, settings), measures=measures
    )
    intake = providers.Singleton(
        Intake, transactions=threads, clock=clock, zone=settings.provided.zone, measures=measures
    )
    bot = providers.Singleton(connect_bot, settings, threads)
    relay = providers.Singleton(
        Relay,
        transactions=threads,
        messenger=bot.provided.messenger,
        clock=clock,
        chance=chance,
        rates=providers.Callable(_rates, settings),
        measures=measures,
        jumped=watch.provided.jumped,
    )
    long_poll = providers.Singleton(
        LongPoll,
        source=bot.provided.source,
        intake=intake,
        transactions=threads,
        clock=clock,
        live=live,
        account=bot.provided.account,
        owner=process,
        take_over=providers.Callable(_is_alone, settings),
        lease=providers.Callable(_lease, settings),
        release_all=bot.provided.release_all,
        caution=bot.provided.caution,
    )
    downloads = providers.Singleton(
        Downloads, transactions=threads, source=bot.provided.files, clock=clock, jumped=watch.provided.jumped
    )
    photo_reader = providers.Singleton(
        PhotoReader,
        transactions=threads,
        source=bot.provided.files,
        barcodes=barcodes,
        clock=clock,
        tell=providers.Factory(partial, tell_of_photo, zone=settings.provided.zone),
        jumped=watch.provided.jumped,
    )
    menus = providers.Singleton(
        MenuKeeper,
        transactions=threads,
        messenger=bot.provided.messenger,
        account=bot.provided.account,
        zone=settings.provided.zone,
    )
    exports = providers.Singleton(
        ExportRunner,
        transactions=threads,
        clock=clock,
        maker=providers.Singleton(
            ProcessExports,
            command=(sys.executable, "-m", "sikpro.entrypoints.export_child"),
            database=settings.provided.database_url,
            zone=settings.provided.zone,
            plugins=providers.Callable(_for_children, settings),
        ),
        zone=settings.provided.zone,
    )
    table_writer = providers.Singleton(TableWriter, transactions=threads, clock=clock, zone=settings.provided.zone)
    webhooks = providers.Singleton(
        WebhookRelay,
        transactions=threads,
        sender=providers.Singleton(LaterWebhookSender, settings.provided.webhooks_private),
        clock=clock,
        chance=chance,
    )
    left_behind = providers.Singleton(LeftBehind, transactions=threads, alone=providers.Callable(_is_alone, settings))
    jobs = providers.Singleton(
        JobRunner, transactions=threads, zone=settings.provided.zone, watch=watch, machine=platform.node()
    )
    place = providers.Singleton(_place, store)
    integrity = providers.Singleton(
        IntegrityCheck, transactions=threads, clock=clock, place=place, zone=settings.provided.zone
    )
    backup = providers.Singleton(
        DailyBackup,
        transactions=threads,
        clock=clock,
        backups=providers.Callable(_backups, settings),
        zone=settings.provided.zone,
        most=settings.provided.backups_kept,
    )
    health = providers.Singleton(
        HealthWatch,
        transactions=threads,
        watch=watch,
        place=place,
        integrity=integrity,
        jobs=jobs,
        exports=exports,
        backup=backup,
        owner=process,
        low=providers.Callable(_megabytes, settings.provided.disk_low),
        least=providers.Callable(_megabytes, settings.provided.disk_least),
    )


def has_bot(container: Container) -> bool:
    """Return whether this process may serve a bot: one is set up, and is not left to other processes."""
    return bool(container.with_bot()) and is_set_up(container.settings())


def health_watch(container: Container) -> HealthWatch:
    """Return the watch over this process, with its bot, if it has one. Its metrics tell the same."""
    watch = container.health()
    long_poller = container.long_poll if has_bot(container) else None
    ours = "database" not in container.settings().plugins
    connections = partial(connections_of, container.engine()) if ours else Use
    container.metrics().vitals = lambda: vitals(watch, container.threads(), container.live(), connections, long_poller)
    watch.bot_changed = lambda: container.live().publish((Hint(Kind.BOT),))
    watch.bot_apart = is_set_up(container.settings()) and not has_bot(container)
    if has_bot(container):
        long_poll = container.long_poll()
        watch.bot = lambda: long_poll.state.as_shown_at(container.clock().now(), long_poll.count())
        watch.relay = container.relay
    return watch


def web_parts(container: Container) -> WebParts:
    """Return the web's ports, and the states of the loops beside it."""
    settings = container.settings()
    watch = health_watch(container)
    return WebParts(
        transactions=container.threads(),
        clock=container.clock(),
        passwords=container.passwords(),
        live=container.live(),
        workbooks=container.workbooks(),
        pictures=container.pictures,
        tables=container.tables(),
        zone=settings.zone,
        bot_state=watch.bot_now,
        health=watch.health,
        health_token=settings.health_token,
        believe_clock=container.watch().believe,
        clock_step=lambda: container.watch().step,
        jumped=container.watch().jumped,
        secure_cookies=settings.secure_cookies,
        simulator_url=settings.simulator_url,
        measures=container.measures(),
        metrics=container.metrics().page if container.alone() else None,
    )
