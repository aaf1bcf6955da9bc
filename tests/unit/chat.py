"""A chat for tests: somebody says something, and one sees what comes back."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from attrs import define, field

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chat import Attachment, Contact, Incoming, IncomingKind, Outgoing
from sikpro.application.ports.inbox import LedgerRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.catalogue.lookup import put_row
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.application.workers.intake import Intake
from sikpro.domain.catalogue import SiteOperation, Sto
from sikpro.domain.events import MessageJoined
from sikpro.domain.order import Order
from sikpro.domain.people import Person, Role
from sikpro.domain.place import Place
from sikpro.testing.clock import StoryClock

ZONE = "Asia/Jakarta"
NINE = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
"""Nine in the morning in Sidoarjo."""

WHOLE = "AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445"


@define
class World:
    """SIKPRO over the fakes, with two technicians, a helpdesk, a team leader and an admin."""

    transactions: MemoryTransactions = field(factory=MemoryTransactions)
    clock: StoryClock = field(factory=lambda: StoryClock(NINE))
    intake: Intake = field(init=False)
    ids: "count[int]" = field(factory=lambda: count(100))
    post: dict[int, list[tuple[Outgoing, int]]] = field(factory=dict[int, list[tuple[Outgoing, int]]])
    presses_answered: int = 0

    def __attrs_post_init__(self) -> None:
        self.intake = Intake(transactions=None, clock=self.clock, zone=ZONE)  # type: ignore[arg-type]  # only its synchronous part is used
        self.transactions.write(self._furnish)

    def _furnish(self, uow: UnitOfWork) -> None:
        create_first_catalogue(uow)
        put_row(uow, SiteOperation(code="SDA", name="Sidoarjo"))
        put_row(uow, SiteOperation(code="MJK", name="Mojokerto"))
        for code, site in (("SDA", "SDA"), ("TUN", "SDA"), ("SPJ", "SDA"), ("MRT", "MJK")):
            put_row(uow, Sto(code=code, name="", site_operation=site))
        people = (
            Person(id=0, name="Budi", technician_code="F5SDA445", site_operation="SDA", telegram_id=1),
            Person(id=0, name="Agus", technician_code="F5TUN446", site_operation="SDA", telegram_id=2),
            Person(id=0, name="Wayan", technician_code="F5MRT447", site_operation="MJK", telegram_id=3),
            Person(id=0, name="Rina", username="rina", role=Role.HELPDESK, password_hash="-"),
            Person(id=0, name="Bagus", username="bagus", role=Role.TEAM_LEADER),
            Person(id=0, name="Admin", username="admin", role=Role.ADMIN, password_hash="-"),
        )
        for person in people:
            uow.people.add(person)

    def person(self, username: str) -> Person:
        """An account by its user name."""
        found = self.transactions.read(lambda uow: uow.people.by_username(username))
        assert found
        return found

    def order(self, number: str = "SC32232558") -> Order:
        """The order under a number."""
        return self.transactions.read(lambda uow: uow.orders.find(number)[0])

    def takes(self, username: str = "rina", number: str = "SC32232558") -> Order:
        """A helpdesk takes an order."""
        order = self.order(number)
        return self.transactions.write(lambda uow: take_order(uow, order.id, self.person(username), self.clock.now()))

    def sets(
        self, status: str, feedback: str = "", reason: str = "", username: str = "rina", number: str = "SC32232558"
    ) -> Order:
        """A helpdesk sets a status."""
        order = self.order(number)
        return self.transactions.write(
            lambda uow: change_status(
                uow,
                order.id,
                status,
                self.person(username),
                self.clock.now(),
                feedback=feedback,
                reason=reason,
                zone=ZONE,
            )
        )

    def files(self, number: str = "SC32232558") -> list[tuple[str, str]]:
        """The files that an order has or wants: kind and the network's reference."""
        order = self.order(number)
        files = self.transactions.read(lambda uow: uow.files.of_order(order.id))
        return [(file.kind, file.remote.reference) for file in files]

    def joined(self, number: str = "SC32232558") -> list[str]:
        """The words that joined an order, oldest first."""
        order = self.order(number)
        entries = self.transactions.read(lambda uow: uow.journal.of_order(order.id))
        return [entry.event.text for entry in entries if isinstance(entry.event, MessageJoined)]

    def ledger(self) -> tuple[LedgerRow, ...]:
        """Everything that came in, newest first."""
        return self.transactions.read(lambda uow: uow.inbox.page(before=None, limit=1000))


