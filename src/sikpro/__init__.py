"""SIKPRO follows every new internet line until it is active; this is the importable library.

    import sikpro

    with sikpro.connect("sqlite:///orders.db") as app:
        order = app.register_order(
            type="AO",
            registration_number="SC32232558",
            serial="ZTEGC6754546",
            sto="SDA",
            odp="ODP-SDA-003",
            technician="F5SDA445",
        )

Names are loaded at first use, so that the import of the package is fast.
"""

from importlib import import_module
from typing import Any

from sikpro.domain.errors import DomainError, say_errors_with

_PLACES = {
    "connect": "entrypoints.library",
    "aconnect": "entrypoints.async_library",
    "AsyncSikpro": "entrypoints.async_library",
    "AsyncOrders": "entrypoints.async_library",
    "AsyncOrderSelection": "entrypoints.async_library",
    "AsyncPeople": "entrypoints.async_library",
    "AsyncCatalogue": "entrypoints.async_library",
    "AsyncMessages": "entrypoints.async_library",
    "AsyncRecaps": "entrypoints.async_library",
    "AsyncImports": "entrypoints.async_library",
    "AsyncDevices": "entrypoints.async_library",
    "AsyncInstallationSettings": "entrypoints.async_library",
    "Sikpro": "entrypoints.library",
    "OrderFields": "entrypoints.library",
    "Order": "domain.order",
    "OrderData": "domain.order_data",
    "RegistrationNumber": "domain.values",
    "SerialNumber": "domain.values",
    "StoCode": "domain.values",
    "OdpName": "domain.values",
    "TechnicianCode": "domain.values",
    "Phase": "domain.phase",
    "Turn": "domain.phase",
    "Status": "domain.catalogue",
    "OrderType": "domain.catalogue",
    "SiteOperation": "domain.catalogue",
    "Sto": "domain.catalogue",
    "Bilingual": "domain.catalogue",
    "Maker": "domain.catalogue",
    "ProviderCode": "domain.catalogue",
    "Holiday": "domain.catalogue",
    "Person": "domain.people",
    "Role": "domain.people",
    "Period": "domain.period",
    "OrderFilter": "application.ports.queries",
    "OrderRow": "application.ports.queries",
    "Key": "application.ports.queries",
    "InvalidValue": "domain.errors",
    "InvalidFields": "domain.errors",
    "DuplicateOrder": "domain.errors",
    "ForbiddenMove": "domain.errors",
    "AlreadyTaken": "domain.errors",
    "ReasonRequired": "domain.errors",
    "NotFound": "domain.errors",
    "NotPermitted": "domain.errors",
    "ConcurrencyConflict": "domain.errors",
    "OrderArchived": "domain.errors",
    "TooManyClaims": "domain.errors",
    "NudgedAlready": "domain.errors",
    "UndoTooLate": "domain.errors",
    "NothingChanged": "domain.errors",
    "AdminDecides": "domain.errors",
    "KeptOut": "domain.errors",
    "OrderRemoved": "domain.errors",
    "AlreadyUsed": "domain.errors",
    "InUse": "domain.errors",
    "StillBelongs": "domain.errors",
    "StillUsed": "domain.errors",
    "LastOne": "domain.errors",
    "StorageError": "application.ports.storage",
    "Transactions": "application.ports.storage",
    "StorageUnavailable": "application.ports.storage",
    "StorageBusy": "application.ports.storage",
    "StorageUncertain": "application.ports.storage",
    "StorageCrowded": "application.ports.storage",
    "StorageDamaged": "application.ports.storage",
    "StorageRejected": "application.ports.storage",
    "CatalogueRow": "application.use_cases.catalogue.lookup",
    "Clock": "application.ports.runtime",
    "Recap": "application.reports.recap_data",
    "MigrationFailed": "adapters.sql.migrate",
    "NewerSchema": "adapters.sql.migrate",
    "OrderEvent": "domain.events",
    "OrderPlaced": "domain.events",
    "OrderImported": "domain.events",
    "OrderTaken": "domain.events",
    "OrderGivenBack": "domain.events",
    "OrderAssigned": "domain.events",
    "StatusChanged": "domain.events",
    "FieldChange": "domain.events",
    "OrderCorrected": "domain.events",
    "MessageJoined": "domain.events",
    "OrderNudged": "domain.events",
    "OrderReopened": "domain.events",
    "StatusUndone": "domain.events",
    "OrderWithdrawn": "domain.events",
    "OrderDeleted": "domain.events",
    "OrderRestored": "domain.events",
    "WordsSent": "domain.events",
    "OrderTransferred": "domain.events",
    "HoldUpCleared": "domain.events",
    "OrderRemarked": "domain.events",
    "JournalEntry": "application.ports.journal",
    "ByteStream": "entrypoints.library.files",
    "Clash": "application.use_cases.orders.clashes",
    "Count": "entrypoints.library.selection",
    "Mention": "application.ports.mentions",
    "OrderFile": "application.ports.files",
    "OrderSearch": "entrypoints.library.order_search",
    "OrderSelection": "entrypoints.library.selection",
    "Orders": "entrypoints.library.orders",
    "SetAside": "application.ports.set_aside",
    "ShiftHandover": "application.ports.shift_handovers",
    "WorkPreferences": "application.ports.work_preferences",
    "AccessRequest": "domain.people",
    "Affected": "application.use_cases.orders.declare_disturbance",
    "AnomalyPage": "application.use_cases.devices.anomalies",
    "Catalogue": "entrypoints.library.catalogue",
    "Comparison": "application.use_cases.tables.reconcile_orders",
    "Completed": "entrypoints.library.provider",
    "DayNote": "application.ports.day_notes",
    "DayOfMessages": "entrypoints.library.messages",
    "Delivery": "application.ports.outbox",
    "DevicePage": "application.use_cases.devices.device_ledger",
    "Devices": "entrypoints.library.devices",
    "Disturbance": "domain.disturbance",
    "Effects": "application.use_cases.catalogue.decide_patterns",
    "EventFilter": "application.ports.security_events",
    "FailedPlan": "application.use_cases.messages.resend_failed",
    "FirstStep": "application.use_cases.people.first_steps",
    "ImportPlan": "application.use_cases.tables.import_rows",
    "ImportedOrders": "entrypoints.library.imports",
    "ImportedRows": "entrypoints.library.imports",
    "Imports": "entrypoints.library.imports",
    "InstallationSettings": "entrypoints.library.settings",
    "LedgerRow": "application.ports.inbox",
    "Messages": "entrypoints.library.messages",
    "NewAccount": "entrypoints.library.people",
    "OrderPlan": "application.use_cases.tables.order_plan",
    "OrderTable": "entrypoints.library.tables",
    "OutboxItem": "application.ports.outbox",
    "Outcome": "application.ports.inbox",
    "Patterns": "domain.patterns",
    "People": "entrypoints.library.people",
    "PersonFields": "entrypoints.library.people",
    "ProviderTable": "entrypoints.library.provider",
    "Recaps": "entrypoints.library.recaps",
    "RecapFilters": "entrypoints.library.recaps",
    "Dimension": "application.ports.facts",
    "RetentionPlan": "application.use_cases.retention.decide_retention",
    "Rules": "entrypoints.library.settings",
    "Schedule": "application.ports.schedules",
    "SecurityEvent": "application.ports.security_events",
    "Snippet": "application.ports.snippets",
    "Statement": "application.use_cases.seals.statement",
    "StuckOrders": "application.use_cases.orders.ask_technicians",
    "TableOptions": "entrypoints.library.tables",
    "TakeBackPlan": "application.use_cases.tables.take_back",
    "Target": "application.ports.targets",
    "Unconfirmed": "application.use_cases.catalogue.decide_patterns",
    "Use": "application.use_cases.catalogue.edit_catalogue",
    "WallLink": "application.ports.wall_links",
    "WrittenTable": "application.ports.written_tables",
    "DisturbedPlace": "entrypoints.library.many_orders",
    "Scope": "domain.disturbance",
    "Fate": "application.ports.failed_messages",
    "FailedSum": "application.ports.failed_messages",
    "Agreement": "application.use_cases.tables.reconcile_orders",
    "RowVerdict": "application.use_cases.tables.order_plan",
    "Verdict": "application.use_cases.tables.judge_list",
    "WrittenState": "application.ports.written_tables",
    "Anomaly": "application.use_cases.devices.anomalies",
    "EventKind": "application.ports.security_events",
    "Channel": "domain.order_data",
    "Meaning": "domain.catalogue",
    "FileState": "application.ports.files",
}

__all__ = [*sorted([*_PLACES, "DomainError"]), "__version__"]  # derived; a test compares it with __init__.pyi


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("sikpro")
    try:
        place = _PLACES[name]
    except KeyError:
        raise AttributeError(f"module 'sikpro' has no attribute {name!r}") from None
    return getattr(import_module(f"sikpro.{place}"), name)


def _sentence(error: DomainError, language: str) -> str:
    words: str = import_module("sikpro.application.i18n").words_in(language, "UTC").error(error)
    return words


say_errors_with(_sentence)


def __dir__() -> list[str]:
    return sorted(__all__)
