"""Errors as codes and parameters. The application has the sentences (`application/i18n`)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Self

Sentence = Callable[["DomainError", str], str]
"""Returns the sentence of an error in a language (`id`, `en`). Raises `LookupError` when there is none."""

_sentence: Sentence | None = None


def say_errors_with(sentence: Sentence) -> None:
    """Set the function for the sentences of errors. The package calls it on import."""
    global _sentence
    _sentence = sentence


class DomainError(Exception):
    """A broken rule of the domain; `code` names the rule, `params` fill its sentence.

    An error is an immutable value: what was set once stays. `str(error)` is its sentence in English. A subclass may
    set attributes of its own, once each. Errors can be copied and pickled.
    """

    code: str = "error"
    params: Mapping[str, str | int | None]

    def __init__(self, code: str = "", /, **params: str | int | None) -> None:
        self._fix(code=code or self.code, params=MappingProxyType(params))
        super().__init__(self.code, dict(params))

    def text(self, language: str = "en") -> str:
        """Return what is wrong and what to do, in Indonesian (`id`) or English (`en`)."""
        try:
            return _sentence(self, language) if _sentence else self._bare()
        except LookupError:  # a program's own error, without a sentence in the catalogues
            return self._bare()

    def __str__(self) -> str:
        return self.text()

    def __setattr__(self, name: str, value: object) -> None:
        if name in vars(self) or name == "args":
            raise AttributeError(f"an error is a value: {name} cannot be changed")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an error is a value: {name} cannot be deleted")

    def __reduce__(self) -> tuple[object, ...]:
        values = {name: dict(one) if isinstance(one, MappingProxyType) else one for name, one in vars(self).items()}
        return _rebuilt, (type(self), self.args, values)

    def _fix(self, **values: object) -> None:
        vars(self).update(values)

    def _bare(self) -> str:
        return f"{self.code} {dict(self.params)}" if self.params else self.code


def _rebuilt(kind: type[DomainError], args: tuple[object, ...], values: Mapping[str, object]) -> DomainError:
    """Return a copy of an error, for `copy` and `pickle`."""
    error = kind.__new__(kind, *args)
    error._fix(**{name: MappingProxyType(one) if isinstance(one, dict) else one for name, one in values.items()})
    return error


class InvalidValue(DomainError):
    """A value does not have the form of its kind.

    `reason` is the code (`serial.length`), `typed` the input, `suggestion` the probable meaning if there is one; `more`
    has further parameters for the sentence.
    """

    code = "invalid"
    typed: str
    suggestion: str | None

    def __init__(self, reason: str, typed: str, suggestion: str | None = None, **more: str) -> None:
        super().__init__(reason, typed=typed[:64], suggestion=suggestion, **more)
        self._fix(typed=typed, suggestion=suggestion)


class InvalidFields(DomainError):
    """Several values of one request are wrong; `errors` has each under its field's name, `fields` their sentences."""

    code = "fields.invalid"

    errors: Mapping[str, DomainError]

    def __init__(self, errors: Mapping[str, DomainError]) -> None:
        super().__init__(fields=", ".join(errors))
        self._fix(errors=MappingProxyType(dict(errors)))

    @property
    def fields(self) -> Mapping[str, str]:
        """What is wrong with each field, in English; `errors[name].text("id")` says it in Indonesian."""
        return {name: error.text() for name, error in self.errors.items()}

    def text(self, language: str = "en") -> str:
        """Return a sentence that names the fields, and one line for each with what is wrong with it."""
        lines = (f"{name}: {error.text(language)}" for name, error in self.errors.items())
        return "\n".join((super().text(language), *lines))


class DuplicateOrder(DomainError):
    """Another order holds this registration number (with the type, depending on the installation's mode).

    `order_id` is the existing order.
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


class OrderArchived(ForbiddenMove):
    """The order is in the archive `file` of a `year`: nothing changes it any more."""

    code = "order.archived"


class TooManyClaims(DomainError):
    """The person has as many orders as the installation allows; `most` is how many."""

    code = "order.too_many_claims"

    def __init__(self, most: int) -> None:
        super().__init__(most=most)


class AlreadyTaken(DomainError):
    """Somebody else has the order; `holder` is that person's id. With `name`, the sentence names the person."""

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
        """Return the same error with the holder's name in its sentence."""
        return AlreadyTaken(self.number, self.holder, name)


class NudgedAlready(DomainError):
    """The helpdesk was nudged about the order a moment ago; `until` is when the next nudge is possible."""

    code = "order.nudged"

    until: datetime

    def __init__(self, number: str, until: datetime) -> None:
        super().__init__(number=number)
        self._fix(until=until)


class UndoTooLate(ForbiddenMove):
    """The step can no longer be undone: its message was sent, something else was done since, or the time is over."""

    code = "undo.too_late"


class ReasonRequired(DomainError):
    """This step needs a reason."""

    code = "reason.required"


class NothingChanged(DomainError):
    """The correction changes nothing."""

    code = "order.nothing_changed"


class NotPermitted(DomainError):
    """This person's role does not allow it; `permission` in `params` is what it lacks.

    With `who` and `role`, the sentence names the person.
    """

    code = "not_permitted"

    def named(self, who: str, role: str) -> Self:
        """Return the same error with the person in its sentence."""
        return type(self)(self.code, **{**self.params, "who": who, "role": role})


class AdminDecides(NotPermitted):
    """Only an admin may decide about this person's access on Telegram: they have an account or are deactivated."""

    code = "access.admin_decides"


class KeptOut(DomainError):
    """The approval would reactivate a deactivated person without confirmation; `person` is their id."""

    code = "access.kept_out"

    person: int

    def __init__(self, name: str, person: int) -> None:
        super().__init__(name=name)
        self._fix(person=person)


class NotFound(DomainError):
    """It does not exist, or this person may not view it."""

    code = "not_found"

    @classmethod
    def order(cls, number: str) -> Self:
        """Return the error for the order under this number."""
        return cls(what="order", name=number[:64])


class OrderRemoved(NotFound):
    """The order was deleted: `by` whom, at what `time` and for what `reason`."""

    code = "order.removed"


class AlreadyUsed(DomainError):
    """A name, code, phone number or Telegram account must be unique, and belongs to somebody else.

    With `name`, the sentence names the owner.
    """

    code = "already_used"

    def __init__(self, **params: str | int | None) -> None:
        super().__init__("already_used.by" if params.get("name") else "", **params)


class InUse(DomainError):
    """It is in use and cannot be deleted; `count` is the number of orders."""

    code = "in_use"


class StillBelongs(InUse):
    """A Site Operation with STOs or people cannot be deleted."""

    code = "in_use.site_operation"


class StillUsed(InUse):
    """A row that a table wrote cannot be taken back: something else touched it since, or needs it."""

    code = "taken_back.touched"


class LastOne(InUse):
    """The last active one of its kind must stay; the code names the kind (`last_one.admin`)."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"last_one.{kind}", name=name)


class ConcurrencyConflict(DomainError):
    """It changed meanwhile: read it again."""

    code = "conflict"
