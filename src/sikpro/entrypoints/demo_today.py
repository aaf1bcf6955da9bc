"""Present events of the demo: photos of labels, an unfinished order, an access request."""

from datetime import datetime, timedelta
from importlib.resources import files

from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.own_order import join_message
from sikpro.application.workers.downloads import media_type
from sikpro.application.workers.intake import Intake
from sikpro.domain.people import Person
from sikpro.domain.phase import Stage
from sikpro.entrypoints.demo_data import BOT, STRANGER, DemoTechnician, technicians

_PHOTOS = 3


def happenings(uow: UnitOfWork, intake: Intake, now: datetime) -> None:
    """Add a few events that need a helpdesk or a team leader."""
    begun = technicians()[1]
    _say(uow, intake, begun, f"/reg AO#SC32239901#{begun.sto}", now - timedelta(minutes=14))
    _say(uow, intake, STRANGER, f"{STRANGER.name} {STRANGER.code}", now - timedelta(minutes=9))
    waiting = OrderFilter(phases=Stage.WAITING.phases)
    for row in uow.order_queries.page(waiting, sort=Sort.NEWEST, after=None, limit=_PHOTOS):
        sender = uow.people.by_code(row.technician)
        if sender:
            _show_label(uow, row.id, sender, now)


def _say(uow: UnitOfWork, intake: Intake, who: DemoTechnician, text: str, at: datetime) -> None:
    said = Incoming(
        key=f"m:{BOT}:{who.telegram_id}:today",
        kind=IncomingKind.MESSAGE,
        chat_id=who.telegram_id,
        message_id=None,
        sender_id=who.telegram_id,
        sender_name=who.name,
        sent_at=at,
        text=text,
    )
    intake.receive(uow, said)


def _show_label(uow: UnitOfWork, order_id: int, sender: Person, now: datetime) -> None:
    """Add a photo of the modem's label, as a reply to the bot."""
    content = (files("sikpro.entrypoints") / "demo_label.jpg").read_bytes()
    chat_id = sender.telegram_id or 0
    join_message(uow, order_id, sender, now, text="label modem", chat_id=chat_id, message_id=None, photo="demo")
    file_id = uow.files.want(
        order_id=order_id,
        chat_id=chat_id,
        message_id=0,
        transport="",
        reference="demo",
        kind="photo",
        name="",
        size=len(content),
        at=now,
    )
    uow.files.keep(file_id, content, media_type(content))
