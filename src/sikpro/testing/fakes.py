"""The fakes of ports that store nothing: the port's contract suite runs against each, as against the real one.

The fakes of stores are `sikpro.adapters.memory`; clock, messenger and transactions have modules of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from attrs import define, field

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.backups import Backup
from sikpro.application.ports.barcodes import PhotoReading, Refusal
from sikpro.application.ports.health import Checked, Integrity, Space
from sikpro.application.ports.storage import Hint
from sikpro.application.ports.webhooks import WebhookAnswer, WebhookNotSent


class QuickPasswords:
    """Hashes at once: what a test is about is never the hash."""

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return sha256(password.encode()).hexdigest()

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits."""
        return password_hash == self.hash(password)


class HeardEvents(LocalLiveEvents):
    """Live events that remember what was published."""

    def __init__(self) -> None:
        super().__init__()
        self.hints: list[Hint] = []

    def publish(self, hints: Sequence[Hint]) -> None:
        """Note the hints, and send them."""
        self.hints += hints
        super().publish(hints)


@define
class HeardMeasures:
    """Measures into lists: outcomes, fates, requests as `METHOD route status`, and the causes of these."""

    updates: list[str] = field(factory=list[str])
    messages: list[str] = field(factory=list[str])
    requests: list[str] = field(factory=list[str])
    causes: list[str] = field(factory=list[str])

    def update(self, outcome: str, seconds: float, cause: str = "") -> None:
        """Note an update."""
        assert seconds >= 0
        self.causes.append(cause)
        self.updates.append(str(outcome))

    def message(self, fate: str, seconds: float, cause: str = "") -> None:
        """Note a try."""
        assert seconds >= 0
        self.causes.append(cause)
        self.messages.append(str(fate))

    def request(self, method: str, route: str, status: int, seconds: float, cause: str = "") -> None:
        """Note a request."""
        assert seconds >= 0
        self.causes.append(cause)
        self.requests.append(f"{method} {route} {status}")

    def transaction(self, kind: str, seconds: float, cause: str = "") -> None:
        """Note nothing: there are too many."""
        assert seconds >= 0

    def close(self) -> None:
        """Hand on nothing."""


@define
class FakePlace:
    """A place of data with as much room as a test says, and what a check of it finds."""

    room: Space | None = field(factory=lambda: Space(1000, 1000))
    checked: Checked = field(factory=lambda: Checked(Integrity.OK))
    fault: Exception | None = None
    checks: int = 0

    async def space(self) -> Space | None:
        """The room."""
        return self.room

    async def check_integrity(self) -> Checked:
        """What is found, or the fault."""
        if self.fault:
            raise self.fault
        self.checks += 1
        return self.checked


@define
class FakeBackups:
    """A place for backups, which may be full."""

    fault: Exception | None = None
    restored: bool = True
    tries: int = 0
    names: list[str] = field(factory=list[str])

    async def make(self, name: str) -> Backup:
        """Make one, or fail."""
        self.tries += 1
        if self.fault:
            raise self.fault
        self.names.append(name)
        return Backup(name=name, size=1, restored=self.restored)

    async def keep(self, most: int) -> None:
        """Keep the newest."""
        self.names = sorted(self.names)[-most:]


@define
class FakeBarcodes:
    """A reader of photos that knows what each picture shows; any other is judged by its first bytes.

    `look` is called at each reading, and `fault` raised while it is set.
    """

    known: dict[bytes, PhotoReading] = field(factory=dict[bytes, PhotoReading])
    fault: BaseException | None = None
    look: Callable[[], None] = field(default=lambda: None)

    async def read(self, content: bytes) -> PhotoReading:
        """What the picture shows."""
        self.look()
        if self.fault:
            raise self.fault
        if content in self.known:
            return self.known[content]
        if content.startswith(b"\x89PNG"):
            return PhotoReading(refused=Refusal.TOO_MANY_PIXELS)
        return PhotoReading(refused=Refusal.BROKEN if content.startswith(b"\xff\xd8") else Refusal.NO_PICTURE)


@define
class FakeWebhookSender:
    """A sender of webhooks into a list: `sent` has the address, headers and body of each request.

    Each request is answered with the next of `answers`, an exception among them is raised; then always with 200.
    """

    answers: list[WebhookAnswer | WebhookNotSent] = field(factory=list[WebhookAnswer | WebhookNotSent])
    sent: list[tuple[str, Mapping[str, str], bytes]] = field(factory=list[tuple[str, Mapping[str, str], bytes]])
    gone: bool = False

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Note a request and answer it."""
        if self.gone:
            raise WebhookNotSent("unreachable")
        self.sent.append((url, headers, body))
        answer = self.answers.pop(0) if self.answers else WebhookAnswer(200)
        if isinstance(answer, WebhookNotSent):
            raise answer
        return answer

    async def aclose(self) -> None:
        """Close nothing."""
