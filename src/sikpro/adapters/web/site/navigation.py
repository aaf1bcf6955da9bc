"""What stands in the navigation, and whom each page is for."""

from attrs import frozen

from sikpro.adapters.web.site.visit import Visit
from sikpro.domain.people import Permission


@frozen
class NavEntry:
    """A page in the navigation: its address, the sentence `nav.<code>`, a Tabler icon, and who sees it.

    Any one of the permissions is enough. What lies under `but` is another entry's.
    """

    path: str
    code: str
    icon: str
    permissions: tuple[Permission, ...]
    but: str = ""

    def shown_to(self, visit: Visit) -> bool:
        """Whether the visitor may open the page."""
        return any(visit.may(permission) for permission in self.permissions)

    def is_at(self, path: str) -> bool:
        """Whether a path lies under this page."""
        if self.but and path.startswith(self.but):
            return False
        return path == self.path or path.startswith(self.path + "/")
