"""The heat map of a recap: orders by day and hour, as numbers."""

from collections.abc import Mapping
from datetime import date, timedelta

from attrs import frozen

from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.installation import WorkDays

MOST_DAYS = 45
"""A longer period is shown by day of the week instead of by day."""

_NIGHT = (21, 22, 23, 0, 1, 2, 3, 4, 5)
_SMALL = 0.05
"""The hours of the night share one row if they have at most this part of all orders."""

_STEPS = (1, 2, 4, 6)


@frozen
class Slot:
    """A row of the map: its hours, in order; several for the night."""

    hours: tuple[int, ...]

    @property
    def name(self) -> str:
        """Its hours as `09` or `21–05`."""
        return f"{self.hours[0]:02}" + (f"–{self.hours[-1]:02}" if len(self.hours) > 1 else "")


@frozen
class Column:
    """A column of the map: a day, or a day of the week (0 is Monday) of a long period."""

    day: date | None = None
    weekday: int = 0


@frozen(kw_only=True)
class HeatMap:
    """Orders by column and slot; `cells[column][slot]`. `basis` says whether they were received or completed then."""

    basis: TimeBasis
    columns: tuple[Column, ...]
    slots: tuple[Slot, ...]
    cells: tuple[tuple[int, ...], ...]

    @property
    def by_column(self) -> tuple[int, ...]:
        """The sum of each column."""
        return tuple(map(sum, self.cells))

    @property
    def by_slot(self) -> tuple[int, ...]:
        """The sum of each row."""
        return tuple(map(sum, zip(*self.cells, strict=True)))

    @property
    def total(self) -> int:
        """All orders of the map."""
        return sum(self.by_column)

    @property
    def steps(self) -> tuple[tuple[int, int | None], ...]:
        """The classes of colour as first and last number; the last class has no end. Zero is a class of its own."""
        busy = sorted(count for column in self.cells for count in column if count)
        usual = busy[len(busy) * 49 // 50 - (len(busy) >= 50)] if busy else 1  # one odd hour does not pale the others
        unit = -(-usual // 8)
        ends = [step * unit for step in _STEPS]
        return tuple(zip([1, *(end + 1 for end in ends)], [*ends, None], strict=True))

    def level(self, count: int) -> int:
        """Return the class of a number: 0 for none, else 1 to 5."""
        return sum(count >= first for first, _ in self.steps)

    @property
    def busiest(self) -> tuple[int, int]:
        """The two hours that follow each other with the most orders: the first of them, and their number."""
        single = {slot.hours[0]: n for slot, n in zip(self.slots, self.by_slot, strict=True) if len(slot.hours) == 1}
        pairs = {hour: count + single.get(hour + 1, 0) for hour, count in single.items() if hour + 1 in single}
        return max(pairs.items(), key=lambda one: (one[1], -one[0]), default=(0, 0))


def heat_map(counting: Counting, basis: TimeBasis) -> HeatMap:
    """Count received or completed orders by day and hour: one query."""
    which = counting.received if basis is TimeBasis.RECEIVED else counting.completed
    return drawn(
        counting.query,
        counting.uow.order_facts.counts(which, (Dimension.DAY, Dimension.HOUR), counting.zone, basis),
        basis,
    )


def drawn(query: RecapQuery, counts: Mapping[tuple[str, ...], int], basis: TimeBasis) -> HeatMap:
    """Arrange counts by (day, hour) as a map."""
    days = [query.first + timedelta(days=n) for n in range(query.days)]
    columns = tuple(Column(day) for day in days) if len(days) <= MOST_DAYS else tuple(Column(None, n) for n in range(7))
    by_place: dict[tuple[int, int], int] = {}
    for (day, hour), count in counts.items():
        when = date.fromisoformat(day)
        place = (when - query.first).days if len(days) <= MOST_DAYS else when.weekday()
        by_place[place, int(hour)] = by_place.get((place, int(hour)), 0) + count
    slots = _slots(by_place)
    cells = tuple(
        tuple(sum(by_place.get((place, hour), 0) for hour in slot.hours) for slot in slots)
        for place in range(len(columns))
    )
    return HeatMap(basis=basis, columns=columns, slots=slots, cells=cells)


def _slots(by_place: Mapping[tuple[int, int], int]) -> tuple[Slot, ...]:
    night = sum(count for (_, hour), count in by_place.items() if hour in _NIGHT)
    if night > _SMALL * sum(by_place.values()):
        return tuple(Slot((hour,)) for hour in range(24))
    return (*(Slot((hour,)) for hour in range(6, 21)), Slot(_NIGHT))


def ordinary_days(counts: Mapping[date, int], first: date, until: date, work_days: WorkDays) -> Mapping[date, int]:
    """Return the counts of the working days from the first day to before another, zeros included."""
    days = (first + timedelta(days=n) for n in range((until - first).days))
    return {day: counts.get(day, 0) for day in days if day in work_days}
