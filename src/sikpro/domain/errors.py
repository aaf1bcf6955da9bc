"""What can be wrong, as codes and parameters: the sentences are the application's (`application/i18n`)."""

from datetime import datetime
from typing import Self


class DomainError(Exception):
    """A rule of the field was broken; `code` names it, `params` fill its sentence."""

    code: str = "error"

    def __init__(self, **params: str | int | None) -> None:
        super().__init__(self.code, params)
        self.params: dict[str, str | int | None] = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class InvalidValue(DomainError):
    """A value is not of its kind's shape.

    `reason` completes the code (`serial.length`), `typed` is what was written, `suggestion` what was
    probably meant, when that can be told; `more` is what else its sentence says.
    """

    code = "invalid"

    def __init__(self, reason: str, typed: str, suggestion: str | None = None, **more: str) -> None:
        super().__init__(typed=typed[:64], suggestion=suggestion, **more)
        self.code = reason
        self.typed = typed
        self.suggestion = suggestion


class InvalidFields(DomainError):
    """Several values of one request are wrong; `errors` holds each under its field's name."""

    code = "fields.invalid"

    def __init__(self, errors: dict[str, DomainError]) -> None:
        super().__init__(fields=", ".join(errors))
        self.errors = errors


class DuplicateOrder(DomainError):
    """A live order already stands under this registration number (and type, by the installation's mode).

    `order_id` is the order that is there.
    """

    code = "order.duplicate"

    def __init__(self, number: str, order_id: int) -> None:
        super().__init__(number=number)
        self.number = number
        self.order_id = order_id


class ForbiddenMove(DomainError):
    """The order's phase does not allow this step."""

    code = "order.forbidden_move"


class AlreadyTaken(DomainError):
    """Somebody else has the order; `holder` is that person's id."""

    code = "order.taken"

    def __init__(self, number: str, holder: int) -> None:
        super().__init__(number=number)
        self.holder = holder

    def by(self, name: str) -> None:
        """Say who has it."""
        self.params["name"] = name
        self.code = "order.taken_by"


class NudgedAlready(DomainError):
    """The helpdesk was asked about the order a moment ago; `until` is when it may be asked again."""

    code = "order.nudged"

    def __init__(self, number: str, until: datetime) -> None:
        super().__init__(number=number)
        self.until = until


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

    def __init__(self, name: str, person: int) -> None:
        super().__init__(name=name)
        self.person = person


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
        super().__init__(**params)
        if params.get("name"):
            self.code = "already_used.by"


class InUse(DomainError):
    """What is in use cannot be deleted; `count` says by how many orders."""

    code = "in_use"


class StillBelongs(InUse):
    """Exchanges or people belong to a Site Operation, which therefore cannot be deleted."""

    code = "in_use.site_operation"


class LastOne(InUse):
    """The last active one of its kind has to stay; the code says of which kind (`last_one.admin`)."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(name=name)
        self.code = f"last_one.{kind}"


class ConcurrencyConflict(DomainError):
    """It changed meanwhile: read it again."""

    code = "conflict"
