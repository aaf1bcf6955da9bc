"""Every route that changes a password, a role or a second step, or lets somebody with a role in, asks for the password.

Which routes these are is read from the live route table and from what their code calls: a new one fails until it asks.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from attrs import evolve
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.app import create_app
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.application.use_cases.catalogue.decide_installation import installation_texts
from sikpro.application.use_cases.tables.take_back import record_rows
from sikpro.domain.people import AccessRequest
from sikpro.testing.builders import a_webhook, an_access_request
from sikpro.testing.fakes import QuickPasswords
from tests.integration.web.console import PASSWORD, Site
from tests.unit.application.use_cases.people.test_doors import DOORS

STRANGER, CODE = 4343, "F5SDA777"

OTHERWISE: Mapping[str, str] = {
    "/password": "its form has the present password, always",
    "/language": "the language alone",
    "/technicians": "a technician without a role",
    "/people/{person_id}/unbind": "takes a phone away",
    "/profile/telegram/unbind": "takes a phone away",
}
"""Routes that write a person and do not ask, with the reason."""


def routes() -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Every route that changes something, as the application serves it."""
    app = create_app(cast(WebParts, SimpleNamespace(passwords=QuickPasswords())))
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from ((route.path_format, one) for one in route.route_handlers if "POST" in one.http_methods)


def asks(handler: HTTPRouteHandler) -> bool:
    """Whether the last guard of the route asks for the password: who may not go there is not asked."""
    return isinstance(handler.resolve_guards()[-1], AsksAgain)


def reached(function: Any, known: set[str] | None = None) -> set[str]:
    """The names of the use cases that a function of the web reaches, itself or through others of the web."""
    known = set() if known is None else known
    function = inspect.unwrap(function)
    if function.__qualname__ in known:
        return set()
    known.add(function.__qualname__)
    found: set[str] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        named = function.__globals__.get(node.id) if isinstance(node, ast.Name) else None
        if not inspect.isfunction(named):
            continue
        if named.__module__.startswith("sikpro.adapters.web"):
            found |= reached(named, known)
        elif named.__module__.startswith("sikpro.application"):
            found.add(named.__name__)
    return found


def test_every_route_that_writes_a_person_asks_for_the_password_or_says_why_not() -> None:
    doors = {door.through.__name__ for door in DOORS.values()}
    writers = {path: asks(handler) for path, handler in routes() if reached(handler.fn) & doors}
    assert {path for path, asking in writers.items() if not asking} == OTHERWISE.keys()
    assert len(writers) > len(OTHERWISE)


Act = Callable[[Site], tuple[str, dict[str, str]]]


def person(site: Site, name: str, act: str) -> str:
    return f"/people/{site.people[name].id}{act}"


def a_request(site: Site) -> AccessRequest:
    """Somebody at the door who has the code of an account."""
    rina = site.people["rina"]

    def work(uow: UnitOfWork) -> AccessRequest:
        known = uow.people.get(rina.id)
        if known.technician_code is None:
            uow.people.save(evolve(known, technician_code=CODE))
        return uow.access_requests.put(an_access_request(STRANGER, name="Joni", technician_code=CODE))

    return site.store.write(work)


HOOK = {"name": "Depot", "url": "https://depot.example/"}


def a_hook(site: Site) -> int:
    admin = site.people["admin"].id
    return site.store.write(lambda uow: uow.webhooks.add(a_webhook(admin))).id


def a_table(site: Site) -> str:
    admin, row = site.people["admin"], WrittenRow(name="N", subject="1", after={"name": "N", "role": "helpdesk"})
    made = site.store.write(lambda uow: record_rows(uow, "people", "orang.csv", admin, site.clock.at, [row]))
    assert made is not None
    return f"/written/{made.id}/take-back"


