"""The card of a draft: everything that is wrong or missing in it, what was understood, and its buttons."""

import difflib
from collections.abc import Iterable, Mapping

from attrs import frozen

from sikpro.application.conversation.context import Rows
from sikpro.application.conversation.doubts import Doubt, doubts_in, why
from sikpro.application.fields import BY_NAME, EXAMPLE, FIELDS
from sikpro.application.i18n import Words
from sikpro.application.ports.chat import Button
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.typed_values import patterns_of
from sikpro.application.use_cases.orders.understand_request import parsed_field, understand_request
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.people import Person
from sikpro.domain.text import one_line

STEP = "reg"
"""The step of a request that is being entered; a colon and the field of the question follow."""

ORDER = "order_id"
"""In the dialogue's data: the order of the dialogue."""

STEPWISE = "stepwise"
"""In the dialogue's data: set once a value was missing, so the request is entered step by step."""

SKIPPED = "skipped"
"""In the dialogue's data: the optional fields that were skipped, separated by blanks."""

DOUBT = "field.doubt"
"""The code of the error of a doubtful field."""

MISSING = "field.missing"
"""The code of the error of a field without value."""

_SHORT = 6
_MOST_CHOICES = 12
_MOST_NEAR = 4

PRESS_VALUE, PRESS_STO, PRESS_AGAIN, PRESS_SKIP, PRESS_KEEP, PRESS_LEAVE = "=", "s", "?", "-", "!", "x"
"""What a card's button does with its field: take a value, another STO, type again, skip, keep; or leave the draft."""


@frozen
class Question:
    """A question to send: its text and its buttons."""

    text: str
    buttons: Rows = ()


