"""The lists for export and import: people, targets and catalogues.

Empty cells of an imported row leave the present values: nobody loses an account or a phone number that way.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from attrs import define, evolve, field

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.application.use_cases.catalogue.catalogue_rows import HOLIDAYS, KINDS, CatalogueKind
from sikpro.application.use_cases.catalogue.edit_catalogue import (
    check_deletion,
    check_replacement,
    delete_row,
    keep_row,
    replace_row,
    row_coded,
)
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow
from sikpro.application.use_cases.recaps.set_targets import drop_target, store_target, understand_target
from sikpro.application.use_cases.tables.people_rows import PEOPLE
from sikpro.application.use_cases.tables.row_list import ACTIVE, YES, Judged, RowList, active_text, filled, is_active
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, StillUsed
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import month_named
from sikpro.domain.spreadsheet_damage import check_zeros
from sikpro.domain.text import compact

_CODES = {"code", "site_operation"}
"""The entries that no spreadsheet may have turned into a date. The code of a holiday is one."""


@define
class _CatalogueReader:
    uow: UnitOfWork
    kind: CatalogueKind
    known: dict[str, CatalogueRow]
    used: set[str] = field(factory=set[str])

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        before = self.known.get(typed["code"]) or self.known.get(compact(typed["code"]))
        if not before:
            check_zeros(typed["code"], self.known)
        texts = dict.fromkeys(self.kind.entries, "") | (self.kind.texts(before) if before else {}) | filled(typed)
        if before:
            texts["code"] = before.code
        row = self.kind.understand(self.uow, texts, is_active(typed, before.active if before else True))
        if before is None:
            before = self.known.get(row.code)
        else:
            row = evolve(row, code=before.code)
        if row.code in self.used:
            raise InvalidFields({"code": InvalidValue("row.twice", row.code)})
        self.used.add(row.code)
        if before and before != row:
            check_replacement(self.uow, before, row)
        return Judged(
            before=_catalogue_row(self.kind, before) if before else None,
            after=_catalogue_row(self.kind, row),
            changed=before != row,
            store=lambda by, now: self._store(before, row, by, now),
            name=row.code,
        )

    def _store(self, before: CatalogueRow | None, row: CatalogueRow, by: Person, now: datetime) -> tuple[str, int]:
        """Check each row again on saving, because two valid rows may conflict with each other."""
        if before is None:
            keep_row(self.uow, row, by, now)
        else:
            replace_row(self.uow, before, row, by, now)
        return row.code, 0


def _catalogue_row(kind: CatalogueKind, row: CatalogueRow) -> dict[str, str]:
    return kind.texts(row) | {ACTIVE: active_text(row.active)}


def _catalogue_undoing(
    uow: UnitOfWork, kind: CatalogueKind, rows: Sequence[WrittenRow]
) -> Iterator[tuple[WrittenRow, DomainError]]:
    """Yield the rows that changed since they were written, and those that orders or the catalogue need."""
    known = {row.code: row for row in kind.rows(uow)}
    for row in rows:
        present = known.get(row.subject)
        # An entry that came with a later version is not in an older table.
        if present is None or not row.after.items() <= _catalogue_row(kind, present).items():
            yield row, StillUsed("taken_back.touched", name=row.name)
            continue
        try:
            if row.before is None:
                check_deletion(uow, kind, present)
            else:
                check_replacement(uow, present, _earlier(uow, kind, present, row.before))
        except DomainError as error:
            yield row, error


def _undo_catalogue(uow: UnitOfWork, kind: CatalogueKind, row: WrittenRow, by: Person, now: datetime) -> None:
    if row.before is None:
        delete_row(uow, kind, row.subject, by, now)
        return
    present = row_coded(uow, kind, row.subject)
    replace_row(uow, present, _earlier(uow, kind, present, row.before), by, now)


def _earlier(uow: UnitOfWork, kind: CatalogueKind, present: CatalogueRow, before: Mapping[str, str]) -> CatalogueRow:
    """Return the row as it was. What the table does not have, since a later version brought it, stays as it is."""
    texts = _catalogue_row(kind, present) | dict(before)
    return evolve(kind.understand(uow, texts, texts[ACTIVE] == YES), code=present.code)


def _catalogue_list(kind: CatalogueKind) -> RowList:
    return RowList(
        name=kind.name,
        columns=(*kind.entries, ACTIVE),
        keys=("code",),
        rows=lambda uow: [_catalogue_row(kind, row) for row in kind.rows(uow)],
        reader=lambda uow, _: _CatalogueReader(uow, kind, {row.code: row for row in kind.rows(uow)}),
        undoing=lambda uow, rows, _: _catalogue_undoing(uow, kind, rows),
        undo=lambda uow, row, by, now: _undo_catalogue(uow, kind, row, by, now),
        identifying=tuple(entry for entry in kind.entries if entry in _CODES and kind is not HOLIDAYS),
    )


@define
class _TargetReader:
    uow: UnitOfWork
    known: dict[tuple[str, str], Target]
    used: set[tuple[str, str]] = field(factory=set[tuple[str, str]])

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        key = month_named(typed.get("month", "").strip()) or "", compact(typed.get("sto", ""))
        before = self.known.get(key)
        target = understand_target(self.uow, (_target_row(before) if before else {}) | filled(typed))
        if key in self.used:
            raise InvalidFields({"sto": InvalidValue("row.twice", target.sto)})
        self.used.add(key)
        return Judged(
            before=_target_row(before) if before else None,
            after=_target_row(target),
            changed=before != target,
            store=lambda by, now: self._store(target, by, now),
            name=_target_name(target),
        )

    def _store(self, target: Target, by: Person, now: datetime) -> tuple[str, int]:
        store_target(self.uow, target, by, now)
        return _target_name(target), 0


def _target_name(target: Target) -> str:
    return f"{target.month} {target.sto}"


def _target_row(target: Target) -> dict[str, str]:
    return {name: str(getattr(target, name)) for name in TARGETS.columns}


def _targets_undoing(
    uow: UnitOfWork, rows: Sequence[WrittenRow], _: Person
) -> Iterator[tuple[WrittenRow, DomainError]]:
    """Yield the targets that changed since they were written."""
    known = {_target_name(target): _target_row(target) for target in uow.targets.all()}
    for row in rows:
        if known.get(row.subject) != row.after:
            yield row, StillUsed("taken_back.touched", name=row.name)


def _undo_target(uow: UnitOfWork, row: WrittenRow, by: Person, now: datetime) -> None:
    if row.before is None:
        drop_target(uow, row.after["month"], row.after["sto"], by, now)
    else:
        store_target(uow, understand_target(uow, row.before), by, now)


TARGETS = RowList(
    name="targets",
    columns=("month", "sto", "target", "working_days"),
    keys=("sto",),
    rows=lambda uow: [_target_row(target) for target in uow.targets.all()],
    reader=lambda uow, _: _TargetReader(uow, {(target.month, target.sto): target for target in uow.targets.all()}),
    undoing=_targets_undoing,
    undo=_undo_target,
    identifying=("sto",),
    permission=Permission.CLOSE_MONTH,
)
LISTS = {rows.name: rows for rows in (PEOPLE, TARGETS)} | {kind.name: _catalogue_list(kind) for kind in KINDS.values()}
"""Every list by name."""
