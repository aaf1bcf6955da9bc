"""Scripts of the chat: who says what, and what the phones show; played, they come out as they are written.

A line `budi> …` is said in private, `budi@grup> …` in a group. `[Label]` presses a button, `^` replies to the bot's
last message there, `✎` edits one's own last message (`✎1` the first), `📷` sends a photo, `📷[x]` one of album x,
`📄` a file, `📍` a place, `↪` forwards; ` ⏎ ` is a line break. `rina: status words` is the helpdesk's feedback,
`rina takes`, `-- 35` lets minutes pass. What the bot says follows, with `→ name` before what another chat got, `↩`
where it replies to what was said in a group, `(…)` for the words that appear after a press, and `…` for silence.
"""

import re
from typing import Any

from attrs import define, evolve, field

from sikpro.application.conversation.drafts import remind_drafts
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import UnitOfWork
from tests.unit.chat import ZONE, Phone, World

USERS = {"budi": 1, "agus": 2, "wayan": 3, "cahyo": 99}
GROUP = -500
_SAID = re.compile(r"(\w+)(@grup)?> (.*)")
_PARTS = re.compile(
    r"(?P<reply>\^ ?)?(?P<edit>✎(?P<which>\d*) ?)?(?P<forward>↪ )?(?P<photo>📷(?:\[(\w+)\])? ?)?(?P<file>📄 ?)?"
    r"(?P<pin>📍 ?)?"
)


@define
class Play:
    """A script being played in one language."""

    language: str
    world: World = field(factory=World)
    phones: dict[str, Phone] = field(factory=dict[str, Phone])
    shown: list[str] = field(factory=list[str])
    photos: int = 0

    def __attrs_post_init__(self) -> None:
        def speak(uow: UnitOfWork) -> None:
            for person in uow.people.all():
                uow.people.save(evolve(person, language=self.language))

        self.world.transactions.write(speak)

    def line(self, line: str) -> None:
        """Play a line, and show it and what follows."""
        self.shown.append(line)
        said = _SAID.fullmatch(line)
        acting = None
        if said:
            acting = self.phone("grup" if said[2] else said[1])
            acting.user = USERS[said[1]]
            self._say(acting, said[3].replace(" ⏎ ", "\n"))
        elif line.startswith("-- "):
            self.world.clock.later(minutes=float(line[3:]))
            self.world.transactions.write(lambda uow: remind_drafts(uow, self.world.clock.now(), ZONE))
        elif line.endswith(" takes"):
            self.world.takes(line.split()[0])
        else:
            username, _, rest = line.partition(": ")
            status, _, words = rest.partition(" ")
            reason = words if status == "batal" else ""
            self.world.sets(status, "" if reason else words, reason, username=username)
        self._look(acting)

    def phone(self, name: str) -> Phone:
        """Somebody's phone, or `grup`, which all look at."""
        if name not in self.phones:
            self.phones[name] = Phone(self.world, USERS.get(name, 0), chat=0 if name in USERS else GROUP)
        return self.phones[name]

    def _say(self, phone: Phone, text: str) -> None:
        before = len(phone.inbox)
        if text.startswith("[") and text.endswith("]"):
            answer = phone.presses(text[1:-1])
        else:
            match = _PARTS.match(text)
            assert match
            more: dict[str, Any] = {"forwarded": bool(match["forward"])}
            if match["reply"]:
                more["reply_to"] = phone.ids[-1]
            rest = text[match.end() :]
            if match["edit"]:
                answer = phone.edits(rest, int(match["which"] or 0) - 1)
            elif match["photo"]:
                self.photos += 1
                answer = phone.sends_photo(rest, f"photo-{self.photos}", album=match[6], **more)
            elif match["file"]:
                answer = phone.sends_document(rest, "application/pdf", **more)
            elif match["pin"]:
                answer = phone.sends_pin(rest, **more)
            else:
                answer = phone.says(rest, **more)
        toasts = [line for line in answer.splitlines() if line.startswith("(") and line.endswith(")")]
        self.shown += toasts
        for message in phone.inbox[before:]:
            self._show(phone, message)
        if not answer:
            self.shown.append("…")

    def _look(self, acting: Phone | None) -> None:
        """What the other chats got meanwhile."""
        for name in (*USERS, "grup"):
            phone = self.phone(name)
            if phone is acting:
                continue
            before = len(phone.inbox)
            phone.hears()
            for message in phone.inbox[before:]:
                self.shown.append(f"→ {name}")
                self._show(phone, message)

    def _show(self, phone: Phone, message: Outgoing) -> None:
        reply = phone.chat == GROUP and bool(phone.sent) and message.reply_to == phone.sent[-1]
        self.shown.append(("↩ " if reply else "") + message.text)
        self.shown += [" ".join(f"[{button.label}]" for button in row) for row in message.buttons]


def play(script: str, language: str) -> tuple[str, World]:
    """Play a script's own lines and return it as it comes out, and the world afterwards."""
    show = Play(language)
    for line in script.splitlines():
        if line.startswith("# "):
            show.shown.append(line)
        elif is_step(line):
            show.line(line)
    return "\n".join(show.shown) + "\n", show.world


def is_step(line: str) -> bool:
    """Whether a line of a script is something that somebody does."""
    return bool(_SAID.fullmatch(line) or line.startswith("-- ") or re.match(r"(?:rina|bagus)(?: takes$|: )", line))
