"""What the reads over orders promise."""

import sqlalchemy as sa

from sikpro.testing.contracts.queries import QueriesContract


def test_the_live_orders_of_a_modem_and_of_a_port_are_read_from_an_index(engine: sa.Engine) -> None:
    """A receipt among a million orders stays a receipt."""
    live = "deleted_at IS NULL AND phase <> 'completed' AND phase <> 'cancelled'"
    end = "ORDER BY received_at, id LIMIT 6"
    asked = {
        "ix_orders_serial_received_at_id": f"SELECT id FROM orders WHERE {live} AND serial = 'x' {end}",
        "ix_orders_live_port": f"SELECT id FROM orders WHERE {live} AND port <> '' AND odp = 'x' AND port = '5' {end}",
    }
    on_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if not on_sqlite:
            connection.execute(sa.text("SET enable_seqscan = off"))
            # In an empty table all indexes cost PostgreSQL the same: those of more orders are set aside here.
            connection.execute(sa.text("DROP INDEX ix_orders_live, ix_orders_kept_received"))
        for index, statement in asked.items():
            explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
            assert index in " ".join(str(row) for row in connection.execute(sa.text(explain + statement)))


class TestQueries(QueriesContract):
    pass
