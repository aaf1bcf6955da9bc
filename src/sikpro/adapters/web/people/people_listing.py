"""A list of people: who is shown, by a search box and by whether they are let in."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from attrs import frozen

from sikpro.domain.people import Person
from sikpro.domain.search_text import folded

PAGE = 100
"""How many people a page has."""

SHOWN = ("active", "inactive")


@frozen(kw_only=True)
class PeopleListing:
    """The people found, a page of them; `counts` says how many there are of each of `SHOWN`."""

    path: str
    text: str
    shown: str
    start: int
    counts: Mapping[str, int]
    found: Sequence[Person]

    @property
    def people(self) -> Sequence[Person]:
        """This page's people."""
        return self.found[self.start : self.start + PAGE]

    @property
    def next(self) -> str:
        """The next page's address, "" on the last."""
        return self._address(self.start + PAGE) if self.start + PAGE < len(self.found) else ""

    @property
    def first(self) -> str:
        """The first page's address, "" on the first."""
        return self._address(0) if self.start else ""

    def tab(self, shown: str) -> str:
        """The address of the same search among those let in, or kept out."""
        return f"{self.path}?{urlencode({'q': self.text, 'show': shown})}"

    def _address(self, start: int) -> str:
        return f"{self.path}?{urlencode({'q': self.text, 'show': self.shown, 'start': start})}"


def people_listing(path: str, people: Sequence[Person], query: Mapping[str, str]) -> PeopleListing:
    """The listing that an address asks for; what it asks for in nonsense is left out.

    The search looks into name, user name, technician code, Site Operation and phone number.
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
    """Whoever shares a phone number from before numbers were one person's alone, by id, with the others' names."""
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
