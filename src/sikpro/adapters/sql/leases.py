"""The condition for the end of a lease."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from sikpro.adapters.sql.columns import UtcDateTime
from sikpro.application.ports.runtime import CLOCK_STEP

_NOW = sa.bindparam("lease_now", type_=UtcDateTime())
_LATEST = sa.bindparam("lease_latest", type_=UtcDateTime())


def lease_is_over(leased_until: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return whether the lease is free: never taken, expired, or with an end later than a lease taken now could have.

    In the last case the clock was set back since; all processes take the lease for the same span. The statement runs
    with the parameters of `lease_times`.
    """
    return sa.or_(leased_until.is_(None), leased_until <= _NOW, leased_until > _LATEST)


def lease_times(now: datetime, span: timedelta) -> Mapping[str, datetime]:
    """Return the parameters of `lease_is_over`, for leases that are taken at a time for a span."""
    return {"lease_now": now, "lease_latest": now + span + CLOCK_STEP}
