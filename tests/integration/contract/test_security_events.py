"""What the record of security events promises: rows come back as added, by filter and page, and none ever changes."""

import ast
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from sikpro.adapters.sql import SqlTransactions
from sikpro.application.ports.security_events import SecurityEvents
from sikpro.application.ports.storage import StorageError
from sikpro.testing.contracts.security_events import SecurityEventsContract, add, event, found


def test_the_port_has_no_way_to_change_or_delete_an_event() -> None:
    assert {name for name in vars(SecurityEvents) if not name.startswith("_")} == {"add", "page", "counts"}
    sources = Path(__file__).parents[3] / "src" / "sikpro"
    calls = [
        ast.unparse(node)
        for path in sources.rglob("*.py")
        if "security_events" in (text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"sa.update", "sa.delete", "sa.text"}
    ]
    assert [call for call in calls if "security_events" in call] == []


@pytest.mark.parametrize("statement", ["UPDATE security_events SET details = 'x'", "DELETE FROM security_events"])
def test_the_database_itself_refuses_to_change_or_delete_an_event(
    databases: SqlTransactions, engine: Engine, statement: str
) -> None:
    kept = add(databases, event(1), event(2))
    with pytest.raises((SQLAlchemyError, StorageError), match="never changed or deleted"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert found(databases) == list(reversed(kept))


class TestSecurityEvents(SecurityEventsContract):
    pass
