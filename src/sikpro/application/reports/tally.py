"""Orders counted by many dimensions at once, added up for each table: the database is asked once."""

from collections import Counter
from collections.abc import Mapping

from attrs import frozen

from sikpro.application.ports.facts import Dimension


@frozen
class Tally:
    """Counts by the values of `dimensions`, as `OrderFacts.counts` returns them."""

    dimensions: tuple[Dimension, ...]
    counts: Mapping[tuple[str, ...], int]

    def by(self, *dimensions: Dimension) -> Counter[tuple[str, ...]]:
        """Return the counts by some of the dimensions."""
        places = [self.dimensions.index(dimension) for dimension in dimensions]
        found = Counter[tuple[str, ...]]()
        for values, count in self.counts.items():
            found[tuple([values[place] for place in places])] += count
        return found

    def of(self, dimension: Dimension) -> Counter[str]:
        """Return the counts by one dimension."""
        return Counter({value: count for (value,), count in self.by(dimension).items()})

    def where(self, dimension: Dimension, values: frozenset[str]) -> "Tally":
        """Return the part with some values of a dimension."""
        place = self.dimensions.index(dimension)
        return Tally(self.dimensions, {key: count for key, count in self.counts.items() if key[place] in values})

    @property
    def total(self) -> int:
        """All orders."""
        return sum(self.counts.values())
