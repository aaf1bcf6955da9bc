"""What the installation knows, for the reader: catalogues, makers, technicians."""

from collections.abc import Callable, Collection, Mapping

from attrs import frozen

from sikpro.domain.patterns import STARTING, Patterns
from sikpro.domain.values import OdpName, RegistrationNumber


@frozen
class Known:
    """The codes of types and STOs (any STO while there are none), the makers' vendor ids in use, the technicians,
    and the patterns of numbers and boxes.

    `technician` says whether a code is registered; `near` gives the registered codes that are one slip away.
    `type_names` has the types' codes by what people call them, in upper case. `any_technician` says that nobody is
    registered yet, so that every code is accepted.
    """

    types: Collection[str]
    stos: Collection[str]
    makers: Collection[str]
    technician: Callable[[str], bool]
    near: Callable[[str], tuple[str, ...]]
    type_names: Mapping[str, str] = {}
    any_technician: Callable[[], bool] = lambda: False
    patterns: Patterns = STARTING

    def number(self, text: str) -> RegistrationNumber:
        """Parse a registration number. Raises `InvalidValue`."""
        return RegistrationNumber.parse(text, self.patterns)

    def box(self, text: str) -> OdpName:
        """Parse a box's name. Raises `InvalidValue`."""
        return OdpName.parse(text, self.patterns)
