"""What only programs can do wrong, with the HTTP status that says so."""

from collections.abc import Mapping

from attrs import field, frozen

from sikpro.domain.errors import DomainError, InvalidFields


@frozen
class ApiFault(Exception):
    """A request that a program has to make otherwise: `error.<code>` is its sentence, `params` fill it."""

    code: str
    status: int
    params: Mapping[str, str | int] = field(factory=dict[str, str | int])
    headers: Mapping[str, str] = field(factory=dict[str, str])


class Unclear(InvalidFields):
    """A message that cannot become an order as it stands; `reading` has what was read in it."""

    reading: object

    def __init__(self, errors: Mapping[str, DomainError], reading: object = None) -> None:
        super().__init__(errors)
        self._fix(reading=reading)