ROLE = {"name": "Rina", "username": "rina", "role": "admin", "language": "id", "version": "1"}
ACTS: Mapping[str, Act] = {
    "/users": lambda _: ("/users", {"name": "Baru", "username": "baru", "role": "helpdesk"}),
    "/users/{person_id}/active": lambda site: (f"/users/{site.people['tono'].id}/active", {"active": "yes"}),
    "/technicians/{person_id}/active": lambda site: (
        f"/technicians/{site.people['tono'].id}/active",
        {"active": "yes"},
    ),
    "/people/{person_id}": lambda site: (person(site, "rina", ""), ROLE),
    "/people/{person_id}/active": lambda site: (person(site, "tono", "/active"), {"active": "yes"}),
    "/people/{person_id}/password": lambda site: (person(site, "rina", "/password"), {}),
    "/people/{person_id}/two-steps/reset": lambda site: (person(site, "rina", "/two-steps/reset"), {}),
    "/people/{person_id}/link": lambda site: (person(site, "rina", "/link"), {}),
    "/access/{request_id}/approve": lambda site: (f"/access/{a_request(site).id}/approve", {"name": "Joni"}),
    "/access/approve": lambda site: ("/access/approve", {f"pick-{a_request(site).id}": f"{a_request(site).id}-x"}),
    "/profile/telegram": lambda _: ("/profile/telegram", {}),
    "/profile/tokens": lambda _: ("/profile/tokens", {"name": "laporan", "scope": "read", "days": "9"}),
    "/profile/two-steps/begin": lambda _: ("/profile/two-steps/begin", {}),
    "/profile/two-steps/confirm": lambda _: ("/profile/two-steps/confirm", {"code": "123456"}),
    "/profile/two-steps/codes": lambda _: ("/profile/two-steps/codes", {}),
    "/profile/two-steps/off": lambda _: ("/profile/two-steps/off", {}),
    "/settings/webhooks": lambda _: ("/settings/webhooks", HOOK),
    "/settings/webhooks/{webhook_id}": lambda site: (f"/settings/webhooks/{a_hook(site)}", HOOK),
    "/settings/webhooks/{webhook_id}/secret": lambda site: (f"/settings/webhooks/{a_hook(site)}/secret", {}),
    "/settings": lambda _: ("/settings", {"admins_two_steps": "1"}),
    "/settings/retention": lambda _: ("/settings/retention", {"months": "6"}),
    "/lists/{name}/import/{upload_id}/apply": lambda _: ("/lists/people/import/1/apply", {"mark": "x"}),
    "/written/{table_id}/take-back": lambda site: (a_table(site), {}),
}
"""A request to each route that asks, which gives or takes a right."""


def test_each_of_these_routes_asks_a_session_whose_password_was_given_long_ago(page_site: Site) -> None:
    assert ACTS.keys() == {path for path, handler in routes() if asks(handler)}
    admin = page_site.logged_in("admin")
    for path, act in ACTS.items():
        page_site.clock.later(timedelta(minutes=11))
        address, typed = act(page_site)
        admin.get("/profile")
        before = page_site.store.read(lambda uow: uow.people.all())
        assert admin.post(address, typed).status_code == 401, path
        assert page_site.store.read(lambda uow: uow.people.all()) == before, path
        assert admin.post(address, typed | {"own_password": PASSWORD}).status_code != 401, path


def test_a_request_is_asked_about_however_its_number_is_written(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    page_site.clock.later(timedelta(minutes=11))
    admin.get("/profile")
    number = a_request(page_site).id
    for written in (f"0{number}", f"{number:015}"):
        assert admin.post("/access/approve", {f"pick-{written}": f"{written}-x"}).status_code == 401, written


def test_when_logins_end_is_changed_with_the_password_alone(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    page_site.clock.later(timedelta(minutes=11))
    saved = page_site.store.read(lambda uow: installation_texts(uow.installation.get()))
    assert admin.get("/settings").status_code == 200
    assert admin.post("/settings", saved | {"claim": "45"}).status_code == 303, "a claim gives no right"
    assert admin.post("/settings", saved | {"unused": "72"}).status_code == 401


def test_what_gives_no_role_needs_no_password(page_site: Site) -> None:
    leader = page_site.logged_in("bagus")
    page_site.clock.later(timedelta(minutes=11))
    leader.get("/access")
    request = page_site.store.write(
        lambda uow: uow.access_requests.put(an_access_request(STRANGER, name="Joni", technician_code="F5SDA900"))
    )
    assert leader.post(f"/access/{request.id}/approve", {"name": "Joni", "code": "F5SDA900"}).status_code == 303
    agus = f"/people/{page_site.people['agus'].id}"
    for active in ("no", "yes"):
        assert leader.post(f"{agus}/active", {"active": active}).status_code == 303
    assert leader.post("/access/approve").status_code == 303
