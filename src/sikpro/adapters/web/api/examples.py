"""An example of each operation, for its description; a test runs every one."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

WAITING, MINE, COMPLETED, DELETED = 1, 2, 3, 4
"""The orders of the examples: one that waits, one that you have, one that is completed, one that was deleted."""

_FIELDS = {
    "type": "AO",
    "registration_number": "SC32232558",
    "serial": "ZTEGC6754546",
    "sto": "SDA",
    "odp": "ODP-SDA-003",
    "technician": "F5SDA445",
}


@frozen(kw_only=True)
class Example:
    """What to send: the parts of the address, its query and a body; `by` is who may, if not every helpdesk."""

    path: Mapping[str, str | int] = field(factory=dict[str, "str | int"])
    query: str = ""
    body: Any = None
    by: str = "helpdesk"

    def address(self, template: str) -> str:
        """Return the address with its parts filled in."""
        for name, value in self.path.items():
            template = template.replace(f"{{{name}}}", str(value))
        return template + (f"?{self.query}" if self.query else "")


def _order(order_id: int, body: Any = None, **more: Any) -> Example:
    return Example(path={"order_id": order_id}, body=body, **more)


EXAMPLES: Mapping[str, Example] = {
    "list_orders": Example(query="view=open&sto=SDA&limit=20"),
    "register_order": Example(body={"fields": _FIELDS}),
    "get_order": _order(WAITING),
    "find_order": Example(path={"number": "SC10000001"}),
    "list_journal": _order(WAITING),
    "list_messages": _order(WAITING),
    "list_files": _order(WAITING),
    "get_file": Example(path={"file_id": 1}),
    "take_next": Example(body={"query": "sto=SDA&type=AO"}),
    "hand_over": Example(body={"fields": {"technician": "F5SDA445", "sto": "SDA"}}, by="team_leader"),
    "correct_order": _order(MINE, {"fields": {"odp": "ODP-SDA-004"}}),
    "take_order": _order(WAITING),
    "give_back_order": _order(MINE),
    "assign_order": _order(WAITING, {"to": 2}, by="team_leader"),
    "set_status": _order(MINE, {"status": "odp_penuh", "feedback": "Cari ODP lain ya"}),
    "reopen_order": _order(COMPLETED, {"reason": "Belum bisa internet"}),
    "send_text": _order(WAITING, {"text": "Sebentar ya"}),
    "remark_order": _order(WAITING, {"text": "@tono tolong lihat"}),
    "nudge_helpdesk": _order(WAITING),
    "delete_order": _order(WAITING, {"reason": "Salah kirim"}, by="team_leader"),
    "restore_order": _order(DELETED, by="admin"),
    "list_catalogue": Example(path={"name": "statuses"}),
    "add_catalogue_row": Example(
        path={"name": "stos"},
        body={"entries": {"code": "WRU", "name": "Waru", "site_operation": "SDA"}},
        by="admin",
    ),
    "change_catalogue_row": Example(
        path={"name": "stos", "code": "SPJ"}, body={"entries": {"name": "Sepanjang Baru"}}, by="admin"
    ),
    "delete_catalogue_row": Example(path={"name": "stos", "code": "SPJ"}, by="admin"),
    "get_me": Example(),
    "list_colleagues": Example(),
    "list_people": Example(query="role=technician&active=true", by="team_leader"),
    "get_person": Example(path={"person_id": 6}, by="team_leader"),
    "add_technician": Example(
        body={"name": "Citra", "technician_code": "F5SDA447", "site_operation": "SDA"}, by="team_leader"
    ),
    "change_technician": Example(path={"person_id": 7}, body={"phone": "081234567890"}, by="team_leader"),
    "get_recap": Example(path={"period": "2026-11"}, query="sto=SDA"),
    "request_export": Example(body={"period": "2026-11", "kind": "xlsx", "filters": {"sto": "SDA"}}),
    "list_exports": Example(),
    "get_export": Example(path={"export_id": 1}),
    "cancel_export": Example(path={"export_id": 1}),
    "get_export_file": Example(path={"export_id": 2}),
    "list_received": Example(query="outcome=order", by="team_leader"),
    "import_rows": Example(
        path={"what": "stos"}, body={"rows": [{"code": "WRU", "name": "Waru", "site_operation": "SDA"}]}, by="admin"
    ),
    "list_writings": Example(by="admin"),
    "get_writing": Example(path={"table_id": 1}, by="admin"),
    "look_up_device": Example(query="q=ZTEGC6754546"),
    "get_orders_table": Example(query="month=2026-11&sto=SDA", by="admin"),
    "get_daily_table": Example(query="period=2026-11", by="admin"),
}
"""By the id of the operation."""
