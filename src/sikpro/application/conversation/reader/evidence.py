"""Collects what a message says about each field: the candidates, each with its evidence."""

import re
from collections.abc import Callable, Iterator, Sequence

from attrs import define, evolve, field, frozen

from sikpro.application.conversation.reader.dictionary import (
    ABSENT,
    CHOOSING,
    CONDITIONAL,
    DISMISSING,
    EITHER,
    Label,
    Role,
)
from sikpro.application.conversation.reader.forms import ODP_PART, is_name, is_upstream, serial_of
from sikpro.application.conversation.reader.items import Evidence, Item, LabelText, Separator, Value, Word
from sikpro.application.conversation.reader.known import Known
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import codes_near, compact

_WORDS = re.compile(r"[A-Z→]+")
_STO = re.compile("[A-Z]{3}")
_FROM = frozenset(["DARI", "FROM", "SOKO", "SEKO", "SAKA", "TEKO"])
"""Where something came from. Alone in a message it may be the value: the cable comes *dari* the box."""
_WORDY = {Role.TEXT, Role.NOTE, Role.UNKNOWN}
_ONLY_OFFERED = {"type", "registration_number", "serial", "sto", "odp"}
_NO_WORDS = {"SERIAL": frozenset({"ONT", "MODEM", "ONU"})}

PART_OF_ODP = "?"
"""Before a reading of a box's name that lacks `ODP` and its STO: the order's STO completes it."""


@frozen
class Candidate:
    """A text for a field. `value` is "" where it is none as it stands; `readings` are what may have been meant."""

    field: str
    value: str
    evidence: Evidence
    readings: tuple[str, ...]
    places: frozenset[int]
    """Which items it takes."""
    text: str
    """The text as it is in the message."""


