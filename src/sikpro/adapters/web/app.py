"""The web application: its pages and their dependencies."""

from typing import Any

from attrs import frozen
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ASGIApp, ControllerRouterHandler

from sikpro.adapters.web.account.login import LoginController
from sikpro.adapters.web.account.logins import Logins
from sikpro.adapters.web.account.password_hashing import PasswordHasher
from sikpro.adapters.web.account.preferences import PreferencesController
from sikpro.adapters.web.account.profile import ProfileController
from sikpro.adapters.web.account.tokens import TokensController
from sikpro.adapters.web.account.two_steps import TwoStepsController
from sikpro.adapters.web.api.door import ApiDoor
from sikpro.adapters.web.ledgers.devices import DevicesController
from sikpro.adapters.web.ledgers.failed import FailedController
from sikpro.adapters.web.ledgers.messages import LedgerController
from sikpro.adapters.web.ledgers.seals import SealsController
from sikpro.adapters.web.ledgers.security import SecurityController
from sikpro.adapters.web.orders.disturbances import DisturbancesController
from sikpro.adapters.web.orders.drafts import DraftsController
from sikpro.adapters.web.orders.input import InputController
from sikpro.adapters.web.orders.order import OrderController
from sikpro.adapters.web.orders.order_actions import OrderActionsController
from sikpro.adapters.web.orders.owners import OwnersController
from sikpro.adapters.web.orders.palette import PaletteController
from sikpro.adapters.web.orders.photos import show_file
from sikpro.adapters.web.orders.queue import QueueController
from sikpro.adapters.web.orders.queue_actions import QueueActionsController
from sikpro.adapters.web.orders.remarks import RemarksController
from sikpro.adapters.web.orders.set_aside import SetAsideController, SetAsideListController
from sikpro.adapters.web.orders.shift import ShiftController
from sikpro.adapters.web.orders.snippets import SnippetsController
from sikpro.adapters.web.orders.stuck import StuckController
from sikpro.adapters.web.people.access import AccessController
from sikpro.adapters.web.people.person import PeopleController
from sikpro.adapters.web.people.technicians import TechniciansController
from sikpro.adapters.web.people.transfer import TransferController
from sikpro.adapters.web.people.users import UsersController
from sikpro.adapters.web.recaps.dashboard import DashboardController
from sikpro.adapters.web.recaps.day_notes import DayNotesController
from sikpro.adapters.web.recaps.exports import ExportsController
from sikpro.adapters.web.recaps.recap import RecapController
from sikpro.adapters.web.recaps.schedules import SchedulesController
from sikpro.adapters.web.recaps.targets import TargetsController
from sikpro.adapters.web.recaps.wall import WallController, WallLinksController
from sikpro.adapters.web.setup.catalogue import CatalogueController
from sikpro.adapters.web.setup.health import HealthController
from sikpro.adapters.web.setup.notice import NoticeController
from sikpro.adapters.web.setup.patterns import PatternsController
from sikpro.adapters.web.setup.retention import RetentionController
from sikpro.adapters.web.setup.settings import SettingsController
from sikpro.adapters.web.setup.webhooks import WebhooksController
from sikpro.adapters.web.site.admission import admit
from sikpro.adapters.web.site.assets import serve_asset
from sikpro.adapters.web.site.engine import environment
from sikpro.adapters.web.site.errors import error_handlers
from sikpro.adapters.web.site.forms import Form, read_form
from sikpro.adapters.web.site.gate import Gate
from sikpro.adapters.web.site.health import healthz, metrics, readyz
from sikpro.adapters.web.site.live import bot_bar, live
from sikpro.adapters.web.site.manifest import manifest
from sikpro.adapters.web.site.navigation import NavEntry
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit, visit_of
from sikpro.adapters.web.tables.import_orders import ImportOrdersController
from sikpro.adapters.web.tables.lists import ListsController
from sikpro.adapters.web.tables.reconcile import ReconcileController
from sikpro.adapters.web.tables.uploading import reading
from sikpro.adapters.web.tables.written import WrittenController
from sikpro.domain.people import Permission, Person

LARGEST_BODY = 1_500_000
"""Largest form in bytes: 100,000 characters of any kind fit; then the field's own limit refuses them."""


@frozen
class Page:
    """A page: its controller, and its navigation entry or None."""

    controller: ControllerRouterHandler
    entry: NavEntry | None = None


