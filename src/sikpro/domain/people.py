"""The people: their accounts on the web and on Telegram, and their permissions."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from sikpro.domain.errors import NotPermitted


class Role(StrEnum):
    """A person's role. A technician has it by code, the others by account."""

    TECHNICIAN = "technician"
    HELPDESK = "helpdesk"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Permission(StrEnum):
    """A permission; the table of roles lists who has it."""

    REGISTER = "register"
    VIEW_SITE_OPERATION = "view_site_operation"
    VIEW_ALL = "view_all"
    WORK = "work"
    ENTER_ORDERS = "enter_orders"
    LEAD = "lead"
    MANAGE_TECHNICIANS = "manage_technicians"
    VIEW_OWN_REPORT = "view_own_report"
    VIEW_REPORTS = "view_reports"
    CLOSE_MONTH = "close_month"
    AUDIT = "audit"
    ADMINISTER = "administer"


_P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TECHNICIAN: frozenset({_P.REGISTER, _P.VIEW_SITE_OPERATION}),
    Role.HELPDESK: frozenset({_P.REGISTER, _P.VIEW_ALL, _P.WORK, _P.ENTER_ORDERS, _P.VIEW_OWN_REPORT}),
    Role.TEAM_LEADER: frozenset(
        {_P.REGISTER, _P.VIEW_ALL, _P.WORK, _P.ENTER_ORDERS, _P.LEAD, _P.MANAGE_TECHNICIANS}
        | {_P.VIEW_OWN_REPORT, _P.VIEW_REPORTS}
    ),
    Role.SUPERVISOR: frozenset({_P.VIEW_ALL, _P.VIEW_OWN_REPORT, _P.VIEW_REPORTS, _P.CLOSE_MONTH, _P.AUDIT}),
    Role.ADMIN: frozenset(
        {_P.VIEW_ALL, _P.LEAD, _P.MANAGE_TECHNICIANS, _P.VIEW_OWN_REPORT, _P.VIEW_REPORTS}
        | {_P.CLOSE_MONTH, _P.AUDIT, _P.ADMINISTER}
    ),
}


@frozen(kw_only=True)
class Person:
    """A person known to SIKPRO, by account (`username` and `role`), by technician code, or by both.

    `telegram_id` is connected with an approval or a link. `language` is `id` or `en`.
    """

    id: int
    name: str
    username: str | None = None
    password_hash: str | None = None
    role: Role | None = None
    technician_code: str | None = None
    site_operation: str | None = None
    telegram_id: int | None = None
    phone: str = ""
    language: str = "id"
    must_change_password: bool = False
    active: bool = True
    version: int = 1

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of this person."""
        own = {self.role} if self.role else set()
        return frozenset(own | ({Role.TECHNICIAN} if self.technician_code else set()))

    @property
    def can_log_in(self) -> bool:
        """Whether the person has an account with a password, and is active. The account of scripts has none."""
        return self.active and self.role is not None and self.password_hash is not None

    @property
    def administers(self) -> bool:
        """Whether the person can log in as an admin: one of them must stay."""
        return self.can_log_in and self.may(Permission.ADMINISTER)

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles has the permission. An inactive person has none."""
        return self.active and any(permission in PERMISSIONS[role] for role in self.roles)

    def must(self, permission: Permission) -> None:
        """Raise `NotPermitted` unless the person has the permission."""
        if not self.may(permission):
            raise NotPermitted(permission=permission)


class RequestState(StrEnum):
    """The state of a request for access."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


@frozen(kw_only=True)
class AccessRequest:
    """An unknown person's request for access on Telegram. A team leader or an admin decides about it.

    `technician_code` is the code that they wrote, or ""; `matched_person` is the person whom the code or a shared phone
    number matched at that time.
    """

    id: int
    telegram_id: int
    chat_id: int
    name: str
    telegram_name: str = ""
    technician_code: str = ""
    phone: str = ""
    matched_person: int | None = None
    requested_at: datetime
    state: RequestState = RequestState.PENDING
    decided_by: int | None = None
    decided_at: datetime | None = None
