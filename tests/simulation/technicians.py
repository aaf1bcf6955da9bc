"""The technicians and their habits: they write to the bot, and press its buttons."""

import asyncio
from random import Random

from attrs import define

from sikpro.entrypoints.demo_data import DemoTechnician
from tests.simulation.habits import Habits, order_text
from tests.simulation.plan import Event
from tests.simulation.telegram import Arrived, Body

_COMMANDS = ("/cek", "/antrian", "/status", "/bantuan", "/pesanan", "/start", "/rekap", "/cek SC32232558", "/batal")
_CHATTER = (
    "ok siap",
    "pagi mas",
    "sudah belum?",
    "🙏",
    "mohon dibantu",
    "ODP-SDA-003 full",
    "SC",
    "port 3",
    "ya",
    "ulangi",
)


@define
class Technicians(Habits):
    """Those who send orders."""

    async def order(self, random: Random, event: Event) -> None:
        """Send a whole order; one in six is impatient and sends it again."""
        who = random.choice(self.staff.crew)
        text = order_text(random, event, who)
        self._say(who, text)
        if random.random() < 0.16:
            await asyncio.sleep(random.uniform(0.2, 40))
            self._say(who, text)

    async def pieces(self, random: Random, event: Event) -> None:
        """Send an order in two or three messages, and sometimes forget the last."""
        who = random.choice(self.staff.crew)
        parts = order_text(random, event, who).split("#")
        at = random.randrange(1, len(parts))
        self._say(who, "#".join(parts[:at]))
        if random.random() < 0.2:
            return
        await asyncio.sleep(random.uniform(1, 120))
        self._say(who, "#".join(parts[at:]))

    async def twice(self, random: Random, event: Event) -> None:
        """Send the same order twice in a breath, so that one batch has both."""
        who = random.choice(self.staff.crew)
        text = order_text(random, event, who)
        self._say(who, text)
        self._say(who, text)

    async def somebody_else(self, random: Random, event: Event) -> None:
        """Send an order that a colleague sends too."""
        one, other = random.sample(self.staff.crew, 2)
        text = order_text(random, event, one)
        self._say(one, text)
        if random.random() < 0.5:
            await asyncio.sleep(random.uniform(0, 300))
        self._say(other, text)

    async def typo(self, random: Random, event: Event) -> None:
        """Send an order with a slip, and edit it."""
        who = random.choice(self.staff.crew)
        right = order_text(random, event, who)
        place = random.randrange(len(right))
        sent = self._say(who, right[:place] + random.choice("#X9 ") + right[place + 1 :])
        await asyncio.sleep(random.uniform(2, 90))
        self.telegram.edits(sent, right)

    async def photo(self, random: Random, event: Event) -> None:
        """Send a photo of the label, alone or with the order."""
        who = random.choice(self.staff.crew)
        text = order_text(random, event, who)
        alone = random.random() < 0.5
        serial = text.split("#")[2]
        content = b"\xff\xd8\xff|" + (serial.encode() if random.random() < 0.7 else b"")
        self.telegram.says(who.telegram_id, who.name, "" if alone else text, photo=content)

    async def edit(self, random: Random, event: Event) -> None:
        """Change an earlier message."""
        who = random.choice(self.staff.crew)
        said = self.telegram.said[who.telegram_id]
        if said:
            message = random.choice(said[-5:])
            text = message.get("text", message.get("caption", ""))
            self.telegram.edits(message, f"{text} {random.choice(_CHATTER)}".strip())

    async def command(self, random: Random, event: Event) -> None:
        """Ask the bot for something."""
        who = random.choice(self.staff.crew)
        self._say(who, random.choice(_COMMANDS))

    async def cancel(self, random: Random, event: Event) -> None:
        """Withdraw an earlier order by a reply."""
        who = random.choice(self.staff.crew)
        said = self.telegram.said[who.telegram_id]
        reply_to = random.choice(said[-5:])["message_id"] if said else None
        self._say(who, "/batal", reply_to=reply_to)

    async def press(self, random: Random, event: Event) -> None:
        """Press a button of one of the last messages; some press twice."""
        found = [
            (who, one) for who in self.staff.crew for one in self.telegram.by_chat[who.telegram_id][-3:] if one.buttons
        ]
        if found:
            who, message = random.choice(found)
            self._press(random, who, message)
            if random.random() < 0.2:
                self._press(random, who, message)

    async def chatter(self, random: Random, event: Event) -> None:
        """Say something, perhaps as an answer."""
        who = random.choice(self.staff.crew)
        heard = self.telegram.by_chat[who.telegram_id]
        reply_to = random.choice(heard[-4:]).message_id if heard and random.random() < 0.6 else None
        self._say(who, random.choice(_CHATTER), reply_to=reply_to)

    async def stranger(self, random: Random, event: Event) -> None:
        """Write to the bot without being known."""
        self.telegram.says(9000 + random.randrange(5), "Orang baru", random.choice(("/start", "halo", "daftar")))

    async def block(self, random: Random, event: Event) -> None:
        """Send an order and block the bot, for an hour at most."""
        who = random.choice(self.staff.crew)
        self._say(who, order_text(random, event, who))
        self.telegram.blocks(who.telegram_id, who.name, blocked=True)
        await asyncio.sleep(random.uniform(60, 3600))
        self.telegram.blocks(who.telegram_id, who.name, blocked=False)

    def _say(self, who: DemoTechnician, text: str, *, reply_to: int | None = None) -> Body:
        return self.telegram.says(who.telegram_id, who.name, text, reply_to=reply_to)

    def _press(self, random: Random, who: DemoTechnician, message: Arrived) -> None:
        _, data = random.choice(message.buttons)
        self.telegram.presses_button(who.telegram_id, who.name, message, data)
