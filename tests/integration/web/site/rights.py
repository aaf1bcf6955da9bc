"""Who may go where on the console: declared by hand from what each role is for, never read from the code.

A new route fails `test_route_walk` until it has its line here. A line says which roles are let in at all; what they may
do with another person's object is in `objects.py`.
"""

from collections.abc import Mapping

from sikpro.domain.people import Role
from tests.integration.web.everything import WALL

TECHNICIAN, HELPDESK, LEADER, SUPERVISOR, ADMIN = Role

VISITOR = "visitor"
ONE_TIME = "one-time password"
"""An admin who has to change their password first."""

EVERYBODY = frozenset({VISITOR, ONE_TIME, *Role})
ACCOUNTS = frozenset(Role)
OWN_PASSWORD = ACCOUNTS | {ONE_TIME}
OFFICE = ACCOUNTS - {TECHNICIAN}
WORKERS = frozenset({HELPDESK, LEADER})
WORK_AND_LEAD = frozenset({HELPDESK, LEADER, ADMIN})
LEADERS = frozenset({LEADER, ADMIN})
REPORTS = frozenset({LEADER, SUPERVISOR, ADMIN})
MONTHS = frozenset({SUPERVISOR, ADMIN})
ADMINS = frozenset({ADMIN})

RIGHTS: Mapping[frozenset[str], str] = {
    EVERYBODY: """
        GET /healthz
        GET /readyz
        GET /login
        POST /login
        GET /login/code
        POST /login/code
        POST /logout
        POST /language
        POST /theme
        GET /manifest.webmanifest
        GET /static/{version}/{name}
        GET /wall/{token}
    """,
    OWN_PASSWORD: """
        GET /password
        POST /password
    """,
    ACCOUNTS: """
        GET /
        GET /bot
        GET /live
        GET /palette
        GET /reading/{key}
        GET /files/{file_id}
        GET /orders
        GET /orders/find
        GET /orders/bulk
        GET /orders/layout
        GET /orders/undo
        POST /orders/layout
        POST /orders/views
        POST /orders/views/{view_id}/delete
        GET /orders/{order_id}
        GET /orders/{order_id}/assign
        GET /orders/{order_id}/delete
        GET /orders/{order_id}/edit
        GET /orders/{order_id}/give-back
        GET /orders/{order_id}/go-on
        GET /orders/{order_id}/mention-read
        GET /orders/{order_id}/preview
        GET /orders/{order_id}/remark
        GET /orders/{order_id}/reopen
        GET /orders/{order_id}/restore
        GET /orders/{order_id}/status
        GET /orders/{order_id}/take
        GET /orders/{order_id}/undo
        GET /orders/{order_id}/words
        GET /profile
        POST /profile/tokens
        POST /profile/tokens/{token_id}/end
        GET /profile/two-steps
        GET /profile/two-steps/picture.svg
        POST /profile/two-steps/begin
        POST /profile/two-steps/codes
        POST /profile/two-steps/confirm
        POST /profile/two-steps/off
        POST /profile/sessions/end-others
        POST /profile/sessions/{session_id}/end
        POST /profile/telegram
        POST /profile/telegram/unbind
    """,
    OFFICE: """
        GET /dashboard
        GET /devices
        GET /exports
        POST /exports
        POST /exports/{export_id}/cancel
        GET /exports/{export_id}/file
        POST /orders/{order_id}/mention-read
        GET /recap
        GET /recap/day/{name}
        GET /recap/day/{name}/sheet
        GET /recap/free/{name}
        GET /recap/free/{name}/sheet
        GET /recap/month/{name}
        GET /recap/month/{name}/sheet
        GET /shift
    """,
    WORKERS: """
        GET /orders/new
        POST /orders/new
        POST /orders/new/check
        POST /orders/next
        POST /orders/undo
        POST /orders/{order_id}/edit
        POST /orders/{order_id}/give-back
        POST /orders/{order_id}/go-on
        POST /orders/{order_id}/keep
        POST /orders/{order_id}/preview
        POST /orders/{order_id}/put-off
        POST /orders/{order_id}/renew
        POST /orders/{order_id}/reopen
        POST /orders/{order_id}/resend
        POST /orders/{order_id}/skip
        POST /orders/{order_id}/status
        POST /orders/{order_id}/take
        POST /orders/{order_id}/undo
        POST /orders/{order_id}/words
        POST /profile/work
        POST /shift
        POST /snippets
    """,
    WORK_AND_LEAD: """
        GET /disturbances
        POST /disturbances
        GET /disturbances/new
        POST /disturbances/new
        GET /disturbances/{number}
        POST /disturbances/{number}/end
        POST /orders/bulk
        POST /orders/{order_id}/remark
        GET /owners
        GET /owners/{code}
        POST /owners/{code}/cleared
        GET /snippets
        POST /snippets/{snippet_id}/delete
    """,
    LEADERS: """
        GET /access
        POST /access/approve
        POST /access/{request_id}/approve
        POST /access/{request_id}/refuse
        GET /drafts
        GET /notice
        POST /notice
        POST /orders/{order_id}/assign
        POST /orders/{order_id}/delete
        GET /people/{person_id}
        POST /people/{person_id}
        POST /people/{person_id}/active
        POST /people/{person_id}/link
        GET /people/{person_id}/orders
        POST /people/{person_id}/orders
        POST /people/{person_id}/unbind
        GET /reconcile
        POST /reconcile
        GET /reconcile/{upload_id}
        POST /reconcile/{upload_id}
        POST /reconcile/{upload_id}/complete
        GET /reconcile/{upload_id}/lacking.csv
        POST /reconcile/{upload_id}/make
        GET /ledger/failed
        POST /ledger/failed
        GET /set-aside
        GET /stuck
        POST /stuck
        GET /technicians
        POST /technicians
        POST /technicians/{person_id}/active
    """,
    REPORTS: """
        GET /devices/anomalies
        GET /devices/files/{file}
        GET /ledger
        POST /recap/notes
        GET /recap/notes/new
        GET /recap/notes/{note_id}
        POST /recap/notes/{note_id}
        POST /recap/notes/{note_id}/delete
        GET /schedules
        POST /schedules
        POST /schedules/{schedule_id}/active
        POST /schedules/{schedule_id}/drop
        POST /schedules/{schedule_id}/now
        GET /written
    """,
    MONTHS: """
        GET /metrics
        GET /health
        GET /seals
        POST /recap/month/{name}/close
        POST /recap/month/{name}/open
        GET /targets
        POST /targets
        GET /lists/{file} targets.csv
        GET /lists/{name}/import targets
        POST /lists/{name}/import targets
        GET /lists/{name}/import/{upload_id} targets
        POST /lists/{name}/import/{upload_id} targets
        POST /lists/{name}/import/{upload_id}/apply targets
    """,
    ADMINS: """
        GET /catalogue
        GET /catalogue/{name}
        POST /catalogue/{name}
        GET /catalogue/{name}/new
        GET /catalogue/{name}/row/{code}
        POST /catalogue/{name}/row/{code}
        POST /catalogue/{name}/row/{code}/active
        POST /catalogue/{name}/row/{code}/delete
        GET /lists/{file} people.csv
        GET /lists/{name}/import people
        POST /lists/{name}/import people
        GET /lists/{name}/import/{upload_id} people
        POST /lists/{name}/import/{upload_id} people
        POST /lists/{name}/import/{upload_id}/apply people
        GET /orders/import
        POST /orders/import
        GET /orders/import/{upload_id}
        POST /orders/import/{upload_id}
        POST /orders/import/{upload_id}/apply
        POST /orders/import/{upload_id}/decide
        POST /orders/{order_id}/restore
        POST /owners/{code}
        POST /people/{person_id}/password
        POST /people/{person_id}/two-steps/reset
        POST /health/clock
        GET /security
        GET /security/file/{file}
        GET /settings
        POST /settings
        GET /settings/patterns
        POST /settings/patterns
        POST /settings/patterns/preview
        GET /settings/retention
        POST /settings/retention
        GET /settings/webhooks
        POST /settings/webhooks
        GET /settings/webhooks/{webhook_id}
        POST /settings/webhooks/{webhook_id}
        POST /settings/webhooks/{webhook_id}/active
        POST /settings/webhooks/{webhook_id}/remove
        POST /settings/webhooks/{webhook_id}/resend
        POST /settings/webhooks/{webhook_id}/secret
        POST /settings/webhooks/{webhook_id}/try
        POST /settings/webhooks/{webhook_id}/deliveries/{delivery_id}/resend
        GET /users
        POST /users
        POST /users/{person_id}/active
        GET /walls
        POST /walls
        POST /walls/{link_id}/end
        GET /written/{table_id}
        POST /written/{table_id}/take-back
    """,
}
"""Who may use which method at which address, here with orders and tables of the demo console (`everything.fill`).

A last word fills the first part of the address, where the right depends on it.
"""

