"""The catalogues that an admin edits: statuses, order types, places, makers, the provider's codes, and holidays."""

from datetime import timedelta
from enum import StrEnum

from attrs import frozen

from sikpro.domain.phase import Phase, Turn


@frozen
class Bilingual:
    """A text in both languages."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in `id` or `en`."""
        return self.en if language == "en" else self.id


@frozen(kw_only=True)
class Status:
    """A status that people read on an order; `group` groups the reasons for hold-ups.

    `group` is the group's name in Indonesian, by which it is known; `group_en` its name in English, "" for the same.
    `key` is the letter that sets it on an order's page, "" for one that follows from the label.
    """

    code: str
    phase: Phase
    turn: Turn
    label: Bilingual
    template: Bilingual
    group: str = ""
    group_en: str = ""
    position: int = 0
    active: bool = True
    key: str = ""

    @property
    def group_label(self) -> Bilingual:
        """The group's name in both languages."""
        return Bilingual(self.group, self.group_en or self.group)


@frozen(kw_only=True)
class OrderType:
    """A kind of order with its limits for the first action and for completion, in working time.

    `template` follows a completing status's own text in the message to the technician; "" for none.
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
    """A local operating unit (SO) with several STOs."""

    code: str
    name: str
    active: bool = True


@frozen(kw_only=True)
class Sto:
    """An STO and its Site Operation."""

    code: str
    name: str
    site_operation: str
    active: bool = True


@frozen(kw_only=True)
class Maker:
    """A maker of modems by its vendor id (ITU-T G.984.3): the four letters that its serials begin with."""

    code: str
    name: str
    active: bool = True


class Meaning(StrEnum):
    """The meaning of a provider's status for us."""

    FINISHED = "finished"
    OPEN = "open"
    LEFT_OUT = "left_out"


@frozen(kw_only=True)
class ProviderCode:
    """A code in the statuses of the provider's systems, its meaning for us, and its name, "" for none.

    `code` is in upper case; only its letters and digits count in a comparison.
    """

    code: str
    meaning: Meaning
    name: str = ""
    active: bool = True


@frozen(kw_only=True)
class Holiday:
    """A day without work and its name. `code` is the day as `2026-12-25`."""

    code: str
    name: str
    active: bool = True
