"""The catalogues and the installation's settings in memory."""

from collections.abc import Mapping
from datetime import date

from attrs import evolve

from sikpro.adapters.memory.store import State
from sikpro.domain.catalogue import Holiday, Maker, OrderType, ProviderCode, SiteOperation, Status, Sto
from sikpro.domain.installation import Installation


class MemoryCatalogueRepository:
    """Stores the catalogues by code."""

    def __init__(self, state: State) -> None:
        self._state = state

    def statuses(self) -> tuple[Status, ...]:
        """Return all statuses, by position, then code."""
        return tuple(sorted(self._state.statuses.values(), key=lambda row: (row.position, row.code)))

    def order_types(self) -> tuple[OrderType, ...]:
        """Return all order types, by position, then code."""
        return tuple(sorted(self._state.order_types.values(), key=lambda row: (row.position, row.code)))

    def site_operations(self) -> tuple[SiteOperation, ...]:
        """Return all Site Operations, by code."""
        return tuple(sorted(self._state.site_operations.values(), key=lambda row: row.code))

    def stos(self) -> tuple[Sto, ...]:
        """Return all STOs, by code."""
        return tuple(sorted(self._state.stos.values(), key=lambda row: row.code))

    def makers(self) -> tuple[Maker, ...]:
        """Return all makers, by vendor id."""
        return tuple(sorted(self._state.makers.values(), key=lambda row: row.code))

    def provider_codes(self) -> tuple[ProviderCode, ...]:
        """Return all codes of the provider, by code."""
        return tuple(sorted(self._state.provider_codes.values(), key=lambda row: row.code))

    def holidays(self) -> tuple[Holiday, ...]:
        """Return all holidays, by day."""
        return tuple(sorted(self._state.holidays.values(), key=lambda row: row.code))

    def status_uses(self) -> Mapping[str, int]:
        """Return how often each status was set, as last counted."""
        counted = {code: self._state.status_uses.get(code) or 0 for code in (row.code for row in self.statuses())}
        return {code: uses for code, uses in counted.items() if uses}

    def count_status_uses(self, uses: Mapping[str, int]) -> None:
        """Save the counts."""
        for row in self.statuses():
            self._state.status_uses.put(row.code, uses.get(row.code, 0))

    def put_status(self, status: Status) -> None:
        """Add or replace a status."""
        self._state.statuses.put(status.code, status)

    def put_order_type(self, order_type: OrderType) -> None:
        """Add or replace an order type."""
        self._state.order_types.put(order_type.code, order_type)

    def put_site_operation(self, site_operation: SiteOperation) -> None:
        """Add or replace a Site Operation."""
        self._state.site_operations.put(site_operation.code, site_operation)

    def put_sto(self, sto: Sto) -> None:
        """Add or replace an STO."""
        self._state.stos.put(sto.code, sto)

    def put_maker(self, maker: Maker) -> None:
        """Add or replace a maker."""
        self._state.makers.put(maker.code, maker)

    def put_provider_code(self, code: ProviderCode) -> None:
        """Add or replace a code of the provider."""
        self._state.provider_codes.put(code.code, code)

    def put_holiday(self, holiday: Holiday) -> None:
        """Add or replace a holiday."""
        self._state.holidays.put(holiday.code, holiday)

    def drop(self, row: Status | OrderType | SiteOperation | Sto | Maker | ProviderCode | Holiday) -> None:
        """Delete a row."""
        match row:
            case Status():
                self._state.statuses.drop(row.code)
            case OrderType():
                self._state.order_types.drop(row.code)
            case SiteOperation():
                self._state.site_operations.drop(row.code)
            case Sto():
                self._state.stos.drop(row.code)
            case Maker():
                self._state.makers.drop(row.code)
            case ProviderCode():
                self._state.provider_codes.drop(row.code)
            case Holiday():
                self._state.holidays.drop(row.code)


class MemoryInstallationRepository:
    """Stores the settings of the installation."""

    def __init__(self, state: State) -> None:
        self._state = state

    def get(self) -> Installation:
        """Return the settings, or the defaults, with the active holidays."""
        days = (date.fromisoformat(row.code) for row in self._state.holidays.values() if row.active)
        return evolve(self._state.installation.get(1) or Installation(), holidays=frozenset(days))

    def put(self, installation: Installation) -> None:
        """Save the settings."""
        self._state.installation.put(1, installation)
