"""From what was typed to an order's data, checked against the catalogues."""

from collections.abc import Mapping

from sikpro.application.fields import FIELDS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import nearest
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.order_data import OrderData
from sikpro.domain.text import one_line

CONFIRMED = "confirmed"
"""Beside the fields: the doubts that the person has confirmed, blank-separated (`odp.other_sto`)."""


Slips = dict[str, InvalidValue]
"""What was said of technicians' codes that nobody has, by code: kept over many requests, it is looked up once."""


def understand_request(uow: UnitOfWork, typed: Mapping[str, str], slips: Slips | None = None) -> OrderData:
    """Parse every field (by its name in `fields.FIELDS`) and hold it against the catalogues.

    A catalogue that is still empty constrains nothing. Raises `InvalidFields` with an error for each field that is
    missing (`field.missing`), misshapen, unknown, or at odds with another: an ODP of another STO (`odp.other_sto`)
    until that is confirmed.
    """
    values: dict[str, object] = {}
    errors: dict[str, DomainError] = {}
    for field in FIELDS:
        text = typed.get(field.name, "")
        if field.required and not one_line(text):
            errors[field.name] = InvalidValue("field.missing", "")
            continue
        try:
            values[field.name] = field.parse(text)
        except InvalidValue as error:
            errors[field.name] = error
    _check_catalogues(uow, values, errors, {} if slips is None else slips)
    if "odp" in values and "sto" in values and "odp.other_sto" not in typed.get(CONFIRMED, "").split():
        odp, sto = str(getattr(values["odp"], "sto", "")), str(values["sto"])
        if odp != sto:
            errors["odp"] = InvalidValue("odp.other_sto", str(values["odp"]), sto=sto)
    if errors:
        raise InvalidFields({field.name: errors[field.name] for field in FIELDS if field.name in errors})
    return OrderData(**values)  # type: ignore[arg-type]  # FIELDS parse to what OrderData holds: a test holds them to it


def typed_again(data: OrderData) -> dict[str, str]:
    """An order's data as `understand_request` takes it."""
    return {field.name: str(getattr(data, field.name)) for field in FIELDS}


def _check_catalogues(uow: UnitOfWork, values: dict[str, object], errors: dict[str, DomainError], slips: Slips) -> None:
    known = {
        "type": [row.code for row in uow.catalogue.order_types() if row.active],
        "sto": [row.code for row in uow.catalogue.stos() if row.active],
    }
    for name, codes in known.items():
        code = str(values.get(name, ""))
        if code and codes and code not in codes:
            errors[name] = InvalidValue(f"{name}.unknown", code, nearest(code, codes))
            del values[name]
    technician = str(values.get("technician", ""))
    if technician in slips:
        errors["technician"] = slips[technician]
    elif technician:
        person = uow.people.by_code(technician)
        if person is None or not person.active:
            codes = [one.technician_code for one in uow.people.all() if one.technician_code and one.active]
            if codes:
                slip = InvalidValue("technician.unknown", technician, nearest(technician, codes))
                errors["technician"] = slips[technician] = slip
