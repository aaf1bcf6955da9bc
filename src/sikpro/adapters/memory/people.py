"""People and access requests in memory."""

from collections.abc import Callable

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.storage import StorageRejected
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, NotFound
from sikpro.domain.people import AccessRequest, Person, RequestState


class MemoryPersonRepository:
    """Stores the people by id."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, person: Person) -> Person:
        """Save a new person and return it with its id. Raises `AlreadyUsed`."""
        self._must_be_unique(person, None)
        stored = evolve(person, id=self._sequences.next("people"), version=1)
        self._state.people.put(stored.id, stored)
        return stored

    def save(self, person: Person) -> Person:
        """Save over the version that was read. Raises `ConcurrencyConflict`, `AlreadyUsed`."""
        stored = self._state.people.get(person.id)
        if stored is None or stored.version != person.version:
            raise ConcurrencyConflict(number=person.name)
        self._must_be_unique(person, stored)
        saved = evolve(person, version=person.version + 1)
        self._state.people.put(saved.id, saved)
        return saved

    def drop(self, person: Person) -> None:
        """Delete at the version that was read. Raises `ConcurrencyConflict`, `StorageRejected` while it is needed."""
        stored = self._state.people.get(person.id)
        if stored is None or stored.version != person.version:
            raise ConcurrencyConflict(number=person.name)
        state = self._state
        refers = (
            *(login.session.person for login in state.sessions.values()),
            *(view.person for view in state.saved_views.values()),
            *(one for schedule in state.schedules.values() for one in (schedule.person, schedule.made_by)),
            *(kept.export.person for kept in state.exports.values()),
        )
        if person.id in refers:
            raise StorageRejected(f"something refers to the person {person.id}")
        for link in state.bind_links.values():
            if link.person == person.id:
                state.bind_links.drop(link.id)
        for ticket in state.login_tickets.values():
            if ticket.person == person.id:
                state.login_tickets.drop(ticket.id)
        for token in state.personal_tokens.values():
            if token.person == person.id:
                state.personal_tokens.drop(token.id)
        for key in state.kept_answers:
            if key[0] == person.id:
                state.kept_answers.drop(key)
        state.second_steps.drop(person.id)
        state.recovery_codes.drop(person.id)
        state.people.drop(person.id)

    def search_waits(self) -> bool:
        """Return False: a search reads the present names."""
        return False

    def renew_search(self, limit: int) -> None:
        """Do nothing: a search reads the present names."""

    def get(self, person_id: int) -> Person:
        """Return the row by its id. Raises `NotFound`."""
        person = self._state.people.get(person_id)
        if person is None:
            raise NotFound(what="person", name=str(person_id))
        return person

    def by_username(self, username: str) -> Person | None:
        """Return the person with this user name, ignoring case."""
        wanted = username.casefold()
        return self._first(lambda person: person.username is not None and person.username.casefold() == wanted)

    def by_telegram(self, telegram_id: int) -> Person | None:
        """Return the person connected to this Telegram account."""
        return self._first(lambda person: person.telegram_id == telegram_id)

    def by_code(self, technician_code: str) -> Person | None:
        """Return the person with this technician code."""
        return self._first(lambda person: person.technician_code == technician_code)

    def by_phone(self, phone: str) -> Person | None:
        """Return the one person with this phone number; None if several share it."""
        people = [person for person in self._state.people.values() if phone and person.phone == phone]
        return people[0] if len(people) == 1 else None

    def all(self) -> tuple[Person, ...]:
        """Return all people, by name."""
        return tuple(sorted(self._state.people.values(), key=lambda person: (person.name.casefold(), person.id)))

    def _first(self, wanted: Callable[[Person], bool]) -> Person | None:
        return next((person for person in self._state.people.values() if wanted(person)), None)

    def _must_be_unique(self, person: Person, before: Person | None) -> None:
        but = before.id if before else None
        finds = (
            ("username", person.username, self.by_username),
            ("technician_code", person.technician_code, self.by_code),
        )
        for name, value, find in finds:
            if value is not None and (other := find(value)) is not None and other.id != but:
                raise AlreadyUsed(field=name, value=value)
        telegram_id = person.telegram_id
        if telegram_id is not None and (other := self.by_telegram(telegram_id)) is not None and other.id != but:
            raise AlreadyUsed(field="telegram_id", value=telegram_id)
        if person.phone and (before is None or before.phone != person.phone):
            holder = self._first(lambda other: other.phone == person.phone and other.id != but)
            if holder:
                raise AlreadyUsed(field="phone", value=person.phone, name=holder.name)


class MemoryAccessRequestRepository:
    """Stores access requests by id."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def put(self, request: AccessRequest) -> AccessRequest:
        """Save a request; a new one (id 0) replaces the pending one of the same Telegram id."""
        if request.id:
            self.get(request.id)
            stored = request
        else:
            pending = self.pending_of(request.telegram_id)
            number = pending.id if pending else self._sequences.next("access_requests")
            stored = evolve(request, id=number)
        self._state.access_requests.put(stored.id, stored)
        return stored

    def get(self, request_id: int) -> AccessRequest:
        """Return the row by its id. Raises `NotFound`."""
        request = self._state.access_requests.get(request_id)
        if request is None:
            raise NotFound(what="access_request", name=str(request_id))
        return request

    def pending_of(self, telegram_id: int) -> AccessRequest | None:
        """Return the open request of a Telegram account."""
        return next((request for request in self.pending() if request.telegram_id == telegram_id), None)

    def pending(self) -> tuple[AccessRequest, ...]:
        """Return all open requests, oldest first."""
        requests = [r for r in self._state.access_requests.values() if r.state is RequestState.PENDING]
        return tuple(sorted(requests, key=lambda request: (request.requested_at, request.id)))
