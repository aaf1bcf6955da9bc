"""Feedback belongs to the status that it was sent with: remove feedback of earlier statuses from existing orders."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remove feedback from orders whose journal has another status with it or since; undone changes do not count."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    status, feedback = (
        ("json_extract(data, '$.state.status')", "json_extract(data, '$.feedback')")
        if sqlite
        else ("data->'state'->>'status'", "data->>'feedback'")
    )
    op.execute(
        f"""
        UPDATE orders SET last_feedback = '', last_feedback_at = NULL FROM (
            SELECT steps.order_id FROM (
                SELECT order_id, id, kind, {status} AS status, {feedback} AS feedback,
                    COALESCE(LEAD(kind) OVER (PARTITION BY order_id ORDER BY id), '') AS following
                FROM journal WHERE order_id IS NOT NULL
            ) AS steps JOIN orders AS present ON present.id = steps.order_id
            WHERE present.last_feedback <> '' AND steps.following <> 'StatusUndone'
            GROUP BY steps.order_id
            HAVING MAX(CASE WHEN steps.status <> present.status THEN steps.id END)
                >= MAX(CASE WHEN steps.kind = 'StatusChanged' AND steps.feedback <> '' THEN steps.id END)
        ) AS earlier
        WHERE earlier.order_id = orders.id
        """
    )


def downgrade() -> None:
    """Do nothing: the journal still has the feedback."""
