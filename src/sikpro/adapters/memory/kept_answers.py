"""Kept answers of the JSON API in memory."""

from datetime import datetime

from sikpro.adapters.memory.store import State
from sikpro.application.ports.kept_answers import KeptAnswer
from sikpro.application.ports.storage import StorageBusy, StorageRejected


class MemoryKeptAnswers:
    """Stores the answers."""

    def __init__(self, state: State) -> None:
        self._state = state

    def find(self, person: int, key: str) -> KeptAnswer | None:
        """Return what is kept under a person's key."""
        return self._state.kept_answers.get((person, key))

    def begin(self, person: int, key: str, request: str, at: datetime) -> None:
        """Take a key. Raises `StorageBusy` if it is taken, `StorageRejected` for nobody's."""
        if (person, key) in self._state.kept_answers:
            raise StorageBusy("the key is taken")
        if person not in self._state.people:
            raise StorageRejected("an answer to nobody")
        self._state.kept_answers.put((person, key), KeptAnswer(request=request, status=0, at=at))

    def keep(self, person: int, key: str, answer: KeptAnswer) -> None:
        """Keep the answer under a key that this transaction has taken."""
        if (person, key) in self._state.kept_answers:
            self._state.kept_answers.put((person, key), answer)

    def forget(self, before: datetime) -> int:
        """Delete the answers from before a time, and return how many."""
        old = [key for key in self._state.kept_answers if self._of(key).at < before]
        for key in old:
            self._state.kept_answers.drop(key)
        return len(old)

    def _of(self, key: tuple[int, str]) -> KeptAnswer:
        answer = self._state.kept_answers.get(key)
        assert answer is not None
        return answer
