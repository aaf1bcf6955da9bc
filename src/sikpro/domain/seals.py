"""Facts of the ledger and the seals over them: what happened, and what shows that nobody changed it afterwards."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from attrs import astuple, evolve, fields, frozen

from sikpro.domain.events import OrderDeleted, OrderEvent, OrderImported, OrderPlaced
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel, OrderData

BEGINNING = "0" * 64
"""The hash before the first seal."""

SHORTEST = 16
"""The least digits of a hash that tell a seal from others: nobody finds another one with the same by trying."""


class FactKind(StrEnum):
    """What happened: a message came in and was handled; an order changed; a message went out, or did not."""

    MESSAGE = "message"
    HANDLED = "handled"
    RECEIVED = "received"
    CHANGED = "changed"
    REMOVED = "removed"
    SENT = "sent"
    NOT_SENT = "not_sent"
    UNREADABLE = "unreadable"
    """Never written: what stands there was changed so that nobody can read it."""


ABOUT_ORDERS = frozenset({FactKind.RECEIVED, FactKind.CHANGED, FactKind.REMOVED})
"""The kinds whose working row is in the journal."""

ABOUT_INCOMING = frozenset({FactKind.MESSAGE, FactKind.HANDLED})
"""The kinds whose working row is in the inbox."""

ABOUT_OUTGOING = frozenset({FactKind.SENT, FactKind.NOT_SENT})
"""The kinds whose working row is in the outbox."""

NEVER = datetime.min.replace(tzinfo=UTC)
"""The time of what cannot be read."""

Part = str | int | float | bool | None | Sequence["Part"] | Mapping[str, "Part"]
"""A value of a working row as JSON has it."""


@frozen(kw_only=True)
class LedgerFact:
    """A fact. It is saved in the transaction of its working row (`row_id`), and never changes.

    `detail` is the way of an order in, the name of an event, or an outcome. `words` and `data` are salted hashes: of
    what people wrote with who they are, and of the order's data after the event; "" where there is none. The salt is
    with the working row. Once it is deleted there, nobody can find out by guessing what the hashes stand for.
    """

    id: int = 0
    kind: FactKind
    at: datetime
    row_id: int
    order_id: int | None = None
    number: str = ""
    status: str = ""
    detail: str = ""
    message_id: int | None = None
    received_at: datetime | None = None
    words: str = ""
    data: str = ""

    @property
    def digest(self) -> bytes:
        """The hash of all fields."""
        return hashlib.sha256(_json(astuple(self))).digest()


@frozen(kw_only=True)
class Seal:
    """A seal over the facts from id `first` until id `last`, and over the seal before it.

    `contents` is the hash of the packed digests of its facts (`packed`).
    """

    number: int
    previous: str
    first: int
    last: int
    count: int
    contents: str
    made_at: datetime
    hash: str = ""

    @classmethod
    def over(cls, facts: Sequence[LedgerFact], before: Self | None, now: datetime) -> tuple[Self, bytes]:
        """Return the next seal over facts in the order of their ids, and their packed digests."""
        digests = packed(facts)
        bare = cls(
            number=before.number + 1 if before else 1,
            previous=before.hash if before else BEGINNING,
            first=facts[0].id,
            last=facts[-1].id,
            count=len(facts),
            contents=_hex(digests),
            made_at=now,
        )
        return evolve(bare, hash=bare.computed), digests

    @property
    def computed(self) -> str:
        """The hash that a seal with these values has."""
        return _hex(_json([value for name, value in _values(self).items() if name != "hash"]))

    @property
    def short(self) -> str:
        """The beginning of the hash, by which people recognise a seal."""
        return self.hash[:SHORTEST]


class FaultKind(StrEnum):
    """What does not agree with the seals, the facts or the working rows."""

    SEAL_CHANGED = "seal_changed"
    SEAL_MISSING = "seal_missing"
    SEAL_UNKNOWN = "seal_unknown"
    FACT_CHANGED = "fact_changed"
    FACT_REMOVED = "fact_removed"
    FACT_ADDED = "fact_added"
    ROW_CHANGED = "row_changed"
    ROW_GONE = "row_gone"
    ROW_ADDED = "row_added"
    SALT_REMOVED = "salt_removed"
    ORDER_CHANGED = "order_changed"
    ORDER_GONE = "order_gone"
    ORDER_ADDED = "order_added"


@frozen(kw_only=True)
class Fault:
    """A fault: at a seal, at the fact with this id, or at a working row. `fields` names what differs, if known.

    `fact` is the fact as it is now, None where it is gone.
    """

    kind: FaultKind
    seal: int | None = None
    fact_id: int | None = None
    fact: LedgerFact | None = None
    row: str = ""
    fields: tuple[str, ...] = ()


@frozen(kw_only=True)
class WorkingRow:
    """What a working row says now: fields as its fact has them, and the parts of the salted hash.

    Without a salt the parts are not compared. That is right only when they were `deleted`: what people wrote, and who.
    """

    salt: str
    plain: Mapping[str, object]
    words: Sequence[Part] = ()
    deleted: bool = False

    def differences(self, fact: LedgerFact) -> tuple[str, ...]:
        """Return the names of the fields that differ."""
        found = [name for name, value in self.plain.items() if getattr(fact, name) != value]
        if self.salt and fact.words and self.words and salted(self.salt, self.words) != fact.words:
            found.append("words")
        return tuple(found)

    def blind(self, fact: LedgerFact) -> bool:
        """Return whether the hash of the fact cannot be compared, because there is no salt."""
        return bool(fact.words and self.words and not self.salt)


def salted(salt: str, parts: Part) -> str:
    """Return the salted hash of values; "" without a salt, because such a hash could be found by guessing."""
    return "" if not salt else _hex(salt.encode() + b"\n" + _json(parts))


def fact_of_event(order: Order, event: OrderEvent, actor: int | None, row_id: int, salt: str) -> LedgerFact:
    """Return the fact of an event: what became of the order is readable, who did it and all texts are hashed."""
    received = isinstance(event, OrderPlaced | OrderImported)
    removed = isinstance(event, OrderDeleted)
    kind = FactKind.RECEIVED if received else FactKind.REMOVED if removed else FactKind.CHANGED
    return LedgerFact(
        kind=kind,
        at=event.at,
        row_id=row_id,
        order_id=order.id,
        number=order.number,
        status=event.state.status,
        detail=detail_of_event(event),
        received_at=order.received_at if received else None,
        words=salted(salt, words_of_event(event, actor)),
        data=salted(salt, data_of_order(order)),
    )


def detail_of_event(event: OrderEvent) -> str:
    """Return the way in of a new order, or the name of any other event."""
    if isinstance(event, OrderPlaced):
        return event.channel
    return Channel.IMPORT.value if isinstance(event, OrderImported) else type(event).__name__


def words_of_event(event: OrderEvent, actor: int | None) -> Sequence[Part]:
    """Return who acted, and all of the event. Empty values are left out, so a later field changes no old hash."""
    return [actor, type(event).__name__, _plain(event)]


def data_of_order(order: Order) -> Mapping[str, str]:
    """Return the order's data as text, without empty ones."""
    named = ((name, str(getattr(order.data, name))) for name in _OF_DATA)
    return {name: text for name, text in named if text}


