"""What can be wrong, as codes and parameters: the sentences are the application's (`application/i18n`)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Self

Sentence = Callable[["DomainError", str], str]
"""Makes the sentence of an error in a language (`id`, `en`). Raises `LookupError` when there is none."""

_sentence: Sentence | None = None


def say_errors_with(sentence: Sentence) -> None:
    """Let errors say themselves with these sentences; the package does so when it is imported."""
    global _sentence
    _sentence = sentence


class DomainError(Exception):
    """A rule of the field was broken; `code` names it, `params` fill its sentence.

    An error is a value: what it says is fixed when it is made. `str(error)` is its sentence in English.
    """

    code: str = "error"
    params: Mapping[str, str | int | None]

    def __init__(self, code: str = "", /, **params: str | int | None) -> None:
        self._fix(code=code or self.code, params=MappingProxyType(params))
        super().__init__(self.code, params)

    def text(self, language: str = "en") -> str:
        """What is wrong and what to do, in Indonesian (`id`) or English (`en`)."""
        try:
            return _sentence(self, language) if _sentence else self._bare()
        except LookupError:  # an error of somebody's own, without a sentence in the catalogues
            return self._bare()

    def __str__(self) -> str:
        return self.text()

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("__"):  # Python itself sets __traceback__, __cause__, __notes__
            raise AttributeError(f"an error is a value: {name} cannot be set")
        super().__setattr__(name, value)

    def _fix(self, **values: object) -> None:
        vars(self).update(values)

    def _bare(self) -> str:
        return f"{self.code} {dict(self.params)}" if self.params else self.code


class InvalidValue(DomainError):
    """A value does not have the form of its kind.

    `reason` completes the code (`serial.length`), `typed` is what was written, `suggestion` what was
    probably meant, when that can be told; `more` is what else its sentence says.
    """

    code = "invalid"
    typed: str
    suggestion: str | None

    def __init__(self, reason: str, typed: str, suggestion: str | None = None, **more: str) -> None:
        super().__init__(reason, typed=typed[:64], suggestion=suggestion, **more)
        self._fix(typed=typed, suggestion=suggestion)


class InvalidFields(DomainError):
    """Several values of one request are wrong; `errors` holds each under its field's name."""

    code = "fields.invalid"

    errors: Mapping[str, DomainError]

    def __init__(self, errors: Mapping[str, DomainError]) -> None:
        super().__init__(fields=", ".join(errors))
        self._fix(errors=MappingProxyType(dict(errors)))


class DuplicateOrder(DomainError):
    """A live order already stands under this registration number (and type, by the installation's mode).

    `order_id` is the order that is there.
    """

    code = "order.duplicate"

    number: str
    order_id: int

    def __init__(self, number: str, order_id: int) -> None:
        super().__init__(number=number)
        self._fix(number=number, order_id=order_id)


class ForbiddenMove(DomainError):
    """The order's phase does not allow this step."""

    code = "order.forbidden_move"


class AlreadyTaken(DomainError):
    """Somebody else has the order; `holder` is that person's id, and with `name` the sentence says who it is."""

    code = "order.taken"
    number: str
    holder: int

    def __init__(self, number: str, holder: int, name: str = "") -> None:
        if name:
            super().__init__("order.taken_by", number=number, name=name)
        else:
            super().__init__(number=number)
        self._fix(number=number, holder=holder)

    def named(self, name: str) -> "AlreadyTaken":
        """The same error, which says who has the order."""
        return AlreadyTaken(self.number, self.holder, name)


class NudgedAlready(DomainError):
    """The helpdesk was asked about the order a moment ago; `until` is when it may be asked again."""

    code = "order.nudged"

    until: datetime

    def __init__(self, number: str, until: datetime) -> None:
        super().__init__(number=number)
        self._fix(until=until)


class UndoTooLate(ForbiddenMove):
    """What was done cannot be undone any more: its message left, or something else was done since."""

    code = "undo.too_late"


class ReasonRequired(DomainError):
    """This step needs a reason."""

    code = "reason.required"


class NothingChanged(DomainError):
    """The correction says what is already there."""

    code = "order.nothing_changed"


class NotPermitted(DomainError):
    """This person's role does not allow it."""

    code = "not_permitted"


class AdminDecides(NotPermitted):
    """Whether this person is let in on Telegram is an admin's to decide: they have an account, or are kept out."""

    code = "access.admin_decides"


class KeptOut(DomainError):
    """The approval would let in again somebody who is kept out, and did not say so; `person` is their id."""

    code = "access.kept_out"

    person: int

    def __init__(self, name: str, person: int) -> None:
        super().__init__(name=name)
        self._fix(person=person)


class NotFound(DomainError):
    """There is no such thing, or none this person may see."""

    code = "not_found"

    @classmethod
    def order(cls, number: str) -> Self:
        """The order under this number."""
        return cls(what="order", name=number[:64])


class OrderRemoved(NotFound):
    """The order was deleted: `by` whom, at which `time` and for which `reason`."""

    code = "order.removed"


class AlreadyUsed(DomainError):
    """A name, code, phone number or Telegram account that must be one person's alone is another's.

    With `name` it says whose.
    """

    code = "already_used"

    def __init__(self, **params: str | int | None) -> None:
        super().__init__("already_used.by" if params.get("name") else "", **params)


class InUse(DomainError):
    """What is in use cannot be deleted; `count` says by how many orders."""

    code = "in_use"


class StillBelongs(InUse):
    """Exchanges or people belong to a Site Operation, which therefore cannot be deleted."""

    code = "in_use.site_operation"


class LastOne(InUse):
    """The last active one of its kind has to stay; the code says of which kind (`last_one.admin`)."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"last_one.{kind}", name=name)


class ConcurrencyConflict(DomainError):
    """It changed meanwhile: read it again."""

    code = "conflict"
