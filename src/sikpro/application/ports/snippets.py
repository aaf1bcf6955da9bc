"""Texts to the technician that people write often, each under a short name."""

from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Snippet:
    """A text under a name, with placeholders as in the text of a status. `owner` is None for one that all share."""

    id: int
    owner: int | None
    name: str
    text: str

    @property
    def shared(self) -> bool:
        """Whether everybody has it."""
        return self.owner is None


class Snippets(Protocol):
    """The snippets of all people."""

    def put(self, owner: int | None, name: str, text: str) -> Snippet:
        """Store a snippet. It replaces the owner's snippet of the same name."""

    def of_person(self, person: int) -> tuple[Snippet, ...]:
        """Return a person's own snippets and the shared ones, by name, the own one first."""

    def get(self, snippet_id: int) -> Snippet:
        """Return a snippet. Raises `NotFound`."""

    def drop(self, snippet_id: int) -> None:
        """Delete a snippet, if it exists."""
