"""Hand the data of an order over to a technician, as a filled-in `/reg` that one button sends."""

from collections.abc import Mapping
from datetime import datetime

from sikpro.application.fields import FIELDS
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.orders.register_order import standing_order
from sikpro.application.use_cases.orders.understand_request import parsed_field, understand_request
from sikpro.application.use_cases.people.offered_order import offered_order
from sikpro.domain.errors import DomainError, DuplicateOrder, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line

_MAY_STAY_OPEN = {"field.missing", "odp.other_sto"}
"""Errors that the technician can resolve after the button: a missing value, or one to confirm."""


def hand_over(uow: UnitOfWork, typed: Mapping[str, str], by: Person, now: datetime, *, zone: str) -> Person:
    """Send the known data of an order to its technician's chat, and return the technician.

    The chat asks the technician for missing data. Raises `NotPermitted`, `DuplicateOrder`, `InvalidFields` for invalid
    data, for a missing technician, or for one not on Telegram (`technician.no_telegram`).
    """
    by.must(Permission.LEAD)
    errors = {name: error for name, error in _faults(uow, typed).items() if error.code not in _MAY_STAY_OPEN}
    values = {
        field.name: str(parsed_field(uow, field.name, typed))
        for field in FIELDS
        if field.name not in errors and one_line(typed.get(field.name, ""))
    }
    technician = uow.people.by_code(values.get("technician", ""))
    if "technician" not in errors and (technician is None or not technician.active or technician.telegram_id is None):
        code = "technician.no_telegram" if "technician" in values else "field.missing"
        errors["technician"] = InvalidValue(code, values.get("technician", ""))
    if errors or technician is None:
        raise InvalidFields(errors)
    existing = standing_order(uow, values.get("registration_number", ""), values.get("type", ""))
    if existing:
        raise DuplicateOrder(existing.number, existing.id)
    words = words_in(technician.language, zone)
    labels = {field.name: field.labels[0] for field in FIELDS}
    request = "\n".join(f"{labels[name]}: {value}" for name, value in values.items())
    head = words("handed.over", leader=by.name)
    message = offered_order(technician.telegram_id or 0, head, request, words)
    number = uow.outbox.put(message, now)
    subject = values.get("registration_number", "")
    uow.journal.note("handed_over", subject, by.id, now, {"technician": values["technician"]})
    uow.announce(Hint(Kind.OUTBOX, (number,)))
    return technician


def _faults(uow: UnitOfWork, typed: Mapping[str, str]) -> Mapping[str, DomainError]:
    try:
        understand_request(uow, typed)
    except InvalidFields as invalid:
        return invalid.errors
    return {}
