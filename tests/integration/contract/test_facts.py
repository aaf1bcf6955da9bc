"""What the facts of recaps promise."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa

from sikpro.testing.contracts.facts import FactsContract

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_what_ended_in_a_period_is_read_from_an_index(engine: sa.Engine) -> None:
    """Today's recap asks for it fourteen times: a million completed orders are not walked for it."""
    query = "SELECT count(*) FROM orders WHERE phase IN ('completed', 'cancelled') AND finished_at >= '2026-11-02'"
    on_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if not on_sqlite:
            connection.execute(sa.text("SET enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
        plan = " ".join(str(row) for row in connection.execute(sa.text(explain + query)))
    assert "ix_orders_phase_finished_at" in plan


class TestFacts(FactsContract):
    pass
