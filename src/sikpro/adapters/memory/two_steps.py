"""Second steps and waiting logins in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import State
from sikpro.application.ports.storage import StorageRejected
from sikpro.application.ports.two_steps import LoginTicket, SecondStep


class MemorySecondSteps:
    """Stores the second steps by person."""

    def __init__(self, state: State) -> None:
        self._state = state

    def of(self, person: int) -> SecondStep | None:
        """Return a person's second step, on or prepared."""
        return self._state.second_steps.get(person)

    def prepare(self, person: int, secret: str) -> None:
        """Save a secret, unless one is on."""
        if person not in self._state.people:
            raise StorageRejected("a second step of nobody")
        present = self.of(person)
        if present is None or present.on_since is None:
            self._state.second_steps.put(person, SecondStep(person=person, secret=secret))

    def turn_on(self, person: int, step: int, at: datetime) -> bool:
        """Turn on the prepared one; return False if there is none."""
        present = self.of(person)
        if present is None or present.on_since is not None:
            return False
        self._state.second_steps.put(person, evolve(present, on_since=at, last_step=step))
        return True

    def take_step(self, person: int, step: int) -> bool:
        """Record an accepted code; return False unless its period is newer than the last."""
        present = self.of(person)
        if present is None or present.on_since is None or present.last_step >= step:
            return False
        self._state.second_steps.put(person, evolve(present, last_step=step))
        return True

    def drop(self, person: int) -> bool:
        """Delete a person's second step and recovery codes; return whether it was on."""
        present = self.of(person)
        self._state.second_steps.drop(person)
        self._state.recovery_codes.drop(person)
        return present is not None and present.on_since is not None

    def drop_prepared(self, person: int) -> None:
        """Delete a secret that was only prepared."""
        present = self.of(person)
        if present is not None and present.on_since is None:
            self._state.second_steps.drop(person)

    def put_recovery_codes(self, person: int, hashes: frozenset[str]) -> None:
        """Save recovery codes in place of the earlier ones."""
        self._state.recovery_codes.put(person, hashes)

    def use_recovery_code(self, person: int, code_hash: str) -> bool:
        """Use up a recovery code; return False if there is no such code."""
        left = self._state.recovery_codes.get(person) or frozenset()
        if code_hash not in left:
            return False
        self._state.recovery_codes.put(person, left - {code_hash})
        return True

    def recovery_codes_left(self, person: int) -> int:
        """Return the number of codes that were not used."""
        return len(self._state.recovery_codes.get(person) or ())


class MemoryLoginTickets:
    """Stores the logins that wait for a code."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, ticket: LoginTicket) -> None:
        """Save a ticket."""
        if ticket.person not in self._state.people:
            raise StorageRejected("a ticket for nobody")
        self._state.login_tickets.put(ticket.id, ticket)

    def get(self, ticket_id: str) -> LoginTicket | None:
        """Return the ticket, unless it was used."""
        return self._state.login_tickets.get(ticket_id)

    def use(self, ticket_id: str) -> bool:
        """Use a ticket up; return False if it was used before or does not exist."""
        there = ticket_id in self._state.login_tickets
        self._state.login_tickets.drop(ticket_id)
        return there

    def forget(self, before: datetime) -> None:
        """Delete the tickets that expired before a time."""
        for ticket in self._state.login_tickets.values():
            if ticket.expires_at < before:
                self._state.login_tickets.drop(ticket.id)
