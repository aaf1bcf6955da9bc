"""Choose the patterns of registration numbers and boxes, after showing what changes for the orders that are there."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from attrs import evolve, frozen

from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.domain.duplicates import STANDING
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.patterns import (
    BoxPattern,
    Characters,
    NumberPattern,
    Patterns,
    check_box_pattern,
    check_number_pattern,
)
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import compact

NUMBER_ENTRIES = ("prefix", "shortest", "longest", "characters")
BOX_ENTRIES = ("prefix", "cabinet", "longest_cabinet", "shortest", "longest", "characters")
BOX_CHARACTERS = (Characters.DIGITS, Characters.LETTERS)

MOST_ROWS = 12
"""The most rows of each kind."""

LISTED = 20
"""The most orders and boxes that `Effects` names of each kind; it counts all."""

_BOXES = 200

Row = Mapping[str, str]
T = TypeVar("T")


@frozen
class TypedPatterns:
    """The rows as a form shows them, each with the texts of its entries."""

    numbers: Sequence[Row]
    boxes: Sequence[Row]


@frozen(kw_only=True)
class Effects:
    """What other patterns change for the orders that are there; each list is cut after `LISTED`, each count is whole.

    `clashes` are the numbers of standing orders that the same digits name from then on. `numbers` and `boxes` of orders
    were read so far and would not be read any more; their orders keep them.
    """

    clashes: tuple[tuple[str, ...], ...] = ()
    clash_count: int = 0
    numbers: tuple[str, ...] = ()
    number_count: int = 0
    boxes: tuple[str, ...] = ()
    box_count: int = 0

    def __bool__(self) -> bool:
        return bool(self.clash_count or self.number_count or self.box_count)


@frozen
class Unconfirmed:
    """The effects that somebody has to confirm first, and the mark of this confirmation."""

    effects: Effects
    mark: str


def pattern_texts(patterns: Patterns) -> TypedPatterns:
    """Return the patterns as a form shows them."""
    return TypedPatterns(
        [
            {
                "prefix": row.prefix,
                "shortest": str(row.shortest),
                "longest": str(row.longest),
                "characters": row.characters.value,
            }
            for row in patterns.numbers
        ],
        [
            {
                "prefix": row.prefix,
                "cabinet": row.cabinet.value if row.cabinet else "",
                "longest_cabinet": str(row.longest_cabinet) if row.cabinet else "",
                "shortest": str(row.shortest),
                "longest": str(row.longest),
                "characters": row.characters.value,
            }
            for row in patterns.boxes
        ],
    )


def understand_patterns(typed: TypedPatterns) -> Patterns:
    """Return the patterns that a form means; rows without a prefix are left out.

    Raises `InvalidFields` with each error under its entry (`numbers_0_prefix`), or under `numbers` or `boxes`.
    """
    patterns, errors = read_patterns(typed)
    if errors:
        raise InvalidFields(errors)
    return patterns


def read_patterns(typed: TypedPatterns) -> tuple[Patterns, Mapping[str, DomainError]]:
    """Return the patterns of the rows that are right, and the errors of the others: a row may not be finished yet."""
    errors: dict[str, DomainError] = {}
    numbers = _rows("numbers", typed.numbers, _number_row, errors)
    boxes = _rows("boxes", typed.boxes, _box_row, errors)
    return Patterns(numbers=numbers, boxes=boxes), errors


def effects_of(uow: UnitOfWork, patterns: Patterns) -> Effects:
    """Return what these patterns would change for the orders that are there. It reads the number of every order."""
    before = uow.installation.get().patterns
    misfits, standing = set[str](), set[str]()
    for _, number, _, phase, deleted in uow.orders.key_facts():
        if deleted:
            continue
        if before.is_number(number) and not patterns.is_number(number):
            misfits.add(number)
        if phase in STANDING:
            standing.add(number)
    there = set(_clashes(standing, before))
    clashes = [one for one in _clashes(standing, patterns) if one not in there]
    boxes = [box for box in _all_boxes(uow) if before.box(box) and patterns.box(box) != box]
    return Effects(
        clashes=tuple(clashes[:LISTED]),
        clash_count=len(clashes),
        numbers=tuple(sorted(misfits)[:LISTED]),
        number_count=len(misfits),
        boxes=tuple(boxes[:LISTED]),
        box_count=len(boxes),
    )


def decide_patterns(
    uow: UnitOfWork, typed: TypedPatterns, by: Person, now: datetime, *, confirmed: str = ""
) -> Unconfirmed | None:
    """Save the patterns. If they change something for orders, save nothing and return that until it is confirmed.

    `confirmed` is the mark of the effects that were shown. Raises `NotPermitted`, `InvalidFields`.
    """
    by.must(Permission.ADMINISTER)
    installed = uow.installation.get()
    patterns = understand_patterns(typed)
    if patterns == installed.patterns:
        return None
    effects = effects_of(uow, patterns)
    mark = hashlib.sha256(repr((patterns, effects)).encode()).hexdigest()[:16]
    if effects and confirmed != mark:
        return Unconfirmed(effects, mark)
    uow.installation.put(evolve(installed, patterns=patterns))
    rows = {"numbers": " · ".join(map(str, patterns.numbers)), "boxes": " · ".join(map(str, patterns.boxes))}
    uow.journal.note("patterns_decided", "", by.id, now, rows)
    said = "; ".join(f"{name}: {row}" for name, row in rows.items())
    record_event(uow, EventKind.SETTINGS_CHANGED, by, now, object="/settings/patterns", details=said)
    return None


_ENTRY_OF = {
    "pattern.prefix": "prefix",
    "pattern.lengths": "longest",
    "pattern.cabinet": "longest_cabinet",
    "field.missing": "characters",
}


def _rows(kind: str, typed: Sequence[Row], read: Callable[[Row], T], errors: dict[str, DomainError]) -> tuple[T, ...]:
    filled = [(place, row) for place, row in enumerate(typed) if row.get("prefix", "").strip()]
    found: list[T] = []
    for place, row in filled:
        try:
            found.append(read(row))
        except InvalidValue as error:
            errors[f"{kind}_{place}_{_ENTRY_OF[error.code]}"] = error
    if not filled:
        errors[kind] = InvalidValue("pattern.none", "")
    if len(filled) > MOST_ROWS:
        errors[kind] = InvalidValue("pattern.many", str(len(filled)), most=str(MOST_ROWS))
    return tuple(dict.fromkeys(found))


def _number_row(row: Row) -> NumberPattern:
    lengths = _whole(row.get("shortest", "")), _whole(row.get("longest", ""))
    characters = _characters(row.get("characters", ""), tuple(Characters))
    return check_number_pattern(NumberPattern(compact(row["prefix"]), *lengths, characters))


def _box_row(row: Row) -> BoxPattern:
    cabinet = row.get("cabinet", "")
    return check_box_pattern(
        BoxPattern(
            compact(row["prefix"]),
            _characters(cabinet, BOX_CHARACTERS) if cabinet else None,
            _whole(row.get("longest_cabinet", "")) if cabinet else 0,
            _whole(row.get("shortest", "")),
            _whole(row.get("longest", "")),
            _characters(row.get("characters", ""), BOX_CHARACTERS),
        )
    )


def _whole(text: str) -> int:
    """Return a number of characters, 0 when it is none: no row may have 0."""
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) <= 3 else 0


def _characters(text: str, allowed: Collection[Characters]) -> Characters:
    if text not in {one.value for one in allowed}:
        raise InvalidValue("field.missing", "")
    return Characters(text)


def _clashes(numbers: Iterable[str], patterns: Patterns) -> list[tuple[str, ...]]:
    """Return the numbers that people who write only the digits cannot tell apart."""
    prefixes = {row.prefix for row in patterns.numbers if row.characters is Characters.DIGITS}
    if len(prefixes) < 2:
        return []
    by_digits: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        for prefix in prefixes:
            rest = number.removeprefix(prefix)
            if rest != number and number in patterns.completed(rest):
                by_digits[rest].append(number)
    return sorted(tuple(sorted(same)) for same in by_digits.values() if len(same) > 1)


def _all_boxes(uow: UnitOfWork) -> Iterator[str]:
    for sto in sorted({total.sto for total in uow.order_queries.totals()}):
        after = ""
        while rows := uow.devices.boxes(sto, after, _BOXES):
            yield from (row.odp for row in rows)
            after = rows[-1].odp
