"""Set a month's targets: how many orders each STO should complete, in how many working days."""

from collections.abc import Mapping
from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import month_named
from sikpro.domain.text import compact

LARGEST = 1_000_000
_LONGEST_MONTH = 31


def understand_target(uow: UnitOfWork, texts: Mapping[str, str]) -> Target:
    """Parse a target from its texts (`month`, `sto`, `target`, `working_days`). Raises `InvalidFields`."""
    errors: dict[str, DomainError] = {}
    month = month_named(texts.get("month", "").strip())
    if month is None:
        errors["month"] = InvalidValue("month.unknown", texts.get("month", ""))
    sto = compact(texts.get("sto", ""))
    if sto not in {row.code for row in uow.catalogue.stos()}:
        errors["sto"] = InvalidValue("sto.unknown", texts.get("sto", ""))
    numbers = {"target": (0, LARGEST), "working_days": (1, _LONGEST_MONTH)}
    values: dict[str, int] = {}
    for name, (least, most) in numbers.items():
        text = texts.get(name, "").strip()
        if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST)) and least <= int(text) <= most:
            values[name] = int(text)
        else:
            errors[name] = InvalidValue(f"target.{name}", text)
    if errors:
        raise InvalidFields(errors)
    assert month is not None
    return Target(month=month, sto=sto, **values)


def set_targets(uow: UnitOfWork, month: str, rows: Mapping[str, Mapping[str, str]], by: Person, now: datetime) -> None:
    """Save a month's typed targets, by STO. A target that is left empty is deleted.

    Raises `NotPermitted`, and `InvalidFields` with the errors as `<sto>.<column>`; then nothing is written.
    """
    by.must(Permission.CLOSE_MONTH)
    errors: dict[str, DomainError] = {}
    kept: list[Target] = []
    dropped: list[str] = []
    for sto, typed in rows.items():
        if not typed.get("target", "").strip():
            dropped.append(sto)
            continue
        try:
            kept.append(understand_target(uow, {"month": month, "sto": sto, **typed}))
        except InvalidFields as error:
            errors |= {f"{sto}.{name}": wrong for name, wrong in error.errors.items()}
    if errors:
        raise InvalidFields(errors)
    before = {target.sto: target for target in uow.targets.of_month(month)}
    for sto in dropped:
        if sto in before:
            drop_target(uow, month, sto, by, now)
    for target in kept:
        if before.get(target.sto) != target:
            store_target(uow, target, by, now)


def drop_target(uow: UnitOfWork, month: str, sto: str, by: Person, now: datetime) -> None:
    """Delete one target and record who deleted it."""
    uow.targets.drop(month, sto)
    uow.journal.note("target_dropped", f"{month} {sto}", by.id, now, {})


def store_target(uow: UnitOfWork, target: Target, by: Person, now: datetime) -> None:
    """Save one target and record who set it."""
    uow.targets.put(target)
    said = {"target": str(target.target), "working_days": str(target.working_days)}
    uow.journal.note("target_set", f"{target.month} {target.sto}", by.id, now, said)
