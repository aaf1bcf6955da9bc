"""Telkom's promise (*TTI comply*): a line works within 72 hours of its request."""

from datetime import datetime, timedelta

from sikpro.domain.period import Period

PROMISE = timedelta(hours=72)
"""The longest time from the receipt of an order to its completion, by the clock: nights and holidays count."""


def due_at(received_at: datetime) -> datetime:
    """Return when an order falls due: its completion is in time until then, that moment included."""
    return received_at + PROMISE


def received_when_due_in(period: Period) -> Period:
    """Return the span in which the orders were received that fall due in a period."""
    return Period(period.start - PROMISE, period.end - PROMISE)
