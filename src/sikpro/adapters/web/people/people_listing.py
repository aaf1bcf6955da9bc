"""A list of people, filtered by a search text and by active or deactivated."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from attrs import frozen

from sikpro.domain.people import Person
from sikpro.domain.search_text import folded

PAGE = 100
"""People per page."""

SHOWN = ("active", "inactive")


@frozen(kw_only=True)
class PeopleListing:
    """The found people, in pages; `counts` has the number for each of `SHOWN`."""

    path: str
    text: str
    shown: str
    start: int
    counts: Mapping[str, int]
    found: Sequence[Person]

    @property
    def people(self) -> Sequence[Person]:
        """Return the people of this page."""
        return self.found[self.start : self.start + PAGE]

    @property
    def next(self) -> str:
        """Return the address of the next page, "" on the last."""
        return self._address(self.start + PAGE) if self.start + PAGE < len(self.found) else ""

    @property
    def first(self) -> str:
        """Return the address of the first page, "" on the first."""
        return self._address(0) if self.start else ""

    def tab(self, shown: str) -> str:
        """Return the address of the same search for active or deactivated people."""
        return f"{self.path}?{urlencode({'q': self.text, 'show': shown})}"

    def _address(self, start: int) -> str:
        return f"{self.path}?{urlencode({'q': self.text, 'show': self.shown, 'start': start})}"


def people_listing(path: str, people: Sequence[Person], query: Mapping[str, str]) -> PeopleListing:
    """Return the listing of an address, without invalid parameters.

    The search covers name, user name, technician code, Site Operation and phone number.
    """
    text, start = query.get("q", "")[:100], query.get("start", "")
    shown = query.get("show", "") if query.get("show", "") in SHOWN else SHOWN[0]
    wanted = folded(text.strip())
    matching = [person for person in people if wanted in _searched(person)]
    counts = {name: sum(person.active == (name == SHOWN[0]) for person in matching) for name in SHOWN}
    return PeopleListing(
        path=path,
        text=text,
        shown=shown,
        start=int(start) if start.isascii() and start.isdecimal() and len(start) < 7 else 0,
        counts=counts,
        found=[person for person in matching if person.active == (shown == SHOWN[0])],
    )


def sharing(people: Sequence[Person]) -> dict[int, str]:
    """Return the people who still share a phone number (allowed before schema 0008), by id, with the others' names."""
    holders: dict[str, list[Person]] = {}
    for person in people:
        holders.setdefault(person.phone, []).append(person)
    return {
        one.id: ", ".join(other.name for other in group if other.id != one.id)
        for phone, group in holders.items()
        if phone and len(group) > 1
        for one in group
    }


def _searched(person: Person) -> str:
    texts = (person.name, person.username, person.technician_code, person.site_operation, person.phone)
    return folded("\n".join(text or "" for text in texts))
