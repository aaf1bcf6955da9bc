"""What the installation knows, for the reader: catalogues, makers, technicians."""

from collections.abc import Callable, Collection

from attrs import frozen


@frozen
class Known:
    """The codes of types and STOs (any STO while there are none), the makers' vendor ids in use, and the technicians.

    `technician` says whether a code is registered; `near` gives the registered codes that are one slip away.
    `any_technician` says that nobody is registered yet, so that every code is accepted.
    """

    types: Collection[str]
    stos: Collection[str]
    makers: Collection[str]
    technician: Callable[[str], bool]
    near: Callable[[str], tuple[str, ...]]
    any_technician: Callable[[], bool] = lambda: False
