"""When a lease is over, as a condition."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from sikpro.application.ports.runtime import CLOCK_STEP


def lease_is_over(leased_until: sa.ColumnElement[Any], now: datetime, span: timedelta) -> sa.ColumnElement[bool]:
    """Whether nobody has the lease: it was never taken, has run out, or ends later than one taken now could.

    The last is one that was taken before the clock was set back; all who take it take it for the same `span`.
    """
    return sa.or_(leased_until.is_(None), leased_until <= now, leased_until > now + span + CLOCK_STEP)
