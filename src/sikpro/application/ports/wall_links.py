"""Links to the wall: a page for a television, without login."""

from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class WallLink:
    """A link, with the hash of its token. `site_operation` limits what the wall shows, "" for everything."""

    id: int = 0
    token_hash: str
    name: str
    site_operation: str = ""
    by: int
    at: datetime
    ended_at: datetime | None = None


class WallLinks(Protocol):
    """The links to the wall."""

    def add(self, link: WallLink) -> WallLink:
        """Store a new link and return it with its id."""

    def end(self, link_id: int, now: datetime) -> None:
        """End a link; nothing changes for one that has ended. Raises `NotFound`."""

    def by_token(self, token_hash: str) -> WallLink | None:
        """Return the link with this token, also one that has ended."""

    def all(self) -> tuple[WallLink, ...]:
        """Return all links, newest first."""
