"""Every port has a contract suite that calls each of its members, and every fake of the tests runs in one."""

import ast
import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from sikpro.application import ports
from sikpro.application.ports.storage import UnitOfWork
from sikpro.testing import contracts
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.store import StoreContract

TESTS = Path(__file__).parent.parent
CONTRACT = TESTS / "integration" / "contract"
KIT = TESTS.parent / "src" / "sikpro" / "testing"
FAKES = TESTS / "fakes.py", *(KIT / f"{name}.py" for name in ("clock", "fakes", "messenger", "transactions"))

SUITES: dict[str, tuple[str, ...]] = {
    "AccessRequestRepository": ("people",),
    "Alerts": ("files", "workers_and_access"),
    "Archives": ("archives",),
    "AsyncTransactions": ("async_transactions",),
    "Backups": ("backup_folder",),
    "BarcodeReader": ("barcode_reader",),
    "BindLinks": ("workers_and_access",),
    "Blobs": ("exports",),
    "BotAccounts": ("bots",),
    "CatalogueRepository": ("catalogue_and_journal",),
    "Claims": ("claims",),
    "Clock": ("clock",),
    "ClosedMonths": ("months",),
    "ConversationStore": ("workers_and_access",),
    "DayNotes": ("months",),
    "DataPlace": ("health",),
    "DeviceQueries": ("devices",),
    "Disturbances": ("owners_and_disturbances",),
    "Exports": ("exports",),
    "FailedMessages": ("failed_messages",),
    "FileSource": ("file_source",),
    "FileStore": ("files", "late_ends"),
    "HealthRecords": ("health",),
    "Inbox": ("inbox",),
    "InstallationRepository": ("catalogue_and_journal",),
    "Jobs": ("workers_and_access", "late_ends"),
    "Journal": ("catalogue_and_journal",),
    "KeptAnswers": ("tokens",),
    "LiveEvents": ("live_events",),
    "LoginAttempts": ("workers_and_access",),
    "LoginTickets": ("two_steps",),
    "Measures": ("measures",),
    "Mentions": ("working",),
    "Messenger": ("messenger",),
    "OrderFacts": ("facts", "months"),
    "OrderQueries": ("queries", "search", "totals"),
    "OrderRepository": ("orders", "undo_and_views"),
    "Outbox": ("outbox", "outbox_outcomes", "failed_messages", "late_ends", "undo_and_views"),
    "Owners": ("owners_and_disturbances",),
    "Passwords": ("passwords",),
    "PersonalTokens": ("tokens",),
    "PersonRepository": ("people", "search", "written_tables"),
    "PhotoReads": ("photo_reads", "late_ends"),
    "PictureMaker": ("picture_maker",),
    "SavedViews": ("undo_and_views",),
    "Reminders": ("reminders",),
    "Retention": ("retention",),
    "Schedules": ("schedules",),
    "SecondSteps": ("two_steps",),
    "Seals": ("seals",),
    "SecurityEvents": ("security_events",),
    "Sessions": ("workers_and_access",),
    "ShiftHandovers": ("working",),
    "SetAsides": ("working",),
    "Snippets": ("working",),
    "TableReader": ("table_reader",),
    "StoreKind": ("store_kind",),
    "Targets": ("months",),
    "Transactions": ("transactions",),
    "UndoSteps": ("undo_and_views",),
    "UnitOfWork": ("transactions",),
    "UpdateSource": ("update_source",),
    "WallLinks": ("working",),
    "WebhookSender": ("webhook_sender",),
    "Webhooks": ("webhooks",),
    "WorkPreferencesStore": ("working",),
    "WorkbookWriter": ("workbook_writer",),
    "WrittenTables": ("written_tables",),
}
"""The suites of each port: modules of `sikpro.testing.contracts`."""


def public_ports() -> Iterator[type]:
    """The protocols of `application.ports`, without the groups by capability: `UnitOfWork` is all of these."""
    for module in pkgutil.iter_modules(ports.__path__, f"{ports.__name__}."):
        for one in vars(importlib.import_module(module.name)).values():
            here = isinstance(one, type) and one.__module__ == module.name
            if here and Protocol in one.__bases__ and one not in UnitOfWork.__bases__:
                yield one


PORTS = {one.__name__: one for one in public_ports()}


def words(paths: Iterable[Path]) -> set[str]:
    """The names and attributes that files use."""
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text()))]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def test_every_port_has_a_contract_suite_and_no_suite_is_of_a_port_that_is_gone() -> None:
    assert SUITES.keys() == PORTS.keys()


@pytest.mark.parametrize("port", PORTS)
def test_every_member_of_a_port_is_called_in_its_suite(port: str) -> None:
    members = {name for name in vars(PORTS[port]) if not name.startswith("_")}
    assert members
    assert members - words(KIT / "contracts" / f"{suite}.py" for suite in SUITES[port]) == set()


def own_names(suite: type) -> list[str]:
    """The tests and fixtures that a suite adds to its basis."""
    return [name for name in vars(suite) if not name.startswith("__")]


def test_the_suite_of_a_whole_store_is_all_suites_of_a_store_and_none_hides_a_test_or_a_fixture_of_another() -> None:
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.iter_modules(contracts.__path__, f"{contracts.__name__}.")
    ]
    classes = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    suites = {one for one in classes if issubclass(one, StoreSuite) and one.__name__.endswith("Contract")}
    assert set(StoreContract.__bases__) == suites - {StoreContract}
    names = Counter(name for suite in suites for name in own_names(suite))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_fake_of_the_tests_runs_in_a_contract_suite() -> None:
    trees = [ast.parse(path.read_text()) for path in FAKES]
    fakes = {node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    assert len(fakes) > len(FAKES)
    assert fakes - words(CONTRACT.glob("*.py")) == set()
