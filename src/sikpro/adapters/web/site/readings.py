"""How far the reading of uploaded tables is, for the people who wait for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, field

from sikpro.application.ports.tables import ReadSoFar

_KEY = re.compile("[0-9a-f]{32}")


@define
class Readings:
    """The files that this process reads now; each person asks about their own, by a key that their page chose."""

    _rows: dict[tuple[int, str], int] = field(factory=dict[tuple[int, str], int])

    @contextmanager
    def of(self, person: int, key: str) -> Iterator[ReadSoFar]:
        """Remember the rows of a file while it is read. A key that is none is not remembered."""
        known = _KEY.fullmatch(key) is not None
        if known:
            self._rows[person, key] = 0

        def read_so_far(rows: int) -> None:
            if known:
                self._rows[person, key] = rows

        try:
            yield read_so_far
        finally:
            self._rows.pop((person, key), None)

    def rows(self, person: int, key: str) -> int | None:
        """Return how many rows were read so far; None if no such file is being read."""
        return self._rows.get((person, key))
