"""The catalogues and the installation's settings in the database."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve

from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.dialect import upsert
from sikpro.adapters.sql.tables import (
    holidays,
    installation,
    makers,
    order_types,
    provider_codes,
    site_operations,
    statuses,
    stos,
)
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.domain.catalogue import (
    Bilingual,
    Holiday,
    Maker,
    Meaning,
    OrderType,
    ProviderCode,
    SiteOperation,
    Status,
    Sto,
)
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.installation import Hours, Installation, SessionTimes
from sikpro.domain.patterns import STARTING, BoxPattern, Characters, NumberPattern, Patterns
from sikpro.domain.phase import Phase, Turn

_ONLY = 1
_TABLES = {
    Status: statuses,
    OrderType: order_types,
    SiteOperation: site_operations,
    Sto: stos,
    Maker: makers,
    ProviderCode: provider_codes,
    Holiday: holidays,
}

_STATUSES = Constant(sa.select(statuses).order_by(statuses.c.position, statuses.c.code))
_ORDER_TYPES = Constant(sa.select(order_types).order_by(order_types.c.position, order_types.c.code))
_SITE_OPERATIONS = Constant(sa.select(site_operations).order_by(site_operations.c.code))
_STOS = Constant(sa.select(stos).order_by(stos.c.code))
_MAKERS = Constant(sa.select(makers).order_by(makers.c.code))
_PROVIDER_CODES = Constant(sa.select(provider_codes).order_by(provider_codes.c.code))
_HOLIDAYS = Constant(sa.select(holidays).order_by(holidays.c.code))
_FREE_DAYS = Constant(sa.select(holidays.c.code).where(holidays.c.active))
_INSTALLATION = Constant(sa.select(installation))


class SqlCatalogueRepository:
    """Stores the catalogues, each in its own order, including inactive rows."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def statuses(self) -> tuple[Status, ...]:
        """Return all statuses, by position, then code."""
        return self._transaction.remember("statuses", lambda: self._transaction.kept(_STATUSES, _status))

    def order_types(self) -> tuple[OrderType, ...]:
        """Return all order types, by position, then code."""
        return self._transaction.remember("order_types", lambda: self._transaction.kept(_ORDER_TYPES, _order_type))

    def site_operations(self) -> tuple[SiteOperation, ...]:
        """Return all Site Operations, by code."""
        return self._transaction.remember(
            "site_operations", lambda: self._transaction.kept(_SITE_OPERATIONS, _site_operation)
        )

    def stos(self) -> tuple[Sto, ...]:
        """Return all STOs, by code."""
        return self._transaction.remember("stos", lambda: self._transaction.kept(_STOS, _sto))

    def makers(self) -> tuple[Maker, ...]:
        """Return all makers, by vendor id."""
        return self._transaction.remember("makers", lambda: self._transaction.kept(_MAKERS, _maker))

    def provider_codes(self) -> tuple[ProviderCode, ...]:
        """Return all codes of the provider, by code."""
        return self._transaction.remember(
            "provider_codes", lambda: self._transaction.kept(_PROVIDER_CODES, _provider_code)
        )

    def holidays(self) -> tuple[Holiday, ...]:
        """Return all holidays, by day."""
        return self._transaction.remember("holidays", lambda: self._transaction.kept(_HOLIDAYS, _holiday))

    def status_uses(self) -> Mapping[str, int]:
        """Return how often each status was set, as last counted."""
        selected = sa.select(statuses.c.code, statuses.c.uses).where(statuses.c.uses > 0)
        return {row["code"]: row["uses"] for row in self._transaction.execute(selected).mappings()}

    def count_status_uses(self, uses: Mapping[str, int]) -> None:
        """Save the counts."""
        for status in self.statuses():
            counted = sa.update(statuses).where(statuses.c.code == status.code)
            self._transaction.execute(counted.values(uses=uses.get(status.code, 0)))

    def put_status(self, status: Status) -> None:
        """Add or replace a status."""
        row = {
            "code": status.code,
            "phase": status.phase.value,
            "turn": status.turn.value,
            "label_id": status.label.id,
            "label_en": status.label.en,
            "template_id": status.template.id,
            "template_en": status.template.en,
            "reason_group": status.group,
            "reason_group_en": status.group_en,
            "position": status.position,
            "active": status.active,
            "key": status.key,
            "uses": self.status_uses().get(status.code, 0),
        }
        self._put(statuses, row)

    def put_order_type(self, order_type: OrderType) -> None:
        """Add or replace an order type."""
        row = {
            "code": order_type.code,
            "label_id": order_type.label.id,
            "label_en": order_type.label.en,
            "first_action_limit": order_type.first_action_limit,
            "completion_limit": order_type.completion_limit,
            "template_id": order_type.template.id,
            "template_en": order_type.template.en,
            "position": order_type.position,
            "active": order_type.active,
        }
        self._put(order_types, row)

    def put_site_operation(self, site_operation: SiteOperation) -> None:
        """Add or replace a Site Operation."""
        row = {"code": site_operation.code, "name": site_operation.name, "active": site_operation.active}
        self._put(site_operations, row)

    def put_sto(self, sto: Sto) -> None:
        """Add or replace an STO."""
        row = {"code": sto.code, "name": sto.name, "site_operation": sto.site_operation, "active": sto.active}
        self._put(stos, row)

    def put_maker(self, maker: Maker) -> None:
        """Add or replace a maker."""
        self._put(makers, {"code": maker.code, "name": maker.name, "active": maker.active})

    def put_provider_code(self, code: ProviderCode) -> None:
        """Add or replace a code of the provider."""
        row = {"code": code.code, "meaning": code.meaning.value, "name": code.name, "active": code.active}
        self._put(provider_codes, row)

    def put_holiday(self, holiday: Holiday) -> None:
        """Add or replace a holiday."""
        self._put(holidays, {"code": holiday.code, "name": holiday.name, "active": holiday.active})

    def drop(self, row: Status | OrderType | SiteOperation | Sto | Maker | ProviderCode | Holiday) -> None:
        """Delete a row."""
        table = _TABLES[type(row)]
        self._transaction.forget()
        self._transaction.execute(sa.delete(table).where(table.c.code == row.code))

    def _put(self, table: sa.Table, row: dict[str, Any]) -> None:
        self._transaction.forget()
        self._transaction.execute(upsert(self._transaction, table, ["code"]).values(row))