_P = Permission
PAGES: tuple[Page, ...] = (
    Page(LoginController),
    Page(PreferencesController),
    Page(ProfileController),
    Page(TokensController),
    Page(TwoStepsController),
    Page(
        QueueController,
        NavEntry("/orders", "queue", "inbox", (_P.VIEW_ALL, _P.VIEW_SITE_OPERATION), "work", but="/orders/new"),
    ),
    Page(QueueActionsController),
    Page(OrderController),
    Page(OrderActionsController),
    Page(SetAsideController),
    Page(RemarksController),
    Page(PaletteController),
    Page(SnippetsController),
    Page(InputController, NavEntry("/orders/new", "input", "plus", (_P.ENTER_ORDERS,), "work")),
    Page(
        DisturbancesController,
        NavEntry("/disturbances", "disturbances", "alert-triangle", (_P.WORK, _P.LEAD), "work", tab="disturbances_tab"),
    ),
    Page(OwnersController, NavEntry("/owners", "owners", "user", (_P.WORK, _P.LEAD), "work", under="disturbances")),
    Page(StuckController, NavEntry("/stuck", "stuck", "hourglass", (_P.LEAD,), "work", under="disturbances")),
    Page(DraftsController, NavEntry("/drafts", "drafts", "list-check", (_P.LEAD,), "work")),
    Page(DashboardController, NavEntry("/dashboard", "dashboard", "layout-dashboard", (_P.VIEW_ALL,), "work")),
    Page(RecapController, NavEntry("/recap", "recap", "chart-bar", (_P.VIEW_OWN_REPORT,), "reports", tab="recap")),
    Page(DayNotesController),
    Page(TargetsController, NavEntry("/targets", "targets", "target", (_P.CLOSE_MONTH,), "reports", under="recap")),
    Page(
        SchedulesController, NavEntry("/schedules", "schedules", "send", (_P.VIEW_REPORTS,), "reports", under="recap")
    ),
    Page(
        ExportsController,
        NavEntry("/exports", "exports", "file-spreadsheet", (_P.VIEW_OWN_REPORT,), "reports", under="recap"),
    ),
    Page(
        ShiftController,
        NavEntry("/shift", "shift", "clock", (_P.WORK, _P.LEAD, _P.VIEW_REPORTS), "reports", tab="shift"),
    ),
    Page(SetAsideListController, NavEntry("/set-aside", "set_aside", "zzz", (_P.LEAD,), "reports", under="shift")),
    Page(DevicesController, NavEntry("/devices", "devices", "router", (_P.VIEW_ALL,), "reports")),
    Page(ReconcileController, NavEntry("/reconcile", "reconcile", "checks", (_P.LEAD,), "reports")),
    Page(
        TechniciansController,
        NavEntry("/technicians", "people", "users", (_P.MANAGE_TECHNICIANS,), "people", tab="technicians"),
    ),
    Page(UsersController, NavEntry("/users", "users", "user", (_P.ADMINISTER,), "people", under="people")),
    Page(
        AccessController, NavEntry("/access", "access", "user-plus", (_P.MANAGE_TECHNICIANS,), "people", under="people")
    ),
    Page(PeopleController),
    Page(TransferController),
    Page(NoticeController, NavEntry("/notice", "notice", "speakerphone", (_P.LEAD,), "people")),
    Page(WallController),
    Page(WallLinksController, NavEntry("/walls", "walls", "device-tv", (_P.ADMINISTER,), "system")),
    Page(LedgerController, NavEntry("/ledger", "ledger", "book", (_P.VIEW_REPORTS,), "system")),
    Page(FailedController),
    Page(SecurityController, NavEntry("/security", "security", "lock", (_P.ADMINISTER,), "system")),
    Page(SealsController, NavEntry("/seals", "seals", "shield-check", (_P.AUDIT,), "system")),
    Page(HealthController, NavEntry("/health", "health", "circle-check", (_P.AUDIT,), "system")),
    Page(CatalogueController, NavEntry("/catalogue", "catalogue", "list-details", (_P.ADMINISTER,), "system")),
    Page(SettingsController),
    Page(PatternsController),
    Page(RetentionController),
    Page(WebhooksController),
    Page(ListsController),
    Page(ImportOrdersController),
    Page(WrittenController),
)
"""Every page, in the order of the navigation."""


_ALONE = (serve_asset, show_file, healthz, readyz, metrics, manifest, live, bot_bar, reading)
"""The handlers that belong to no page."""


def create_app(parts: WebParts) -> Litestar:
    """Return the pages as a Litestar application; serve it with `create_web`."""
    pages = Pages(parts, tuple(page.entry for page in PAGES if page.entry), environment())
    hasher = PasswordHasher(parts.passwords)
    logins = Logins(parts, hasher)

    async def given_parts() -> WebParts:
        return parts

    async def given_pages() -> Pages:
        return pages

    async def given_hasher() -> PasswordHasher:
        return hasher

    async def given_logins() -> Logins:
        return logins

    return Litestar(
        route_handlers=[*_ALONE, *(page.controller for page in PAGES)],
        guards=[admit],
        dependencies={
            "parts": Provide(given_parts),
            "pages": Provide(given_pages),
            "password_hasher": Provide(given_hasher),
            "logins": Provide(given_logins),
            "visit": Provide(_visit),
            "me": Provide(_me),
            "form": Provide(_form),
        },
        exception_handlers=error_handlers(pages),
        state=State({"logins": logins}),
        request_max_body_size=LARGEST_BODY,
        on_shutdown=[hasher.close],
        openapi_config=None,
        logging_config=None,
    )


def create_web(parts: WebParts) -> ASGIApp:
    """Return the whole web as one ASGI application, with its outermost layer (`Gate`)."""
    return Gate(create_app(parts), parts, ApiDoor(parts, _load_api))


def _load_api(parts: WebParts) -> ASGIApp:
    from sikpro.adapters.web.api.app import create_api

    return create_api(parts)


async def _visit(request: Request[Any, Any, Any]) -> Visit:
    return visit_of(request)


async def _me(request: Request[Any, Any, Any]) -> Person:
    person = visit_of(request).person
    assert person is not None  # the guard requires a login
    return person


async def _form(request: Request[Any, Any, Any]) -> Form:
    return await read_form(request)
