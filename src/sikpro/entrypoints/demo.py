"""The demo: realistic data, and the simulator under the same address as the console."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from sikpro.adapters.simulator.app import Simulator, create_simulator
from sikpro.adapters.simulator.guard import NotLoopback, loopback
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.application.workers.intake import Intake
from sikpro.domain.people import Role
from sikpro.entrypoints.container import Container
from sikpro.entrypoints.demo_data import (
    ACCOUNTS,
    BOT,
    LEADER_TELEGRAM,
    STRANGER,
    DemoClock,
    people,
    story,
    technicians,
)
from sikpro.entrypoints.demo_history import history
from sikpro.entrypoints.demo_today import happenings
from sikpro.entrypoints.server import listen, serve
from sikpro.entrypoints.settings import Settings, WrongSettings
from sikpro.entrypoints.start import container_for, prepared_to_serve

TOKEN = f"{BOT}:simulator"
_OF_SIMULATOR = ("/simulator", f"/bot{TOKEN}/", f"/file/bot{TOKEN}/")


def serve_demo(host: str, port: int, data: Path, orders: int) -> None:
    """Make the demo data once, print the accounts, and serve console and simulator until stopped."""
    try:
        address = f"http://{loopback(host)}:{port}"
    except NotLoopback as error:
        raise WrongSettings(f"the demo has well-known passwords: {error}") from error
    bot = {"telegram_token": TOKEN, "telegram_api": address, "telegram_proxy": ""}
    place = {"host": host, "port": port, "data": data, "database": "", "simulator_url": "/simulator"}
    settings = Settings.load(place | bot, environ={})
    with listen(host, port) as listener:  # first of all: a port in use is said before anything is made
        data.parent.mkdir(parents=True, exist_ok=True)
        with prepared_to_serve(settings, migrating=True):
            container = container_for(settings)
            _tell_story(container, orders)
            simulator = create_simulator(str(data / "simulator.db"), TOKEN)
            if not isinstance(simulator, Simulator):
                raise TypeError("the simulator is not one")
            _add_people(simulator)
            for role, username, _ in ACCOUNTS:
                print(f"{role}  {username}  {_password(username)}")
            print(f"console    {address}\nsimulator  {address}/simulator", flush=True)
            serve(container, listener, lambda web: _SideBySide(web, simulator), simulator.world.bell.close)


@frozen
class _SideBySide:
    """Routes the simulator's requests to the simulator and all others to the console."""

    web: Any
    simulator: Simulator

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            async with self.simulator.lifespan():
                await self.web(scope, receive, send)
        elif scope["path"].startswith(_OF_SIMULATOR):
            await self.simulator(scope, receive, send)
        else:
            await self.web(scope, receive, send)


def _password(username: str) -> str:
    return f"demo-{username}"


def _tell_story(container: Container, orders: int) -> None:
    """Write the story into an empty database, in one transaction: all or nothing."""
    if container.transactions().read(lambda uow: bool(uow.people.all())):
        return
    print(f"Making demo data: {orders} orders over sixty days and a year before, once (a minute or so) …", flush=True)
    passwords = container.passwords()
    hashes = {username: passwords.hash(_password(username)) for _, username, _ in ACCOUNTS}
    now = datetime.now(UTC)
    clock = DemoClock(now)
    intake = Intake(transactions=container.threads(), clock=clock, zone=container.settings().zone)

    def work(uow: UnitOfWork) -> None:
        create_first_catalogue(uow)
        accounts = people(uow, hashes)
        history(uow, accounts["helpdesk"], accounts["leader"], now, intake.zone, orders)
        story(uow, intake, clock, accounts["helpdesk"], now, orders)
        happenings(uow, intake, now)

    container.transactions().write(work)
    while container.transactions().write(lambda uow: seal_facts(uow, now, intake.zone)):
        pass


def _add_people(simulator: Simulator) -> None:
    """Add all people to the simulator, with their Telegram ids."""
    known = {person["id"] for person in simulator.world.store.people()}
    leader = next((LEADER_TELEGRAM, name, None) for role, _, name in ACCOUNTS if role is Role.TEAM_LEADER)
    crew = [(one.telegram_id, one.name, one.code) for one in technicians()]
    for telegram_id, name, code in (*crew, leader, (STRANGER.telegram_id, STRANGER.name, None)):
        if telegram_id not in known:
            simulator.world.add(name, code, telegram_id, None)
