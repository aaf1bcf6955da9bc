"""The open questions of a draft: one question about one field, with its buttons."""

import difflib
from collections.abc import Mapping

from attrs import frozen

from sikpro.application.conversation.context import Rows
from sikpro.application.fields import BY_NAME, EXAMPLE, FIELDS
from sikpro.application.i18n import Words
from sikpro.application.ports.chat import Button
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.understand_request import understand_request
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

_BUTTONS_A_ROW = 3
_MOST_CHOICES = 12
_MOST_NEAR = 4


@frozen
class Question:
    """A question to send: its text and its buttons."""

    text: str
    buttons: Rows = ()


@frozen(kw_only=True)
class Asker:
    """Makes the questions about one person's draft: the typed values by field, under the dialogue's token."""

    uow: UnitOfWork
    words: Words
    person: Person
    data: Mapping[str, str]
    token: str

    def about(self, name: str, errors: Mapping[str, DomainError], *, shown: bool = False) -> Question:
        """Return the question about a field: a wrong one with its correction, a missing one with its choices.

        A wrong value also lists the values understood; a missing one does so when `shown`.
        """
        error = errors[name]
        missing = error.code == "field.missing"
        lines = self._missing(name) if missing else self._wrong(name, error)
        understood = self.understood(errors)
        if understood and ORDER not in self.data and (shown or not missing):
            lines.append(self.words("entry.understood", values=" · ".join(understood)))
        return Question("\n".join(lines), self._answers(name) if missing else self._corrections(name, error))

    def again(self, name: str) -> Question:
        """Return the plain question for a field that will be typed again."""
        return Question(self._bare(name), self._answers(name))

    def understood(self, errors: Mapping[str, DomainError]) -> list[str]:
        """Return the valid values in their parsed form, in the paper's order."""
        return [
            one_line(str(field.parse(self.data[field.name])))
            for field in FIELDS
            if field.required and self.data.get(field.name) and field.name not in errors
        ]

    def _missing(self, name: str) -> list[str]:
        lines = [self._bare(name)]
        if not any(self.data.get(field.name) for field in FIELDS if field.name != "technician"):
            lines.append(self.words("entry.at_once", whole=EXAMPLE))
        return lines

    def _bare(self, name: str) -> str:
        return self.words("entry.ask", field=self.words(f"field.{name}"), example=BY_NAME[name].example)

    def _wrong(self, name: str, error: DomainError) -> list[str]:
        words = self.words
        code = "correct.wrong" if ORDER in self.data else "entry.wrong"
        lines = [words(code, field=_inside(words(f"field.{name}")))]
        typed = error.params.get("typed") or ""
        if name == "sto" and len(self._near_stos(error)) > 1:
            lines.append(words("entry.which_sto", typed=typed))
        elif self._suggestion(error):
            lines.append(words("entry.meant", typed=typed, suggestion=self._suggestion(error)))
        else:
            lines.append(words.error(error))
        return lines

    def _suggestion(self, error: DomainError) -> str:
        if error.code.startswith("sto."):
            near = self._near_stos(error)
            return near[0] if len(near) == 1 else ""
        return str(error.params.get("suggestion") or "")

    def _corrections(self, name: str, error: DomainError) -> Rows:
        words = self.words
        again = self._button(words("button.type_again", field=_inside(words(f"field.{name}"))), "t")
        if error.code == "odp.other_sto":
            keep = self._button(words("button.keep_odp"), "c")
            return [self._agreeing(error), [keep], [again]]
        if self._suggestion(error):
            return [[self._button(words("button.yes"), f"v{self._suggestion(error)}"), again]]
        if name == "sto" and self._near_stos(error):
            return [*self._rows(self._near_stos(error)), [again]]
        own = self.person.technician_code
        if error.code == "technician.unknown" and own:
            return [[self._button(words("button.own_code", code=own), f"v{own}"), again]]
        return self._answers(name)

    def _agreeing(self, error: DomainError) -> list[Button]:
        """Return the two ways to make ODP and STO agree: the ODP's STO, or the same ODP under the order's STO."""
        odp, sto = str(error.params["typed"]), str(error.params["sto"])
        _, named, rest = odp.split("-", 2)
        other = f"ODP-{sto}-{rest}"
        stos = [self._button(f"STO {named}", f"s{named}")] if named in self._stos() else []
        return [*stos, self._button(other, f"v{other}")]

    def _choices(self, name: str) -> Rows:
        if name == "type":
            return self._rows([row.code for row in self.uow.catalogue.order_types() if row.active])
        if name == "sto":
            return self._rows(self._likely_stos()[:_MOST_CHOICES])
        return ()

    def _answers(self, name: str) -> Rows:
        skip = [[self._button(self.words("button.skip"), "k")]] if may_be_skipped(name) else []
        return [*self._choices(name), *skip]

    def _rows(self, codes: list[str]) -> list[list[Button]]:
        buttons = [self._button(code, f"v{code}") for code in codes]
        return [buttons[start : start + _BUTTONS_A_ROW] for start in range(0, len(buttons), _BUTTONS_A_ROW)]

    def _button(self, label: str, action: str) -> Button:
        return Button(label, f"d:{self.token}:{action}")

    def _stos(self) -> list[str]:
        return [row.code for row in self.uow.catalogue.stos() if row.active]

    def _odp_sto(self) -> list[str]:
        try:
            named = str(getattr(BY_NAME["odp"].parse(self.data.get("odp", "")), "sto", ""))
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
    wrong = [name for name, error in errors.items() if error.code != "field.missing"]
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
    return {name: InvalidValue("field.missing", "") for name in wanted if not data.get(name)}


def field_errors(uow: UnitOfWork, data: Mapping[str, str]) -> Mapping[str, DomainError]:
    """Return the errors of a draft by field, then the optional questions; empty when it is complete."""
    try:
        understand_request(uow, data)
    except InvalidFields as invalid:
        return invalid.errors
    return _optional_to_ask(data)


def _inside(label: str) -> str:
    """Return a field's name for the middle of a sentence: `tipe order`, while `SN modem` stays."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label