@frozen(kw_only=True)
class Asker:
    """Makes the card of one person's draft: its data, under the dialogue's token."""

    uow: UnitOfWork
    words: Words
    person: Person
    data: Mapping[str, str]
    token: str

    def card(self, errors: Mapping[str, DomainError], *, shown: bool = False) -> Question:
        """Return one card for all that is wrong, or the question for the first missing field.

        It lists the values understood if something is wrong, or when `shown`.
        """
        wrong = [name for name, error in errors.items() if error.code != MISSING]
        missing = [name for name, error in errors.items() if error.code == MISSING]
        if wrong:
            lines = self._wrong(wrong, errors)
            buttons = [row for name in wrong for row in self._corrections(name, errors[name], alone=len(wrong) == 1)]
        else:
            lines, buttons = self._missing(missing[0]), [list(row) for row in self._answers(missing[0])]
        if ORDER not in self.data and (shown or wrong):
            understood = self.understood(errors)
            later = missing if wrong else missing[1:]
            if understood:
                lines.append(self.words("entry.understood", values=" · ".join(understood)))
            if later and understood:
                lines.append(self.words("entry.also_missing", fields=self._names(later)))
        return Question("\n".join(lines), buttons)

    def doubt_lines(self, names: Iterable[str]) -> list[str]:
        """Return what is doubtful, one line for each of these fields, for an answer without buttons."""
        lines = []
        for name in names:
            readings = self._doubt(name).readings
            detail = self._detail(name, InvalidValue(DOUBT, self._doubt(name).written))
            lines.append(detail if len(readings) < 2 else f"{self.words(f'field.{name}')}: {' / '.join(readings)}?")
        return lines

    def again(self, name: str) -> Question:
        """Return the plain question for a field that will be typed again."""
        return Question(self._bare(name), self._answers(name))

    def understood(self, errors: Mapping[str, DomainError]) -> list[str]:
        """Return the valid values in their parsed form, in the paper's order."""
        return [
            one_line(str(parsed_field(self.uow, field.name, self.data)))
            for field in FIELDS
            if field.required and self.data.get(field.name) and field.name not in errors
        ]

    def _names(self, names: list[str]) -> str:
        return ", ".join(_inside(self.words(f"field.{name}")) for name in names)

    def _missing(self, name: str) -> list[str]:
        lines = [self._bare(name)]
        if not any(self.data.get(field.name) for field in FIELDS if field.name != "technician"):
            lines.append(self.words("entry.at_once", whole=EXAMPLE))
        return lines

    def _bare(self, name: str) -> str:
        field, example = self.words(f"field.{name}"), self._example(name)
        return self.words("entry.ask", field=field, example=example) if example else f"{field}?"

    def _example(self, name: str) -> str:
        """Return a field's example; a box's name has the order's own STO."""
        example, sto = BY_NAME[name].example, self.data.get("sto", "")
        return example.replace("-SDA-", f"-{sto}-") if name == "odp" and sto in self._stos() else example

    def _wrong(self, names: list[str], errors: Mapping[str, DomainError]) -> list[str]:
        words = self.words
        kind = "correct" if ORDER in self.data else "entry"
        if len(names) > 1:
            lines = [words(f"{kind}.wrong", field=self._names(names))]
            for name in names:
                detail = self._detail(name, errors[name]) or words("entry.which_of_these")
                lines.append(f"{words(f'field.{name}')}: {detail}" if detail.endswith("?") else detail)
            return lines
        name, detail = names[0], self._detail(names[0], errors[names[0]])
        if not detail:
            return [words(f"{kind}.which", field=words(f"field.{name}"))]
        return [words(f"{kind}.wrong", field=self._names(names)), detail]

    def _detail(self, name: str, error: DomainError) -> str:
        """Return what is wrong with a field, "" when its readings on the buttons say it."""
        words, typed = self.words, str(error.params.get("typed") or "")
        readings = self._readings(name, error)
        if error.code == DOUBT:
            if len(readings) > 1:
                return ""
            if not readings:
                return words.error(why(name, self._doubt(name).written, patterns_of(self.uow)))
        elif name == "sto" and len(readings) > 1:
            return words("entry.which_sto", typed=typed)
        if len(readings) == 1 and error.code != "odp.other_sto":
            return words("entry.meant", typed=typed, suggestion=self._shown(name, readings[0]))
        return words.error(error)

    def _doubt(self, name: str) -> Doubt:
        return doubts_in(self.data).get(name, Doubt("", ()))

    def _readings(self, name: str, error: DomainError) -> list[str]:
        """Return what may be meant by a wrong value."""
        if error.code == DOUBT:
            return list(self._doubt(name).readings)
        if error.code.startswith("sto."):
            return self._near_stos(error)
        several = str(error.params.get("readings") or "")
        suggestion = str(error.params.get("suggestion") or "")
        return several.split(" / ") if several else [suggestion] if suggestion else []

    def _shown(self, name: str, value: str) -> str:
        """Return a value for people: a technician with their name."""
        person = self.uow.people.by_code(value) if name == "technician" else None
        return f"{value} {person.name}" if person else value

    def _corrections(self, name: str, error: DomainError, *, alone: bool) -> list[list[Button]]:
        words, readings = self.words, self._readings(name, error)
        again = self._button(name, words("button.type_again", field=_inside(words(f"field.{name}"))), PRESS_AGAIN)
        if error.code == "odp.other_sto":
            return [self._agreeing(error), [self._button(name, words("button.keep_odp"), PRESS_KEEP)], [again]]
        if len(readings) == 1:
            yes = words("button.yes") if alone else self._shown(name, readings[0])
            return [[self._button(name, yes, PRESS_VALUE + readings[0]), again]]
        if readings:
            return [*self._rows(name, readings), [again]]
        own = self.person.technician_code
        if name == "technician" and own:
            return [[self._button(name, words("button.own_code", code=own), PRESS_VALUE + own), again]]
        return [list(row) for row in self._answers(name)]

    def _agreeing(self, error: DomainError) -> list[Button]:
        """Return the two ways to make ODP and STO agree: the ODP's STO, or the same ODP under the order's STO."""
        odp, sto = str(error.params["typed"]), str(error.params["sto"])
        _, named, rest = odp.split("-", 2)
        other = f"ODP-{sto}-{rest}"
        stos = [self._button("odp", f"STO {named}", PRESS_STO + named)] if named in self._stos() else []
        return [*stos, self._button("odp", other, PRESS_VALUE + other)]

    def _answers(self, name: str) -> Rows:
        choices: list[list[Button]] = []
        if name == "type":
            choices = self._rows(name, [row.code for row in self.uow.catalogue.order_types() if row.active])
        elif name == "sto":
            choices = self._rows(name, self._likely_stos()[:_MOST_CHOICES])
        label = self.words("button.clear" if ORDER in self.data else "button.skip")
        skip = [[self._button(name, label, PRESS_SKIP)]] if may_be_skipped(name) else []
        return [*choices, *skip]

    def _rows(self, name: str, codes: list[str]) -> list[list[Button]]:
        buttons = [self._button(name, self._shown(name, code), PRESS_VALUE + code) for code in codes]
        in_a_row = 3 if all(len(button.label) <= _SHORT for button in buttons) else 2
        return [buttons[start : start + in_a_row] for start in range(0, len(buttons), in_a_row)]

    def _button(self, name: str, label: str, action: str) -> Button:
        return Button(label, f"d:{self.token}:{name}{action}")

    def _stos(self) -> list[str]:
        return [row.code for row in self.uow.catalogue.stos() if row.active]

    def _odp_sto(self) -> list[str]:
        try:
            named = str(getattr(parsed_field(self.uow, "odp", self.data), "sto", ""))
        except InvalidValue:
            return []
        return [named] if named in self._stos() else []

    def _near_stos(self, error: DomainError) -> list[str]:
        """Return the STOs most similar to the typed one, the ODP's STO first."""
        typed, known = one_line(self.data.get("sto", "")).upper(), self._stos()
        near = difflib.get_close_matches(typed, known, n=_MOST_NEAR, cutoff=0.6)
        mended = str(error.params.get("suggestion") or "")
        meant = [mended] if mended and (mended in known or not known) else []
        return list(dict.fromkeys([*self._odp_sto(), *meant, *near]))[:_MOST_NEAR]

    def _likely_stos(self) -> list[str]:
        """Return the ODP's STO, then those of the person's own Site Operation, or all when it has none."""
        rows = [row for row in self.uow.catalogue.stos() if row.active]
        own = [row.code for row in rows if row.site_operation == self.person.site_operation]
        return list(dict.fromkeys([*self._odp_sto(), *(own or [row.code for row in rows])]))


