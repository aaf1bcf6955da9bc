"""Personal tokens in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.storage import StorageRejected
from sikpro.application.ports.tokens import PersonalToken


class MemoryPersonalTokens:
    """Stores the tokens."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, token: PersonalToken) -> PersonalToken:
        """Save a new token and return it with its id. Raises `StorageRejected`."""
        if token.person not in self._state.people or self.by_hash(token.token_hash):
            raise StorageRejected("a token of nobody, or one that is there already")
        kept = evolve(token, id=self._sequences.next("personal_tokens"))
        self._state.personal_tokens.put(kept.id, kept)
        return kept

    def by_hash(self, token_hash: str) -> PersonalToken | None:
        """Return the token with this hash, also one that has ended."""
        return next((one for one in self._state.personal_tokens.values() if one.token_hash == token_hash), None)

    def of_person(self, person: int) -> tuple[PersonalToken, ...]:
        """Return a person's tokens that were not ended, newest first."""
        tokens = self._state.personal_tokens.values()
        mine = (one for one in tokens if one.person == person and one.ended_at is None)
        return tuple(sorted(mine, key=lambda one: -one.id))

    def touch(self, token_id: int, at: datetime) -> None:
        """Record when it was used."""
        if token := self._state.personal_tokens.get(token_id):
            self._state.personal_tokens.put(token_id, evolve(token, used_at=at))

    def end(self, token_id: int, at: datetime) -> None:
        """End a token; nothing changes for one that was ended or is not there."""
        token = self._state.personal_tokens.get(token_id)
        if token and token.ended_at is None:
            self._state.personal_tokens.put(token_id, evolve(token, ended_at=at))

    def end_all(self, person: int, at: datetime) -> int:
        """End all tokens of a person, and return how many that were."""
        mine = self.of_person(person)
        for token in mine:
            self.end(token.id, at)
        return len(mine)

    def forget(self, before: datetime) -> int:
        """Delete the tokens that were over before a time, and return how many."""
        over = [
            one.id
            for one in self._state.personal_tokens.values()
            if one.expires_at < before or (one.ended_at is not None and one.ended_at < before)
        ]
        for token_id in over:
            self._state.personal_tokens.drop(token_id)
        return len(over)
