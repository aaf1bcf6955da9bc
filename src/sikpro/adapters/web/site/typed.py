"""What somebody typed into a form and could not save: it comes back with whatever page answers."""

from collections.abc import Mapping

from attrs import field, frozen

from sikpro.application.fields import FIELDS
from sikpro.application.i18n import Words
from sikpro.domain.errors import DomainError

WRITTEN: Mapping[str, str] = {
    "feedback": "order.feedback",
    "reason": "order.reason",
    "message": "input.message",
    "notice": "notice.text",
} | {one.name: f"field.{one.name}" for one in FIELDS}
"""The entries that are given back on a page of errors, and their labels: only what is no secret stands here."""


@frozen
class Written:
    """A text that was not saved, under its label."""

    label: str
    text: str


def written(values: Mapping[str, str], words: Words, known: Mapping[str, str] | None = None) -> tuple[Written, ...]:
    """The texts of a form that somebody wrote; without those that are `known` to be stored already."""
    known = known or {}
    return tuple(
        Written(words(label), values[name])
        for name, label in WRITTEN.items()
        if values.get(name, "").strip() and values[name] != known.get(name)
    )


@frozen(kw_only=True)
class Typed:
    """What was typed into one of the order's forms and not saved; `form` names it.

    `trouble` says why it was not, `last_event` is the newest journal id that the page had shown.
    """

    form: str = ""
    values: Mapping[str, str] = field(factory=dict[str, str])
    errors: Mapping[str, DomainError] = field(factory=dict[str, DomainError])
    trouble: str = ""
    last_event: int | None = None
    preview: str | None = None

    def of(self, form: str, name: str, otherwise: str = "") -> str:
        """What an entry of a form shall show."""
        return self.values.get(name, otherwise) if self.form == form else otherwise

    def answer(self, name: str) -> str:
        """An entry of the answer to the technician, whichever of its buttons was pressed."""
        return self.values.get(name, "") if self.answers else ""

    @property
    def answers(self) -> bool:
        """Whether it is an answer to the technician; a reopening brings along the one that came too late."""
        return self.form in {"status", "words"} or (self.form == "reopen" and "feedback" in self.values)
