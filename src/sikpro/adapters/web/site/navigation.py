"""The entries of the navigation: four groups, some entries with tabs, and the permissions that they need."""

from collections.abc import Iterable, Sequence
from typing import Literal

from attrs import frozen

from sikpro.adapters.web.site.visit import Visit
from sikpro.domain.people import Permission

Group = Literal["work", "reports", "people", "system"]
GROUPS: dict[Group, str] = {"work": "inbox", "reports": "chart-bar", "people": "users", "system": "settings"}
"""The groups in their order, each with its Tabler icon; the sentence is `nav.group.<code>`."""


@frozen
class NavEntry:
    """A page in the navigation: its address, the sentence `nav.<code>`, a Tabler icon, its permissions and its group.

    Any one of the permissions is enough. Paths below `but` belong to another entry. An entry `under` another one (by
    its code) is a tab of it. `tab` names the entry itself among its tabs (`nav.<tab>`).
    """

    path: str
    code: str
    icon: str
    permissions: tuple[Permission, ...]
    group: Group
    but: str = ""
    under: str = ""
    tab: str = ""

    def shown_to(self, visit: Visit) -> bool:
        """Return whether the visitor may open the page."""
        return any(visit.may(permission) for permission in self.permissions)

    def is_at(self, path: str) -> bool:
        """Return whether a path belongs to this page."""
        if self.but and path.startswith(self.but):
            return False
        return path == self.path or path.startswith(self.path + "/")


@frozen
class NavItem:
    """An entry as a person sees it on a page: `here` when the page is it or one of its tabs."""

    entry: NavEntry
    tabs: tuple[NavEntry, ...]
    here: bool


@frozen
class NavGroup:
    """A group with the items that a person may open."""

    code: Group
    icon: str
    items: tuple[NavItem, ...]

    @property
    def here(self) -> bool:
        """Whether the page belongs to this group."""
        return any(item.here for item in self.items)


def groups_for(entries: Sequence[NavEntry], visit: Visit, path: str) -> tuple[NavGroup, ...]:
    """Return the groups that are not empty for a visitor, in their order."""
    shown = [entry for entry in entries if entry.shown_to(visit)]
    found = (NavGroup(code, icon, _items(code, shown, path)) for code, icon in GROUPS.items())
    return tuple(group for group in found if group.items)


def tabs_at(groups: Iterable[NavGroup]) -> tuple[NavEntry, ...]:
    """Return the tabs of the page's item, () when it has none besides itself."""
    tabs = next((item.tabs for group in groups for item in group.items if item.here), ())
    return tabs if len(tabs) > 1 else ()


def _items(code: Group, shown: Sequence[NavEntry], path: str) -> tuple[NavItem, ...]:
    items = []
    for entry in shown:
        if entry.group != code or entry.under:
            continue
        tabs = (entry, *(one for one in shown if one.under == entry.code))
        items.append(NavItem(entry, tabs, any(tab.is_at(path) for tab in tabs)))
    return tuple(items)
