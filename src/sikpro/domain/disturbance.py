"""A disturbance: a fault of a box, a feeder or an STO that many orders share."""

import re
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import one_line


class Scope(StrEnum):
    """What is disturbed: one box (ODP), all boxes of a cabinet (ODC) with its feeder, or a whole STO."""

    BOX = "box"
    FEEDER = "feeder"
    STO = "sto"


@frozen(kw_only=True)
class Disturbance:
    """A fault that is open until somebody ends it.

    `place` is the name of a box, `<STO>-<cabinet>` for a feeder, or an STO's code. `status` is the held-up status that
    it gave to orders, "" when it gave none. `text` is what technicians read; `end_text` what they read at its end.
    """

    id: int
    scope: Scope
    place: str
    status: str
    text: str
    declared_by: int
    declared_at: datetime
    ended_by: int | None = None
    ended_at: datetime | None = None
    end_text: str = ""

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None

    def touches(self, sto: str, odp: str) -> bool:
        """Whether an order with this STO and box is in its scope."""
        match self.scope:
            case Scope.BOX:
                return odp == self.place
            case Scope.FEEDER:
                return feeder_of(odp) == self.place
            case Scope.STO:
                return sto == self.place


def scopes_of(sto: str, odp: str) -> tuple[tuple[Scope, str], ...]:
    """Return each scope that an order with this STO and box is in, with its place.

    >>> [place for _, place in scopes_of("SDA", "ODP-SDA-FAB/12")]
    ['ODP-SDA-FAB/12', 'SDA-FAB', 'SDA']
    """
    every = ((Scope.BOX, odp), (Scope.FEEDER, feeder_of(odp)), (Scope.STO, sto))
    return tuple((scope, place) for scope, place in every if place)


def feeder_of(odp: str) -> str:
    """Return the feeder of a box as `<STO>-<cabinet>`, "" for a box without a cabinet in its name.

    >>> feeder_of("ODP-SDA-FAB/12"), feeder_of("ODP-SDA-003")
    ('SDA-FAB', '')
    """
    _, _, rest = odp.partition("-")
    feeder, slash, _ = rest.partition("/")
    return feeder if slash and "-" in feeder else ""


def feeder_typed(text: str) -> str:
    """Parse a feeder: `ODC-SDA-FAB`, `SDA-FAB`, or one of its boxes. Raises `InvalidValue`.

    >>> feeder_typed("odc-sda-fab"), feeder_typed("ODP-SDA-FAB/12")
    ('SDA-FAB', 'SDA-FAB')
    """
    bare = one_line(text).upper().replace(" ", "")
    found = re.fullmatch(r"(?:[A-Z]{2,4}-)?([A-Z]{3}-[A-Z0-9]{1,8})(?:/[A-Z0-9]{0,6})?", bare)
    if found is None:
        raise InvalidValue("disturbance.feeder", one_line(text))
    return found[1]
