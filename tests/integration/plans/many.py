"""Years of orders on PostgreSQL, whose planner looks at the rows: an order copied with what is written about it."""

from collections.abc import Mapping

import sqlalchemy as sa

from sikpro.adapters.sql.inbox import inbox
from sikpro.adapters.sql.journal import journal
from sikpro.adapters.sql.outbox import outbox
from sikpro.adapters.sql.seals import ledger_facts
from sikpro.adapters.sql.tables import orders
from sikpro.testing.builders import NOON

MANY = 60_000
"""Orders on PostgreSQL: one every seven minutes, the newest at noon."""

_NOON = f"timestamptz '{NOON.isoformat()}'"
_WHEN = f"{_NOON} - n * interval '7 minutes'"


def multiply(connection: sa.Connection) -> None:
    """Copy the first order: most ended, each other value one of several."""
    replaced = {
        "id": "n",
        "number": "'SC' || (30000000 + n)",
        "duplicate_key": "NULL",
        "serial": "'ZTEG' || lpad((n / 2)::text, 8, '0')",
        "received_at": _WHEN,
        "finished_at": f"CASE WHEN n % 50 > 0 THEN {_NOON} - n * interval '6.9 minutes' END",
        "first_action_at": f"{_NOON} - n * interval '6.95 minutes'",
        "phase": "CASE WHEN n % 50 = 0 THEN 'held_up' WHEN n % 11 = 0 THEN 'cancelled' ELSE 'completed' END",
        "status": "CASE WHEN n % 50 = 0 THEN 'odp_penuh' WHEN n % 11 = 0 THEN 'batal' ELSE 'selesai' END",
        "turn": "CASE WHEN n % 50 = 0 THEN 'technician' ELSE 'nobody' END",
        "sto": "(ARRAY['SDA', 'TUN', 'GDS', 'SPJ'])[1 + n % 4]",
        "odp": "'ODP-SDA-' || lpad((n % 500)::text, 3, '0')",
        "technician": "'F5SDA' || lpad((n % 300)::text, 3, '0')",
        "type": "(ARRAY['AO', 'AO', 'MO', 'PDA'])[1 + n % 4]",
        "helpdesk": "n % 8",
        "search_text": "'sc' || (30000000 + n) || ' zteg odp-sda-' || n % 500",
    }
    _copy(connection, orders, replaced)


def multiply_what_is_written(connection: sa.Connection) -> None:
    """Copy a message, an answer, an event and a fact for each order: one message of 100 was refused."""
    refused = "CASE WHEN n % 100 = 0 THEN 'refusal' ELSE 'order' END"
    detail = "CASE WHEN n % 100 = 0 THEN 'order.duplicate' ELSE 'registered' END"
    said = {"received_at": _WHEN, "sent_at": _WHEN, "outcome": refused, "detail": detail}
    _copy(connection, inbox, {"id": "n", "key": "'k' || n", "message_id": "n", "order_id": "n"} | said)
    sent = {"state": "CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'sent' END", "created_at": _WHEN, "message_id": "n"}
    _copy(connection, outbox, {"id": "n", "order_id": "n", "random_id": "n"} | sent)
    _copy(connection, journal, {"id": "n", "order_id": "n", "at": _WHEN})
    number = "'SC' || (30000000 + n)"
    _copy(connection, ledger_facts, {"id": "n", "row_id": "n", "order_id": "n", "at": _WHEN, "number": number})


def _copy(connection: sa.Connection, table: sa.Table, replaced: Mapping[str, str]) -> None:
    columns = [column.name for column in table.columns]
    quoted = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(replaced.get(name, f'"{name}"') for name in columns).replace("%", "%%")
    first = f"(SELECT * FROM {table.name} ORDER BY id LIMIT 1) AS first"
    many = f"generate_series(1000, {MANY}) AS n"
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({quoted}) SELECT {values} FROM {first}, {many}")


def analyse(engine: sa.Engine) -> None:
    """Let PostgreSQL take its figures of all tables."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
