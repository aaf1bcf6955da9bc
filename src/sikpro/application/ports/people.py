"""People, and the requests of those who want to be let in."""

from typing import Protocol

from sikpro.domain.people import AccessRequest, Person


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