@define
class Collector:
    """Goes through the items of one order once, under the label that governs each."""

    items: Sequence[Item]
    text: str
    known: Known
    candidates: list[Candidate] = field(factory=list[Candidate])
    used: set[int] = field(factory=set[int])
    """The items that are no note: our labels, and a technician's name beside the code."""
    texts: dict[str, list[int]] = field(factory=dict[str, list[int]])
    """The items behind the labels of the order's other fields."""

    left: list[tuple[Value, int]] = field(factory=list[tuple[Value, int]])
    """What a word like *dari* dismissed."""
    labelled: dict[int, tuple[str, Evidence]] = field(factory=dict[int, tuple[str, Evidence]])
    """The fields of the values behind labels, by the place where the value ends."""

    def collect(self) -> None:
        """Find the candidates."""
        label: LabelText | None = None
        for place, item in enumerate(self.items):
            if isinstance(item, Separator):
                label = self._after(item, place, label)
            elif isinstance(item, LabelText):
                if label and label.label.role in _WORDY and not item.colon:
                    continue
                label = item
                if item.label.role in {Role.OURS, Role.NEW, Role.LIST, Role.NOTE, Role.FIELD}:
                    self.used.add(place)
            elif label is None:
                self._free(place)
            else:
                label = self._governed(label, place)
        self._by_place()
        self._boxes_without_sto()
        for value, _ in self.left:
            if value.value and all(one.field != value.field for one in self.candidates):
                made = Candidate(value.field, "", value.evidence, value.readings, frozenset[int](), value.text)
                self.candidates.append(made)

    def _boxes_without_sto(self) -> None:
        """A cabinet and its number alone between separators is a box of the order's STO, if there is no other box."""
        for place, item in enumerate(self.items):
            part = ODP_PART.match(self.text, item.start) if isinstance(item, Word) else None
            if part is None or any(one.field == "odp" for one in self.candidates):
                continue
            last = max(other for other in range(place, len(self.items)) if self.items[other].start < part.end())
            around = (*self.items[max(place - 1, 0) : place], *self.items[last + 1 : last + 2])
            if all(isinstance(one, Separator) for one in around):
                readings = (PART_OF_ODP + compact(part[0], " "),)
                self._take(place, "odp", "", Evidence.RESEMBLES, readings, last=last)

    def _by_place(self) -> None:
        """A lone word between separators, at the place of a type or an STO that nothing else is, was meant for it."""
        for place, item in enumerate(self.items):
            around = (self.items[place - 1] if place else None, *self.items[place + 1 : place + 2])
            if not isinstance(item, Word) or any(isinstance(one, Word | LabelText) for one in around):
                continue
            before = max((other for other in self._places_of_values() if other < place), default=None)
            after = min((other for other in self._places_of_values() if other > place), default=None)
            name = _BETWEEN.get((_field(self.items[before]) if before is not None else "", _next(self.items, after)))
            if name and all(one.field != name or one.evidence is Evidence.HINT for one in self.candidates):
                self._meant_by_place(place, name)

    def _meant_by_place(self, place: int, name: str) -> None:
        code = compact(self.items[place].text)
        near = codes_near(code, self.known.stos if name == "sto" else self.known.types)
        if near:
            self._take(place, name, "", Evidence.RESEMBLES, near)
        elif name == "sto" and not self.known.stos and _STO.fullmatch(code):
            self._take(place, name, code, Evidence.FORM)

    def _places_of_values(self) -> list[int]:
        return [place for place, item in enumerate(self.items) if isinstance(item, Value)]

    def _after(self, separator: Separator, place: int, label: LabelText | None) -> LabelText | None:
        """Return the label that still governs behind a separator."""
        if label is None:
            return None
        if separator.text == "\n":
            return label if label.colon and self._value_on_next_line(label, place) else None
        whole_line = label.label.role in {*_WORDY, Role.LIST}
        return label if whole_line and separator.text in ",/" else None

    def _value_on_next_line(self, label: LabelText, place: int) -> bool:
        if self.items[place - 1] is not label or label.label.role not in {Role.OURS, Role.NEW, Role.OTHER}:
            return False
        following = next((item for item in self.items[place + 1 :] if not isinstance(item, Separator)), None)
        return isinstance(following, Value) and following.field == label.label.field

    def _governed(self, label: LabelText, place: int) -> LabelText | None:
        """Read an item behind a label, and return the label if it still governs what follows."""
        item, role = self.items[place], label.label.role
        if role is Role.LIST:
            self._listed(label, place)
            return label
        if role is Role.FIELD:
            self.texts.setdefault(label.label.field, []).append(place)
            self.used.add(place)
            return label
        if role in _WORDY:
            self._perhaps_meant(role, place, label.label.field)
            return label
        if role is Role.ID:
            self._perhaps_meant(role, place)
            following = self.items[place + 1] if place + 1 < len(self.items) else None
            grouped = isinstance(following, Word | Value) and re.fullmatch("[0-9-]+", following.text)
            return label if grouped and re.fullmatch("[+0-9-]+", item.text) else None
        if role is Role.OTHER:
            return None if isinstance(item, Value) or any(map(str.isdigit, item.text)) else label
        evidence = Evidence.CHOSEN if role is Role.NEW else Evidence.LABEL
        if label.colon and isinstance(item, Word) and item.text.upper() in ABSENT:
            return None
        return _OURS[label.label.field](self, label, place, evidence)

    def _listed(self, label: LabelText, place: int) -> None:
        """Read a value behind several labels: by its form, and behind `ODP/PORT` a number after the box is the port."""
        item = self.items[place]
        ported = "PORT" in label.text.upper()
        box = item.value if isinstance(item, Value) and item.field == "odp" and ported else ""
        boxed = re.fullmatch(r"(.+-[0-9]+)/([0-9]{1,2})", box)
        if boxed and isinstance(item, Value):
            self._add(evolve(item, value=boxed[1], evidence=Evidence.LABEL), place)
            self._take(place, "port", str(int(boxed[2])), Evidence.LABEL)
        elif ported and re.fullmatch("[0-9]{1,2}", item.text) and any(one.field == "odp" for one in self.candidates):
            self._take(place, "port", str(int(item.text)), Evidence.LABEL)
        else:
            self._free(place)

    def _perhaps_meant(self, role: Role, place: int, field_named: str = "") -> None:
        """A value of ours behind another label is asked about if nothing else is there for its field."""
        item = self.items[place]
        if not isinstance(item, Value) or not item.value:
            return
        if item.field == "technician" == field_named:
            self._add(item, place, keeps=False)
        elif item.field == "technician" or (role is Role.UNKNOWN and item.field in _ONLY_OFFERED):
            self._add(evolve(item, value="", evidence=Evidence.RESEMBLES, readings=(item.value,)), place, keeps=False)

    # ---- behind a label of ours

    def _number(self, label: LabelText, place: int, evidence: Evidence) -> LabelText | None:
        item = self.items[place]
        code = compact(item.text)
        if isinstance(item, Value) and item.field == "registration_number" and item.evidence is not Evidence.HINT:
            self._add(evolve(item, evidence=evidence), place)
            return None
        patterns = self.known.patterns
        named = set(_WORDS.findall(label.text.upper())) & set(patterns.number_prefixes)
        completed = patterns.completed(code, named)
        if completed:
            value = completed[0] if len(completed) == 1 else ""
            self._take(place, "registration_number", value, evidence, () if value else completed)
            return None
        self._free(place)
        return label

    def _serial(self, label: LabelText, place: int, evidence: Evidence) -> LabelText | None:
        item = self.items[place]
        for last, text in self._windows(place, 4):
            value = serial_of(text)
            if value:
                self._take(place, "serial", value, evidence, last=last)
                return None
        if isinstance(item, Value):
            if item.field == "serial":
                self._add(evolve(item, evidence=evidence), place)
                return None
            if item.field != "registration_number":
                self._free(place)
                return label
        if not any(map(str.isdigit, item.text)) and not label.colon:
            return label
        later = (self.items[other] for other in self._part(place))
        if compact(item.text) in {"ONT", "MODEM", "ONU", "SN"} or any(_field(one) == "serial" for one in later):
            return label
        self._take(place, "serial", "", evidence)
        return None

    def _odp(self, label: LabelText, place: int, evidence: Evidence) -> LabelText | None:
        item = self.items[place]
        part = ODP_PART.match(self.text, item.start)
        if part and not isinstance(item, Value):
            last = max(other for other in range(place, len(self.items)) if self.items[other].start < part.end())
            self._take(place, "odp", "", evidence, (PART_OF_ODP + compact(part[0], " "),), last=last)
            return None
        if isinstance(item, Value) and item.field == "odp":
            self._add(evolve(item, evidence=evidence), place)
            return None
        for last, text in self._windows(place, 3):
            box = self._box(text)
            if box:
                self._take(place, "odp", box, evidence, last=last)
                return None
        if isinstance(item, Value):
            self._free(place)
            return None
        if any(map(str.isdigit, item.text)) and label.colon:
            self._take(place, "odp", "", evidence)
            return None
        return label

    def _box(self, text: str) -> str:
        """Return the box whose STO and name stand behind a label, "" when there is none: `ODP : SDA-003`."""
        if not re.match("[A-Za-z]{3}[ -]", text):
            return ""
        try:
            box = self.known.box(f"{self.known.patterns.box_prefixes[0]}-{text}")
        except InvalidValue:
            return ""
        return box.value if not self.known.stos or box.sto in self.known.stos else ""

    def _port(self, label: LabelText, place: int, evidence: Evidence) -> LabelText | None:
        item = self.items[place]
        goes_on = re.match(" ?/ ?[0-9]", self.text[item.end : item.end + 3])
        if re.fullmatch("[0-9]{1,2}", item.text) and not goes_on and not is_upstream(self.text, item.start):
            self._take(place, "port", str(int(self.items[place].text)), evidence)
        return None

    def _code(self, label: LabelText, place: int, evidence: Evidence) -> LabelText | None:
        """A code of a catalogue: type or STO."""
        item, name = self.items[place], label.label.field
        if isinstance(item, Value) and item.field == name:
            self._add(evolve(item, evidence=evidence), place)
            return None
        if isinstance(item, Value) and item.field != "technician":
            self._free(place)
            return None
        if not label.colon or compact(item.text) in {"ORDER", "BARU"}:
            return label
        code = compact(item.text)
        if name == "sto" and not self.known.stos and _STO.fullmatch(code):
            self._take(place, name, code, evidence)
            return None
        near = codes_near(code, self.known.stos if name == "sto" else self.known.types)
        self._take(place, name, "", evidence, near)
        return None

    def _technician(self, label: LabelText, place: int, evidence: Evidence) -> LabelText | None:
        """A registered code anywhere behind the label; a code or a name that nobody has is asked about."""
        item, part = self.items[place], list(self._part(place))
        words = {other for other in part if isinstance(self.items[other], Word)}
        for other in part:
            value = self.items[other]
            if isinstance(value, Value) and value.field == "technician" and value.value:
                self.used |= words if label.colon else {word for word in words if word < other}
                self._add(evolve(value, evidence=evidence), other)
                return None
        if not any(map(str.isalnum, item.text)):
            return label
        if isinstance(item, Value) and item.field not in {"technician", "registration_number"}:
            self._free(place)
            return None
        coded = next((other for other in part if any(map(str.isdigit, self.items[other].text))), place)
        code = compact(self.items[coded].text)
        named_nik = label.text.upper().strip() == "NIK"
        named = is_name(self.text, item.start)
        if named_nik or not (label.colon or named or any(map(str.isdigit, code))):
            self.used.discard(self.items.index(label))
            return None
        near = self.known.near(code)
        self.used |= words
        self._take(coded, "technician", "", evidence, near)
        return None

    def _part(self, place: int) -> Iterator[int]:
        """Yield the places from here to the next label or separator (a `/` separates a name from its code)."""
        for other in range(place, len(self.items)):
            item = self.items[other]
            if isinstance(item, LabelText) or (isinstance(item, Separator) and item.text != "/"):
                return
            if not isinstance(item, Separator):
                yield other

    def _windows(self, place: int, most: int) -> Iterator[tuple[int, str]]:
        """Yield the text of one to `most` items from here on, each with the place of its last."""
        for last in range(place, min(place + most, len(self.items))):
            if isinstance(self.items[last], LabelText | Separator):
                return
            yield last, self.text[self.items[place].start : self.items[last].end]

    # ---- without a label

    def _free(self, place: int) -> None:
        item = self.items[place]
        if not isinstance(item, Value):
            return
        amid = self._amid_words(place)
        if item.field == "type" and item.text.upper() != item.value:  # called by its name, which stays in the note
            doubtful = evolve(item, value="", evidence=Evidence.RESEMBLES, readings=(item.value,))
            self._add(item if self._is_alone(place) else doubtful, place, keeps=False)
        elif item.field in {"sto", "type"} and amid:
            self._add(evolve(item, value="", evidence=Evidence.HINT), place, keeps=False)
        elif item.evidence is Evidence.HINT and item.field == "registration_number" and amid:
            return
        else:
            self._add(item, place)

    def _is_alone(self, place: int) -> bool:
        around = (*self.items[max(place - 1, 0) : place], *self.items[place + 1 : place + 2])
        return not any(isinstance(one, Word) for one in around)

    def _amid_words(self, place: int) -> bool:
        """Whether words stand on both sides, or before it to the start of a sentence."""
        before = self.items[place - 1] if place else None
        after = self.items[place + 1] if place + 1 < len(self.items) else None
        if not isinstance(before, Word) or set(_WORDS.findall(before.text.upper())) & CHOOSING:
            return False
        if isinstance(after, Word):
            return after.text != "→"
        ends = after is None or isinstance(after, Separator)
        return (
            ends
            and len(self._words_before(place)) >= 2
            and self.items[place].text != ""
            and _field(self.items[place]) == "sto"
        )

    def _beside_labelled(self, name: str, place: int) -> Evidence:
        """Return the evidence of a labelled value of the same field right before: `SN: … / …` has two candidates."""
        for before in range(place - 1, -1, -1):
            item = self.items[before]
            if before in self.labelled:
                found, evidence = self.labelled[before]
                return evidence if found == name else Evidence.HINT
            either = isinstance(item, Word) and item.text.upper() in EITHER
            if not either and not (isinstance(item, Separator) and item.text in "/,;|"):
                return Evidence.HINT
        return Evidence.HINT

    def _words_before(self, place: int) -> list[str]:
        """Return the words between the value before and this place, the nearest first."""
        words: list[str] = []
        for item in reversed(self.items[:place]):
            if isinstance(item, Value) or (isinstance(item, Separator) and item.text != "/"):
                break
            if isinstance(item, Word | LabelText):
                words += reversed(_WORDS.findall(item.text.upper()))
        return words

    # ---- candidates

    def _take(
        self,
        place: int,
        name: str,
        value: str,
        evidence: Evidence,
        readings: tuple[str, ...] = (),
        last: int | None = None,
    ) -> None:
        item = self.items[place]
        made = Value(item.start, item.end, item.text, name, value, evidence, readings)
        self._add(made, place, last=last)

    def _add(self, value: Value, place: int, *, last: int | None = None, keeps: bool = True) -> None:
        """Add a candidate, unless a word before it dismisses it. `keeps` says that its text is no note."""
        before = self._words_before(place)
        choosing = next((word for word in before if word in CHOOSING | DISMISSING), "")
        if CONDITIONAL.intersection(before):
            choosing = ""
        if choosing in DISMISSING:
            if choosing in _FROM:
                self.left.append((evolve(value, evidence=Evidence.RESEMBLES, readings=(value.value,)), place))
            return
        evidence = max(value.evidence, self._beside_labelled(value.field, place))
        if choosing and evidence >= Evidence.FORM:
            evidence = Evidence.CHOSEN
        end = place if last is None else last
        places = frozenset(range(place, end + 1)) if keeps else frozenset[int]()
        if evidence >= Evidence.LABEL:
            self.labelled[end] = (value.field, evidence)
        text = self.text[value.start : max(value.end, self.items[end].end)]
        self.candidates.append(Candidate(value.field, value.value, evidence, value.readings, places, text))


_Read = Callable[[Collector, LabelText, int, Evidence], LabelText | None]

_OURS: dict[str, _Read] = {
    "type": Collector._code,
    "registration_number": Collector._number,
    "serial": Collector._serial,
    "sto": Collector._code,
    "odp": Collector._odp,
    "port": Collector._port,
    "technician": Collector._technician,
}


_BETWEEN = {("", "registration_number"): "type", ("serial", "odp"): "sto"}
"""Which field stands between two others in the usual order."""


def _next(items: Sequence[Item], place: int | None) -> str:
    return _field(items[place]) if place is not None else ""


def _field(item: Item) -> str:
    return item.field if isinstance(item, Value) else ""


def collected(items: Sequence[Item], text: str, known: Known) -> Collector:
    """Return the candidates of these items."""
    collector = Collector(items, text, known)
    collector.collect()
    return collector


__all__ = ["PART_OF_ODP", "Candidate", "Collector", "Label", "collected"]
