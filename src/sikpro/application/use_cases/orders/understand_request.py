"""Parse typed texts into an order's data, and check them against the catalogues."""

from collections.abc import Mapping

from sikpro.application.fields import BY_NAME, FIELDS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import unknown_code
from sikpro.application.use_cases.catalogue.typed_values import box_typed, number_typed, patterns_of
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.order_data import OrderData
from sikpro.domain.text import compact, one_line

CONFIRMED = "confirmed"
"""The entry beside the fields with the warnings that the person confirmed, separated by blanks (`odp.other_sto`)."""


Slips = dict[str, InvalidValue]
"""The errors for unknown technician codes, by code. Keep it over many requests to look each code up once."""


def understand_request(
    uow: UnitOfWork, typed: Mapping[str, str], slips: Slips | None = None, *, past: bool = False
) -> OrderData:
    """Parse every field (by its name in `fields.FIELDS`) and check it against the catalogues.

    An empty catalogue accepts everything; for a `past` order retired rows and people count too. Raises `InvalidFields`
    with an error for each field that is missing (`field.missing`), malformed, unknown, or in conflict with another: an
    ODP of another STO (`odp.other_sto`) until that is confirmed.
    """
    values: dict[str, object] = {}
    errors: dict[str, DomainError] = {}
    for field in FIELDS:
        text = typed.get(field.name, "")
        if field.required and not one_line(text):
            errors[field.name] = InvalidValue("field.missing", "")
            continue
        try:
            values[field.name] = parsed_field(uow, field.name, typed)
        except InvalidValue as error:
            errors[field.name] = error
    _check_catalogues(uow, values, errors, {} if slips is None else slips, past=past)
    if "odp" in values and "sto" in values and "odp.other_sto" not in typed.get(CONFIRMED, "").split():
        odp, sto = str(getattr(values["odp"], "sto", "")), str(values["sto"])
        if odp != sto:
            errors["odp"] = InvalidValue("odp.other_sto", str(values["odp"]), sto=sto)
    if errors:
        raise InvalidFields({field.name: errors[field.name] for field in FIELDS if field.name in errors})
    return OrderData(**values)  # type: ignore[arg-type]  # a test checks that FIELDS fit OrderData


def parsed_field(uow: UnitOfWork, name: str, typed: Mapping[str, str]) -> object:
    """Parse one field of a request by the installation's patterns; its other fields may help. Raises `InvalidValue`."""
    text = typed.get(name, "")
    if name == "registration_number":
        return number_typed(uow, text)
    if name == "odp":
        return box_typed(uow, text, compact(typed.get("sto", "")))
    return BY_NAME[name].parse(text, patterns_of(uow))


def typed_again(data: OrderData) -> dict[str, str]:
    """Return an order's data as input for `understand_request`."""
    return {field.name: str(getattr(data, field.name)) for field in FIELDS}


def _check_catalogues(
    uow: UnitOfWork, values: dict[str, object], errors: dict[str, DomainError], slips: Slips, *, past: bool
) -> None:
    known = {
        "type": [row.code for row in uow.catalogue.order_types() if row.active or past],
        "sto": [row.code for row in uow.catalogue.stos() if row.active or past],
    }
    for name, codes in known.items():
        code = str(values.get(name, ""))
        if code and codes and code not in codes:
            errors[name] = unknown_code(f"{name}.unknown", code, codes)
            del values[name]
    technician = str(values.get("technician", ""))
    if technician in slips:
        errors["technician"] = slips[technician]
    elif technician:
        person = uow.people.by_code(technician)
        if person is None or not (person.active or past):
            codes = [one.technician_code for one in uow.people.all() if one.technician_code and one.active]
            if codes:
                slip = unknown_code("technician.unknown", technician, codes)
                errors["technician"] = slips[technician] = slip