@define
class Phone:
    """Somebody's Telegram: their private chat with the bot, or a group when `chat` names one."""

    world: World
    user: int
    name: str = "Telegram name"
    chat: int = field(kw_only=True, default=0)
    inbox: list[Outgoing] = field(factory=list[Outgoing])
    ids: list[int | None] = field(factory=list["int | None"])
    sent: list[int] = field(factory=list[int])

    def __attrs_post_init__(self) -> None:
        self.chat = self.chat or self.user

    def says(self, text: str = "", **more: Any) -> str:
        """Write a message and return what comes back, one message under the other."""
        return self._sends(kind=IncomingKind.MESSAGE, text=text, **more)

    def replies(self, text: str, to: int = -1, **more: Any) -> str:
        """Write as a reply to one of the bot's messages (the last unless said)."""
        return self.says(text, reply_to=self.ids[to], **more)

    def edits(self, text: str, message: int = -1, **more: Any) -> str:
        """Edit one of one's own messages (the last unless said)."""
        return self._sends(kind=IncomingKind.EDIT, text=text, message_id=self.sent[message], **more)

    def presses(self, label: str) -> str:
        """Press a button of one of the bot's messages (the last that has it) and return what comes back."""
        for place in range(len(self.inbox) - 1, -1, -1):
            for row in self.inbox[place].buttons:
                for button in row:
                    if button.label == label:
                        return self.press_data(button.data, self.ids[place])
        raise AssertionError(f"no button {label!r}; there are {self.buttons()}")

    def press_data(self, data: str, message_id: int | None = None) -> str:
        """Send a press with this data."""
        press = str(next(self.world.ids))
        return self._sends(kind=IncomingKind.PRESS, data=data, press_id=press, message_id=message_id)

    def shares_phone(self, phone: str, user: int | None = None) -> str:
        """Share a phone number, one's own unless said."""
        return self.says(contact=Contact(phone, self.user if user is None else user, "Budi"))

    def sends_photo(self, caption: str = "", file: str = "file-1", **more: Any) -> str:
        """Send a photo."""
        return self.says(caption, attachments=(Attachment("photo", file, 1000),), **more)

    def sends_document(self, name: str, media_type: str = "", caption: str = "", **more: Any) -> str:
        """Send a file that is no photo to Telegram."""
        return self.says(caption, attachments=(Attachment("document", name, 1000, name, media_type),), **more)

    def sends_pin(self, place: str = "-7.4478,112.7183", **more: Any) -> str:
        """Send a place on the map."""
        return self.says(more.pop("text", ""), place=Place.read(place), **more)

    def moves_pin(self, place: str, message: int = -1) -> str:
        """The place of a live location of one's own (the last unless said) changes."""
        return self.edits("", message, place=Place.read(place), live=True)

    def buttons(self) -> list[str]:
        """The labels under the last message that has buttons."""
        for message in reversed(self.inbox):
            if message.buttons:
                return [button.label for row in message.buttons for button in row]
        return []

    def hears(self) -> str:
        """What came since one last looked."""
        return self._collect()

    @property
    def last(self) -> Outgoing:
        """The last message received."""
        return self.inbox[-1]

    def photo_coming(self, file: str, album: str) -> Incoming:
        """A photo of an album that has come, while what is said to it has not left yet."""
        return self._incoming(kind=IncomingKind.MESSAGE, attachments=(Attachment("photo", file, 1000),), album=album)

    def _sends(self, **given: Any) -> str:
        incoming = self._incoming(**given)
        self.world.transactions.write(lambda uow: self.world.intake.receive(uow, incoming))
        return self._collect()

    def _incoming(self, **given: Any) -> Incoming:
        number = next(self.world.ids)
        given.setdefault("message_id", number)
        if given["kind"] is IncomingKind.MESSAGE:
            self.sent.append(number)
        return Incoming(
            key=f"k:{number}",
            chat_id=self.chat,
            sender_id=self.user,
            private=self.chat == self.user,
            transport="bot_api",
            sender_name=self.name,
            sent_at=self.world.clock.now(),
            **given,
        )

    def _collect(self) -> str:
        def work(uow: UnitOfWork) -> list[tuple[Outgoing, int]]:
            found = []
            while claimed := uow.outbox.claim(self.world.clock.now() + timedelta(minutes=1), timedelta(minutes=1), 99):
                for item in claimed:
                    number = next(self.world.ids)
                    uow.outbox.sent(item.id, None if item.message.press_id else number, self.world.clock.now())
                    found.append((item.message, number))
            return found

        texts = []
        for message, number in self.world.transactions.write(work):
            self.world.post.setdefault(message.chat_id, []).append((message, number))
        for message, number in self.world.post.pop(self.chat, []):
            if message.press_id:
                self.world.presses_answered += 1
                texts += [f"({message.text})"] if message.text else []
                continue
            if message.is_gesture:
                texts += [f"({message.reaction})"] if message.reaction else []
                continue
            self.inbox.append(message)
            self.ids.append(number)
            texts.append(message.text)
        return "\n".join(texts)
