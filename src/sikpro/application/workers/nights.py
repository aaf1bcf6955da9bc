"""When the last night was, for what is done once each night."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def last_night(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return the last moment at which the local time was `at`."""
    local = now.astimezone(zone)
    tonight = datetime.combine(local.date(), at, tzinfo=zone)
    return tonight if tonight <= local else tonight - timedelta(days=1)
