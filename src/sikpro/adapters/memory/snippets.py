"""Snippets in memory."""

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.snippets import Snippet
from sikpro.domain.errors import NotFound


class MemorySnippets:
    """Stores the snippets."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def put(self, owner: int | None, name: str, text: str) -> Snippet:
        """Save a snippet; it replaces the owner's snippet with that name."""
        known = [one.id for one in self._state.snippets.values() if (one.owner, one.name) == (owner, name)]
        snippet_id = known[0] if known else self._sequences.next("snippets")
        kept = Snippet(id=snippet_id, owner=owner, name=name, text=text)
        self._state.snippets.put(snippet_id, kept)
        return kept

    def of_person(self, person: int) -> tuple[Snippet, ...]:
        """Return a person's own snippets and the shared ones, by name."""
        found = [one for one in self._state.snippets.values() if one.owner in (None, person)]
        return tuple(sorted(found, key=lambda one: (one.name, one.shared)))

    def get(self, snippet_id: int) -> Snippet:
        """Return a snippet. Raises `NotFound`."""
        found = self._state.snippets.get(snippet_id)
        if found is None:
            raise NotFound(what="snippet", name=str(snippet_id))
        return found

    def drop(self, snippet_id: int) -> None:
        """Delete a snippet, if it exists."""
        self._state.snippets.drop(snippet_id)
