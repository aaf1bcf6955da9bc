"""People, and requests for access."""

from typing import Protocol

from sikpro.domain.people import AccessRequest, Person

RENAMED_AT_ONCE = 100
"""How many orders of a renamed technician get the new name in the transaction of the change."""


class PersonRepository(Protocol):
    """The people. A user name, technician code, Telegram id or phone number belongs to one person only.

    Phone numbers were not always unique. People who still share one keep it, as long as they do not change it.
    """

    def add(self, person: Person) -> Person:
        """Store a new person (the given id is ignored) and return them with their id.

        Raises `AlreadyUsed(field=…, value=…)`, where field is `username`, `technician_code`, `telegram_id` or `phone`;
        for `phone` with `name`, the owner's. The unit stays usable.
        """

    def save(self, person: Person) -> Person:
        """Save over the version that was read. Raises `ConcurrencyConflict`, `AlreadyUsed`; the unit stays usable."""

    def drop(self, person: Person) -> None:
        """Delete a person at the version that was read, with their second step and the links to connect their phone.

        The caller checks that no order has their code. Raises `ConcurrencyConflict`, and `StorageRejected` while a
        session, a saved view, a schedule or an export is theirs.
        """

    def search_waits(self) -> bool:
        """Whether orders of renamed technicians are still found by the name before.

        A changed name reaches `RENAMED_AT_ONCE` orders with `add`, `save` and `drop`, the others by `renew_search`.
        """

    def renew_search(self, limit: int) -> None:
        """Let the search find more orders of a renamed technician by the present name, `limit` at most."""

    def get(self, person_id: int) -> Person:
        """Return the person. Raises `NotFound`."""

    def by_username(self, username: str) -> Person | None:
        """Return the person with this user name; case does not count."""

    def by_telegram(self, telegram_id: int) -> Person | None:
        """Return the person with this Telegram account."""

    def by_code(self, technician_code: str) -> Person | None:
        """Return the person with this technician code."""

    def by_phone(self, phone: str) -> Person | None:
        """Return the one person with this phone number (digits only); None when several share it."""

    def all(self) -> tuple[Person, ...]:
        """Return everybody, by name."""


class AccessRequestRepository(Protocol):
    """Requests for access from Telegram. Each Telegram id has at most one pending."""

    def put(self, request: AccessRequest) -> AccessRequest:
        """Store a new request (id 0) in place of the Telegram id's pending one, or save a known one."""

    def get(self, request_id: int) -> AccessRequest:
        """Return the request. Raises `NotFound`."""

    def pending_of(self, telegram_id: int) -> AccessRequest | None:
        """Return the pending request of a Telegram account."""

    def pending(self) -> tuple[AccessRequest, ...]:
        """Return all pending requests, oldest first."""
