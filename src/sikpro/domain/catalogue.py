"""The catalogues that an admin edits: statuses, order types, Site Operations and exchanges."""

from datetime import timedelta

from attrs import frozen

from sikpro.domain.phase import Phase, Turn


@frozen
class Bilingual:
    """A text in both languages."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `id` or `en`."""
        return self.en if language == "en" else self.id


@frozen(kw_only=True)
class Status:
    """What people see of an order's state; `group` gathers the reasons for being held up."""

    code: str
    phase: Phase
    turn: Turn
    label: Bilingual
    template: Bilingual
    group: str = ""
    position: int = 0
    active: bool = True


@frozen(kw_only=True)
class OrderType:
    """A kind of order with its limits to first action and to completion, in working time.

    `template` follows a completing status' own text in the message to the technician; "" where there is nothing to add.
    """

    code: str
    label: Bilingual
    first_action_limit: timedelta
    completion_limit: timedelta
    template: Bilingual = Bilingual("", "")
    position: int = 0
    active: bool = True


@frozen(kw_only=True)
class SiteOperation:
    """A local operating unit (SO), to which exchanges belong."""

    code: str
    name: str
    active: bool = True


@frozen(kw_only=True)
class Sto:
    """An exchange of the catalogue and the Site Operation it belongs to."""

    code: str
    name: str
    site_operation: str
    active: bool = True