def first_to_ask(errors: Mapping[str, DomainError]) -> str:
    """Return the field to ask for: first wrong ones, then missing ones, in the paper's order."""
    wrong = [name for name, error in errors.items() if error.code != MISSING]
    return (wrong or list(errors))[0]


def may_be_skipped(name: str) -> bool:
    """Whether a field may stay empty."""
    return name in BY_NAME and not BY_NAME[name].required


def _optional_to_ask(data: Mapping[str, str]) -> Mapping[str, DomainError]:
    """Return the optional fields still to ask for in a complete request, as missing; none for a correction."""
    if ORDER in data or not data.get(STEPWISE):
        return {}
    skipped = data.get(SKIPPED, "").split()
    wanted = [field.name for field in FIELDS if field.ask and not field.required and field.name not in skipped]
    return {name: InvalidValue(MISSING, "") for name in wanted if not data.get(name)}


def field_errors(uow: UnitOfWork, data: Mapping[str, str]) -> Mapping[str, DomainError]:
    """Return the errors and doubts of a draft by field, then the optional questions; empty when it is complete."""
    errors: dict[str, DomainError] = {}
    try:
        understand_request(uow, data)
    except InvalidFields as invalid:
        errors |= invalid.errors
    errors |= {name: InvalidValue(DOUBT, doubt.written) for name, doubt in doubts_in(data).items()}
    if errors:
        return {field.name: errors[field.name] for field in FIELDS if field.name in errors}
    return _optional_to_ask(data)


def _inside(label: str) -> str:
    """Return a field's name for the middle of a sentence: `tipe order`, while `SN modem` stays."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label
