"""The lists for export and import: people, targets and catalogues.

Empty cells of an imported row leave the present values: nobody loses an account or a phone number that way.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import define, evolve, field

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS, CatalogueKind
from sikpro.application.use_cases.catalogue.edit_catalogue import check_replacement, keep_row, replace_row
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow
from sikpro.application.use_cases.recaps.set_targets import store_target, understand_target
from sikpro.application.use_cases.tables.people_rows import PEOPLE
from sikpro.application.use_cases.tables.row_list import ACTIVE, Judged, RowList, active_text, filled, is_active
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import month_named
from sikpro.domain.text import compact


@define
class _CatalogueReader:
    uow: UnitOfWork
    kind: CatalogueKind
    known: dict[str, CatalogueRow]
    used: set[str] = field(factory=set[str])

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        before = self.known.get(typed["code"]) or self.known.get(compact(typed["code"]))
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
        )

    def _store(self, before: CatalogueRow | None, row: CatalogueRow, by: Person, now: datetime) -> None:
        """Check each row again on saving, because two valid rows may conflict with each other."""
        if before is None:
            keep_row(self.uow, row, by, now)
        else:
            replace_row(self.uow, before, row, by, now)


def _catalogue_row(kind: CatalogueKind, row: CatalogueRow) -> dict[str, str]:
    return kind.texts(row) | {ACTIVE: active_text(row.active)}


def _catalogue_list(kind: CatalogueKind) -> RowList:
    return RowList(
        name=kind.name,
        columns=(*kind.entries, ACTIVE),
        keys=("code",),
        rows=lambda uow: [_catalogue_row(kind, row) for row in kind.rows(uow)],
        reader=lambda uow, _: _CatalogueReader(uow, kind, {row.code: row for row in kind.rows(uow)}),
        identifying=tuple(entry for entry in kind.entries if entry in {"code", "site_operation"}),
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
            store=lambda by, now: store_target(self.uow, target, by, now),
        )


def _target_row(target: Target) -> dict[str, str]:
    return {name: str(getattr(target, name)) for name in TARGETS.columns}


TARGETS = RowList(
    name="targets",
    columns=("month", "sto", "target", "working_days"),
    keys=("sto",),
    rows=lambda uow: [_target_row(target) for target in uow.targets.all()],
    reader=lambda uow, _: _TargetReader(uow, {(target.month, target.sto): target for target in uow.targets.all()}),
    identifying=("sto",),
    permission=Permission.CLOSE_MONTH,
)
LISTS = {rows.name: rows for rows in (PEOPLE, TARGETS)} | {kind.name: _catalogue_list(kind) for kind in KINDS.values()}
"""Every list by name."""