class SqlInstallationRepository:
    """Stores the settings of the installation."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def get(self) -> Installation:
        """Return the settings, or the defaults, with the active holidays."""
        return self._transaction.remember("installation", self._read)

    def _read(self) -> Installation:
        days = self._transaction.kept(_FREE_DAYS, _day)
        found = self._transaction.kept(_INSTALLATION, _installation)
        installed = found[0] if found else Installation()
        return evolve(installed, holidays=frozenset(days)) if days else installed

    def put(self, installed: Installation) -> None:
        """Save the settings."""
        row = {
            "id": _ONLY,
            "duplicate_mode": installed.duplicate_mode.value,
            "claim": installed.claim,
            "week": [[[hours.start.isoformat(), hours.end.isoformat()] for hours in day] for day in installed.week],
            "nudge_every": installed.nudge_every,
            "stuck_after": installed.stuck_after,
            "owners_at": installed.owners_at.isoformat(),
            "notice": installed.notice,
            "most_claims": installed.most_claims,
            "most_used_first": installed.most_used_first,
            "admins_two_steps": installed.admins_two_steps,
            "patterns": _kept(installed.patterns),
            "sessions": {name: span // timedelta(hours=1) for name, span in asdict(installed.sessions).items()},
            "months_kept": installed.months_kept,
        }
        self._transaction.forget()
        self._transaction.execute(upsert(self._transaction, installation, ["id"]).values(row))


def _kept(patterns: Patterns) -> dict[str, Any]:
    return {
        "numbers": [[row.prefix, row.shortest, row.longest, row.characters] for row in patterns.numbers],
        "boxes": [
            [row.prefix, row.cabinet, row.longest_cabinet, row.shortest, row.longest, row.characters]
            for row in patterns.boxes
        ],
    }


def _patterns(kept: Mapping[str, Any]) -> Patterns:
    return Patterns(
        numbers=tuple(
            NumberPattern(prefix, shortest, longest, Characters(of))
            for prefix, shortest, longest, of in kept["numbers"]
        ),
        boxes=tuple(
            BoxPattern(
                prefix, Characters(cabinet) if cabinet else None, longest_cabinet, shortest, longest, Characters(of)
            )
            for prefix, cabinet, longest_cabinet, shortest, longest, of in kept["boxes"]
        ),
    )


def _day(row: Mapping[str, Any]) -> date:
    return date.fromisoformat(row["code"])


def _installation(row: Mapping[str, Any]) -> Installation:
    return Installation(
        duplicate_mode=DuplicateMode(row["duplicate_mode"]),
        claim=row["claim"],
        week=tuple(tuple(Hours(*map(time.fromisoformat, hours)) for hours in day) for day in row["week"]),
        nudge_every=row["nudge_every"],
        stuck_after=row["stuck_after"],
        owners_at=time.fromisoformat(row["owners_at"]),
        notice=row["notice"],
        most_claims=row["most_claims"],
        most_used_first=row["most_used_first"],
        admins_two_steps=row["admins_two_steps"],
        patterns=_patterns(row["patterns"]) if row["patterns"] else STARTING,
        sessions=SessionTimes(**{name: timedelta(hours=hours) for name, hours in (row["sessions"] or {}).items()}),
        months_kept=row["months_kept"],
    )


def _site_operation(row: Mapping[str, Any]) -> SiteOperation:
    return SiteOperation(**row)


def _sto(row: Mapping[str, Any]) -> Sto:
    return Sto(**row)


def _maker(row: Mapping[str, Any]) -> Maker:
    return Maker(**row)


def _provider_code(row: Mapping[str, Any]) -> ProviderCode:
    return ProviderCode(**{**row, "meaning": Meaning(row["meaning"])})


def _holiday(row: Mapping[str, Any]) -> Holiday:
    return Holiday(**row)


def _status(row: Mapping[str, Any]) -> Status:
    return Status(
        code=row["code"],
        phase=Phase(row["phase"]),
        turn=Turn(row["turn"]),
        label=Bilingual(row["label_id"], row["label_en"]),
        template=Bilingual(row["template_id"], row["template_en"]),
        group=row["reason_group"],
        group_en=row["reason_group_en"],
        position=row["position"],
        active=row["active"],
        key=row["key"],
    )


def _order_type(row: Mapping[str, Any]) -> OrderType:
    return OrderType(
        code=row["code"],
        label=Bilingual(row["label_id"], row["label_en"]),
        first_action_limit=row["first_action_limit"],
        completion_limit=row["completion_limit"],
        template=Bilingual(row["template_id"], row["template_en"]),
        position=row["position"],
        active=row["active"],
    )
