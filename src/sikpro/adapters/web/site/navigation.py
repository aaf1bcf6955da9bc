"""The entries of the navigation and the permissions that they need."""

from attrs import frozen

from sikpro.adapters.web.site.visit import Visit
from sikpro.domain.people import Permission


@frozen
class NavEntry:
    """A page in the navigation: its address, the sentence `nav.<code>`, a Tabler icon, and its permissions.

    Any one of the permissions is enough. Paths below `but` belong to another entry.
    """

    path: str
    code: str
    icon: str
    permissions: tuple[Permission, ...]
    but: str = ""

    def shown_to(self, visit: Visit) -> bool:
        """Return whether the visitor may open the page."""
        return any(visit.may(permission) for permission in self.permissions)

    def is_at(self, path: str) -> bool:
        """Return whether a path belongs to this page."""
        if self.but and path.startswith(self.but):
            return False
        return path == self.path or path.startswith(self.path + "/")
