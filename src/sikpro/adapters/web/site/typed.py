"""Typed text that could not be saved: every error page returns it."""

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
    "day_note": "note.text",
    "remark": "remark.title",
} | {one.name: f"field.{one.name}" for one in FIELDS}
"""The entries that an error page returns, with their labels: never add a secret."""


@frozen
class Written:
    """A text that was not saved, with its label."""

    label: str
    text: str


def written(values: Mapping[str, str], words: Words, known: Mapping[str, str] | None = None) -> tuple[Written, ...]:
    """Return the typed texts of a form, without those that are saved already (`known`)."""
    known = known or {}
    return tuple(
        Written(words(label), values[name])
        for name, label in WRITTEN.items()
        if values.get(name, "").strip() and values[name] != known.get(name)
    )


@frozen(kw_only=True)
class Typed:
    """The unsaved entries of one of the order's forms; `form` names it.

    `trouble` is the reason, `last_event` the newest journal id that the page had shown. `unchosen`: an answer had no
    status.
    """

    form: str = ""
    values: Mapping[str, str] = field(factory=dict[str, str])
    errors: Mapping[str, DomainError] = field(factory=dict[str, DomainError])
    trouble: str = ""
    last_event: int | None = None
    preview: str | None = None
    unchosen: bool = False

    def of(self, form: str, name: str, otherwise: str = "") -> str:
        """Return the text to show in an entry of a form."""
        return self.values.get(name, otherwise) if self.form == form else otherwise

    def answer(self, name: str) -> str:
        """Return an entry of the answer to the technician, for any of its buttons."""
        return self.values.get(name, "") if self.answers else ""

    @property
    def answers(self) -> bool:
        """Return whether it is an answer to the technician; a reopening includes the answer that came too late."""
        return self.form in {"status", "words"} or (self.form == "reopen" and "feedback" in self.values)
