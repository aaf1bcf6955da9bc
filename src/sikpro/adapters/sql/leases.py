"""The condition for the end of a lease."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from sikpro.application.ports.runtime import CLOCK_STEP


def lease_is_over(leased_until: sa.ColumnElement[Any], now: datetime, span: timedelta) -> sa.ColumnElement[bool]:
    """Return whether the lease is free: never taken, expired, or with an end later than a lease taken now could have.

    In the last case the clock was set back since; all processes take the lease for the same `span`.
    """
    return sa.or_(leased_until.is_(None), leased_until <= now, leased_until > now + span + CLOCK_STEP)
