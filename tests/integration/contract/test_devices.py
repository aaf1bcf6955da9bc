"""What the reads over modems, boxes and exchanges promise."""

import sqlalchemy as sa

from sikpro.testing.contracts.devices import DevicesContract


def test_the_anomalies_are_read_from_indexes_of_their_own(engine: sa.Engine) -> None:
    """A page of a million orders stays a page: the condition of the partial index is said word for word."""
    asked = {
        "ix_orders_installed": "SELECT serial, count(*) FROM orders WHERE deleted_at IS NULL AND phase <> 'cancelled'"
        " AND serial > '' GROUP BY serial ORDER BY serial",
        "ix_orders_held_up": "SELECT odp FROM orders WHERE deleted_at IS NULL AND hold_ups > 0"
        " AND received_at >= '2026-01-01' ORDER BY received_at, odp",
        "ix_orders_reopened": "SELECT id FROM orders WHERE reopenings > 1 ORDER BY received_at DESC, id DESC LIMIT 5",
    }
    on_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if not on_sqlite:
            connection.execute(sa.text("SET enable_seqscan = off"))
        for index, statement in asked.items():
            explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
            plan = " ".join(str(row) for row in connection.execute(sa.text(explain + statement)))
            assert index in plan


class TestDevices(DevicesContract):
    pass
