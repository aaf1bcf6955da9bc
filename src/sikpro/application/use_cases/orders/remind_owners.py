"""Tell each owner of a held-up status once a day which orders are still theirs, in working time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.notify_owner import owner_chat, remind_owner
from sikpro.application.use_cases.orders.clear_hold_ups import orders_of_status
from sikpro.domain.working_time import is_working_time

OWNER = "owner"
"""The kind of the reminders; their subject is the status."""


def remind_owners(uow: UnitOfWork, now: datetime, zone: str) -> int:
    """Send the daily lists that are due, and return how many. An owner without orders gets none."""
    installation, local = uow.installation.get(), now.astimezone(ZoneInfo(zone))
    if local.time() < installation.owners_at or not is_working_time(now, installation, zone):
        return 0
    sent, already = 0, uow.reminders.sent(OWNER, local.date())
    for owner in uow.owners.all():
        if owner.status in already or owner_chat(uow, owner) is None:
            continue
        rows = orders_of_status(uow, owner.status)
        if rows and uow.reminders.first(OWNER, owner.status, local.date(), now):
            sent += remind_owner(uow, owner.status, rows, now, zone=zone)
    return sent
