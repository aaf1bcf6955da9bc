"""What is kept of orders, people and catalogues, and the journal of their changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.domain.catalogue import OrderType, SiteOperation, Status, Sto
from sikpro.domain.events import OrderEvent
from sikpro.domain.installation import Installation
from sikpro.domain.order import Order
from sikpro.domain.people import AccessRequest, Person
from sikpro.domain.phase import Phase


class OrderRepository(Protocol):
    """The orders. A key is the domain's duplicate key; no two orders hold the same one."""

    def next_id(self) -> int:
        """A small integer never given before; gaps are allowed."""

    def add(self, order: Order, key: str | None) -> None:
        """Store a new order, in a savepoint of its own: the unit stays usable after `DuplicateOrder`."""

    def save(self, order: Order, key: str | None) -> Order:
        """Store the order over the version it was read at, and return it at its new version.

        Raises `ConcurrencyConflict` when the stored version is another, `DuplicateOrder` when the key is held;
        the unit stays usable after both.
        """

    def get(self, order_id: int) -> Order:
        """The order, deleted ones included. Raises `NotFound`."""

    def find(self, number: str) -> tuple[Order, ...]:
        """The orders under a registration number that are not deleted: key holders first, then newest first."""

    def extend_claim(self, order_id: int, holder: int, until: datetime, since: datetime | None = None) -> bool:
        """Let the holder's claim last until a time, counted anew `since` one; False when they do not have the order.

        The order's version stays: what somebody is writing on its page is not outdated by it.
        """

    def lapsed(self, now: datetime, limit: int) -> tuple[Order, ...]:
        """Orders whose claim has run out, the longest first."""

    def key_facts(self) -> Iterable[tuple[int, str, str, Phase, bool]]:
        """Of every order: id, registration number, type, phase, whether deleted."""

    def replace_keys(self, keys: Mapping[int, str | None]) -> None:
        """Give every named order its key; keys may change hands among them."""


class PersonRepository(Protocol):
    """The people. User name, technician code, Telegram id and phone number are each one person's alone.

    People who shared a number before it had to be theirs alone keep it, as long as it stays as it is.
    """

    def add(self, person: Person) -> Person:
        """Store somebody new (the id given is ignored) and return them with their id.

        Raises `AlreadyUsed(field=…, value=…)`, field being `username`, `technician_code`, `telegram_id` or `phone`, the
        last with `name`, whose number it is; the unit stays usable.
        """

    def save(self, person: Person) -> Person:
        """Store over the version read. Raises `ConcurrencyConflict`, `AlreadyUsed`; the unit stays usable."""

    def get(self, person_id: int) -> Person:
        """Raises `NotFound`."""

    def by_username(self, username: str) -> Person | None:
        """Whoever has this user name, upper and lower case alike."""

    def by_telegram(self, telegram_id: int) -> Person | None:
        """Whoever this Telegram account is bound to."""

    def by_code(self, technician_code: str) -> Person | None:
        """Whoever has this technician code."""

    def by_phone(self, phone: str) -> Person | None:
        """The one person with this phone number (digits only); None when several share it."""

    def all(self) -> tuple[Person, ...]:
        """Everybody, by name."""


class AccessRequestRepository(Protocol):
    """Requests for access from Telegram; one pending at most for each Telegram id."""

    def put(self, request: AccessRequest) -> AccessRequest:
        """Store a new request (id 0), replacing the pending one of the same Telegram id, or save a known one."""

    def get(self, request_id: int) -> AccessRequest:
        """Raises `NotFound`."""

    def pending_of(self, telegram_id: int) -> AccessRequest | None:
        """The open request of a Telegram account."""

    def pending(self) -> tuple[AccessRequest, ...]:
        """All open requests, oldest first."""


class CatalogueRepository(Protocol):
    """The catalogues, each in its order (position, then code), inactive rows included. `put_…` adds or replaces."""

    def statuses(self) -> tuple[Status, ...]: ...
    def order_types(self) -> tuple[OrderType, ...]: ...
    def site_operations(self) -> tuple[SiteOperation, ...]: ...
    def stos(self) -> tuple[Sto, ...]: ...
    def put_status(self, status: Status) -> None: ...
    def put_order_type(self, order_type: OrderType) -> None: ...
    def put_site_operation(self, site_operation: SiteOperation) -> None: ...
    def put_sto(self, sto: Sto) -> None: ...
    def drop(self, row: Status | OrderType | SiteOperation | Sto) -> None:
        """Take a row away, by its code; whether anything uses it is the caller's to know."""


class InstallationRepository(Protocol):
    """What the installation decided; the defaults until it did."""

    def get(self) -> Installation: ...
    def put(self, installation: Installation) -> None: ...


@frozen
class JournalEntry:
    """A fact about an order, and who brought it about (None: the technician's chat or the system)."""

    id: int
    event: OrderEvent
    actor: int | None


class Journal(Protocol):
    """Every change's facts, kept with the change; never replayed into state."""

    def append(self, events: Sequence[OrderEvent], actor: int | None) -> None:
        """Keep an order's facts, in order."""

    def of_order(self, order_id: int) -> tuple[JournalEntry, ...]:
        """An order's facts, oldest first."""

    def note(self, kind: str, subject: str, actor: int | None, at: datetime, data: Mapping[str, str]) -> None:
        """Keep a fact that is no order's: an account made, a catalogue row changed."""