SAMPLES: Mapping[str, str] = {
    "code": "odp_penuh",
    "export_id": "1",
    "file": "orders.csv",
    "file_id": "1",
    "key": "0" * 32,
    "link_id": "1",
    "name": "stos",
    "note_id": "1",
    "number": "1",
    "order_id": "1",
    "person_id": "6",
    "request_id": "1",
    "schedule_id": "1",
    "session_id": "0" * 64,
    "snippet_id": "1",
    "table_id": "1",
    "token": WALL,
    "token_id": "1",
    "upload_id": "1",
    "version": "0",
    "view_id": "1",
    "webhook_id": "1",
    "delivery_id": "1",
}
"""What stands in an address for each of its parts."""


def declared() -> dict[tuple[str, str, str], frozenset[str]]:
    """Return who may, by method, address with its parts, and the word that fills the first of them or ""."""
    found: dict[tuple[str, str, str], frozenset[str]] = {}
    for who, lines in RIGHTS.items():
        for line in lines.strip().splitlines():
            method, path, word = [*line.split(), ""][:3]
            assert (method, path, word) not in found, f"declared twice: {line.strip()}"
            found[method, path, word] = who
    return found


def address(path: str, word: str = "") -> str:
    """Fill in the parts of an address."""
    if word:
        path = path[: path.index("{")] + word + path[path.index("}") + 1 :]
    for name, value in SAMPLES.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"no sample in `rights.SAMPLES` for a part of {path}"
    return path
