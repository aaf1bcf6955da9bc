"""Decides for each field: certain, or asked about with the likely readings; everything else is the note."""

from collections.abc import Iterable, Sequence

from attrs import field, frozen

from sikpro.application.conversation.reader.clean_text import CleanText
from sikpro.application.conversation.reader.evidence import PART_OF_ODP, Candidate, Collector
from sikpro.application.conversation.reader.items import Evidence, Item, Separator
from sikpro.domain.text import one_line

ORDER_FIELDS = ("type", "registration_number", "serial", "sto", "odp")
"""The fields that are asked for when a message has nothing for them. The technician is then the sender."""

_FIELDS = (*ORDER_FIELDS, "technician", "port")
_ENOUGH = 3
SURELY = 4
"""So many values with the number are an order of its own."""


@frozen
class OrderReading:
    """What a message says about one order.

    `certain` has the fields that a careful colleague would not doubt, in stored form. `doubts` has the readings to
    offer for each doubtful field, none where only typing again helps; `written` has what was written for it. `missing`
    names the fields that nothing was said about; `rest` is everything else, as it was typed. `evidence` says how sure
    each field is.
    """

    certain: dict[str, str]
    doubts: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    rest: str
    written: dict[str, str] = field(factory=dict[str, str])
    evidence: dict[str, Evidence] = field(factory=dict[str, Evidence])

    @property
    def is_certain(self) -> bool:
        """Whether it can be stored without a question."""
        return not self.doubts and not self.missing

    @property
    def values(self) -> int:
        """The number of the order's fields that it says something about."""
        return sum(name in self.certain or name in self.doubts for name in (*ORDER_FIELDS, "technician"))

    @property
    def is_request(self) -> bool:
        """Whether it is meant as an order even without the command."""
        return self.values >= _ENOUGH or (self.values == _ENOUGH - 1 and "registration_number" in self.certain)

    @property
    def is_whole(self) -> bool:
        """Whether it is an order of its own, whatever was said before it."""
        return self.values >= SURELY and "registration_number" in self.certain


def decide(collector: Collector, clean: CleanText) -> OrderReading:
    """Return the decision on what was collected."""
    certain: dict[str, str] = {}
    doubts: dict[str, tuple[str, ...]] = {}
    written: dict[str, str] = {}
    evidence: dict[str, Evidence] = {}
    used = set(collector.used)
    for name in _FIELDS:
        best = _best([one for one in collector.candidates if one.field == name])
        if not best:
            continue
        values = list(dict.fromkeys(one.value for one in best))
        evidence[name] = best[0].evidence
        if best[0].evidence >= Evidence.FORM and len(values) == 1 and values[0]:
            certain[name] = values[0]
            used |= _places(one for one in collector.candidates if one.field == name and one.value == values[0])
        else:
            doubts[name] = tuple(
                dict.fromkeys([*filter(None, values), *(text for one in best for text in one.readings)])
            )
            written[name] = one_line(best[0].text)
            used |= _places(best)
    if "odp" in doubts:
        doubts["odp"] = tuple(_whole_odp(doubts["odp"], certain.get("sto", "")))
    for name, places in collector.texts.items():
        certain[name] = clean.as_typed(collector.items[places[0]].start, collector.items[places[-1]].end)
        evidence[name] = Evidence.LABEL
    missing = tuple(name for name in ORDER_FIELDS if name not in certain and name not in doubts)
    return OrderReading(certain, doubts, missing, _note(collector.items, used, clean), written, evidence)


def _best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates with the best evidence. Several hints are none: nobody can say which is meant."""
    if not candidates:
        return []
    top = max(one.evidence for one in candidates)
    best = [one for one in candidates if one.evidence is top]
    if top is Evidence.HINT and (
        best[0].field in {"type", "sto"} or (best[0].field == "registration_number" and len(best) > 1)
    ):
        return []
    return best


def _places(candidates: Iterable[Candidate]) -> set[int]:
    return {place for one in candidates for place in one.places}


def _whole_odp(readings: tuple[str, ...], sto: str) -> list[str]:
    whole = [
        one if not one.startswith(PART_OF_ODP) else f"ODP-{sto}-{one.removeprefix(PART_OF_ODP)}" for one in readings
    ]
    return [one for one in whole if "--" not in one]


def _note(items: Sequence[Item], used: set[int], clean: CleanText) -> str:
    """Return the text beside the values, as it was typed: neighbours together, one line for each run."""
    runs: list[list[Item]] = [[]]
    for place, item in enumerate(items):
        if place in used or (isinstance(item, Separator) and item.text == "\n"):
            runs.append([])
        elif not isinstance(item, Separator) or runs[-1]:
            runs[-1].append(item)
    lines = []
    for run in runs:
        while run and isinstance(run[-1], Separator):
            run.pop()
        if run:
            lines.append(clean.as_typed(run[0].start, run[-1].end))
    return "\n".join(lines)
