"""Links to the wall in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.wall_links import WallLink
from sikpro.domain.errors import NotFound


class MemoryWallLinks:
    """Stores the links."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, link: WallLink) -> WallLink:
        """Save a new link and return it with its id."""
        kept = evolve(link, id=self._sequences.next("wall_links"))
        self._state.wall_links.put(kept.id, kept)
        return kept

    def end(self, link_id: int, now: datetime) -> None:
        """End a link. Raises `NotFound`."""
        link = self._state.wall_links.get(link_id)
        if link is None:
            raise NotFound(what="wall_link", name=str(link_id))
        if link.ended_at is None:
            self._state.wall_links.put(link_id, evolve(link, ended_at=now))

    def by_token(self, token_hash: str) -> WallLink | None:
        """Return the link with this token."""
        return next((link for link in self._state.wall_links.values() if link.token_hash == token_hash), None)

    def all(self) -> tuple[WallLink, ...]:
        """Return all links, newest first."""
        return tuple(sorted(self._state.wall_links.values(), key=lambda link: -link.id))