_OF_DATA = tuple(one.name for one in fields(OrderData))


def packed(facts: Sequence[LedgerFact]) -> bytes:
    """Return ids and digests of facts, 40 bytes each."""
    return b"".join(fact.id.to_bytes(8, "big") + fact.digest for fact in facts)


def unpacked(digests: bytes) -> Mapping[int, bytes]:
    """Return the digests by the facts' ids. A part that is cut off is left out."""
    starts = range(0, len(digests) - len(digests) % 40, 40)
    return {int.from_bytes(digests[at : at + 8], "big"): digests[at + 8 : at + 40] for at in starts}


def faults_of_seal(seal: Seal, digests: bytes, before: Seal | None) -> Iterator[Fault]:
    """Yield what is wrong with a seal: its own values, its digests, or its place after the one before."""
    number, previous = (before.number, before.hash) if before else (0, BEGINNING)
    for missing in range(number + 1, seal.number):
        yield Fault(kind=FaultKind.SEAL_MISSING, seal=missing)
    held = unpacked(digests)
    whole = (
        seal.hash == seal.computed
        and seal.contents == _hex(digests)
        and (seal.first, seal.last, seal.count) == (min(held, default=0), max(held, default=0), len(held))
    )
    follows = seal.previous == previous or seal.number != number + 1
    if not whole or not follows or seal.number <= number:
        yield Fault(kind=FaultKind.SEAL_CHANGED, seal=seal.number)


def faults_of_facts(seal: int, held: Mapping[int, bytes], facts: Collection[LedgerFact]) -> Iterator[Fault]:
    """Yield which facts of a seal were changed or removed since, and which were added to them."""
    there = {fact.id: fact for fact in facts}
    for fact_id in sorted(held.keys() | there.keys()):
        fact = there.get(fact_id)
        if fact is None:
            yield Fault(kind=FaultKind.FACT_REMOVED, seal=seal, fact_id=fact_id)
        elif fact_id not in held:
            yield Fault(kind=FaultKind.FACT_ADDED, seal=seal, fact_id=fact_id, fact=fact)
        elif fact.digest != held[fact_id]:
            yield Fault(kind=FaultKind.FACT_CHANGED, seal=seal, fact_id=fact_id, fact=fact)


def _values(seal: Seal) -> dict[str, object]:
    return {one.name: getattr(seal, one.name) for one in fields(Seal)}


def _plain(value: object) -> Part:
    """Return a value of attrs as JSON has it, without empty parts."""
    named = getattr(type(value), "__attrs_attrs__", None)
    if named is not None:
        parts = {one.name: _plain(getattr(value, one.name)) for one in named}
        return {name: part for name, part in parts.items() if part not in (None, "", False, [], {})}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, str | int | float) or value is None:
        return str(value) if isinstance(value, StrEnum) else value
    return _text(value)


def _text(value: object) -> str:
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


_ENCODER = json.JSONEncoder(default=_text, separators=(",", ":"), sort_keys=True)


def _json(value: object) -> bytes:
    return _ENCODER.encode(value).encode()


def _hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
