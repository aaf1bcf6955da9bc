"""One object of each kind that belongs to somebody, and who else may touch it: declared by hand, as `rights.py` is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from attrs import evolve

from sikpro.adapters.web.site.security import session_id, shown_id
from sikpro.application.ports.network import BotState
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.schedules import Frequency
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.application.use_cases.messages.keep_snippets import save_snippet
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.transfer_orders import open_orders_of
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.application.use_cases.people.access_decision import pointed_to, request_mark
from sikpro.application.use_cases.people.grant_access import ask_access
from sikpro.application.use_cases.people.personal_tokens import make_token
from sikpro.application.use_cases.recaps.keep_schedules import add_schedule
from sikpro.application.use_cases.recaps.pin_notes import add_note
from sikpro.application.use_cases.tables.take_back import ORDERS, record_rows
from sikpro.application.workers.clock_watch import never_jumped
from sikpro.domain.people import Role
from sikpro.testing.builders import (
    NOON,
    a_person,
    a_site_operation,
    a_technician,
    an_access_request,
    an_outgoing,
    an_sto,
)
from sikpro.testing.fakes import QuickPasswords
from tests.integration.web.console import PASSWORD, Site
from tests.integration.web.everything import fill
from tests.integration.web.in_process import Walk, add_people
from tests.integration.web.orders.test_files import photo

ZONE = "Asia/Jakarta"
ABSENT = "999999"
WALKERS = ("tedi", "rina", "bagus", "sari", "admin", "tono", "lena", "dewi")
"""A technician with an account, a helpdesk, a team leader, a supervisor, an admin; and those whose objects they are: a
helpdesk, a team leader and an admin."""

NOBODY: frozenset[str] = frozenset()
ADMIN = frozenset({"admin", "dewi"})
LEAD = ADMIN | {"bagus", "lena"}
WORK = frozenset({"rina", "tono", "bagus", "lena"})
WORK_AND_LEAD = WORK | ADMIN
REPORTS = LEAD | {"sari"}
OFFICE = WORK_AND_LEAD | {"sari"}
TONO, LENA, DEWI = frozenset({"tono"}), frozenset({"lena"}), frozenset({"dewi"})
ITS_HELPDESK = frozenset({"tono", "bagus", "lena"})
"""A team leader answers for the helpdesk who has an order."""

ANSWER = {"status": "odp_penuh", "feedback": "cari ODP lain", "reason": "salah", "version": "{version}"}
EDIT = {
    "type": "AO",
    "registration_number": "SC70000001",
    "serial": "ZTEGC6754546",
    "sto": "MRT",
    "odp": "ODP-MRT-009",
    "technician": "F5SDA445",
}

Case = tuple[Mapping[str, str], frozenset[str]]

_ORDER_FORMS: Mapping[str, Mapping[str, str]] = {
    "assign": {"to": "{rina}"},
    "delete": {"reason": "salah kirim"},
    "edit": EDIT,
    "give-back": {},
    "go-on": {"go_on": "yes"},
    "keep": {},
    "mention-read": {},
    "preview": ANSWER,
    "put-off": {"minutes": "30"},
    "remark": {"remark": "halo"},
    "renew": {},
    "reopen": {"reason": "belum beres"},
    "resend": {"message": "{message}"},
    "restore": {},
    "skip": {"reason": "other"},
    "status": ANSWER,
    "take": {},
    "undo": {},
    "words": {"feedback": "halo"},
}
"""What is pressed on an order's page, with what changes it if it may be changed."""

_WITH_HELPDESK: Mapping[str, frozenset[str]] = {
    "assign": LEAD | TONO,
    "delete": LEAD,
    "edit": TONO,
    "give-back": TONO,
    "go-on": WORK,
    "keep": WORK,
    "mention-read": OFFICE,
    "preview": WORK,
    "put-off": TONO,
    "remark": WORK_AND_LEAD,
    "renew": WORK,
    "resend": WORK,
    "skip": TONO,
    "status": ITS_HELPDESK,
    "take": TONO,
    "words": WORK,
}
"""Who may do what with an order that a helpdesk has. All helpdesks share what is written to its technician and in it;
`keep` and `renew` prolong the claim of who has it, and do nothing for others."""

_WITH_DELETED: Mapping[str, frozenset[str]] = {"restore": ADMIN, "mention-read": OFFICE}
"""`mention-read` is about one's own mentions, whatever became of their order."""

CASES: Mapping[tuple[str, str, str], Case] = {
    ("GET", "/orders/{order_id}", "order elsewhere"): ({}, OFFICE),
    ("GET", "/orders/{order_id}", "deleted order"): ({}, ADMIN),
    **{
        ("POST", f"/orders/{{order_id}}/{act}", "order elsewhere"): (form, _WITH_HELPDESK.get(act, NOBODY))
        for act, form in _ORDER_FORMS.items()
    },
    **{
        ("POST", f"/orders/{{order_id}}/{act}", "deleted order"): (form, _WITH_DELETED.get(act, NOBODY))
        for act, form in _ORDER_FORMS.items()
    },
    ("GET", "/files/{file_id}", "photo elsewhere"): ({}, OFFICE),
    ("GET", "/files/{file_id}", "photo of a deleted order"): ({}, ADMIN),
    ("POST", "/orders/views/{view_id}/delete", "view of tono"): ({}, TONO),
    ("POST", "/snippets/{snippet_id}/delete", "snippet of tono"): ({}, TONO),
    ("POST", "/snippets/{snippet_id}/delete", "shared snippet"): ({}, LEAD),
    ("GET", "/exports/{export_id}/file", "export of tono"): ({}, TONO),
    ("POST", "/exports/{export_id}/cancel", "waiting export of tono"): ({}, TONO),
    ("POST", "/profile/sessions/{session_id}/end", "session of tono"): ({}, TONO),
    ("POST", "/profile/tokens/{token_id}/end", "token of tono"): ({}, TONO),
    ("GET", "/disturbances/{number}", "disturbance"): ({}, WORK_AND_LEAD),
    ("POST", "/disturbances/{number}/end", "disturbance"): ({}, WORK_AND_LEAD),
    ("GET", "/recap/notes/{note_id}", "note of another leader"): ({}, LENA | {"sari", *ADMIN}),
    ("POST", "/recap/notes/{note_id}", "note of another leader"): (
        {"day": "2026-11-02", "day_note": "x", "place": ""},
        LENA | {"sari", *ADMIN},
    ),
    ("POST", "/recap/notes/{note_id}/delete", "note of another leader"): ({}, LENA | {"sari", *ADMIN}),
    ("POST", "/schedules/{schedule_id}/active", "schedule"): ({"active": "no"}, REPORTS),
    ("POST", "/schedules/{schedule_id}/drop", "schedule"): ({}, REPORTS),
    ("POST", "/schedules/{schedule_id}/now", "schedule"): ({}, REPORTS),
    ("POST", "/walls/{link_id}/end", "wall"): ({}, ADMIN),
    ("GET", "/settings/webhooks/{webhook_id}", "webhook"): ({}, ADMIN),
    ("POST", "/settings/webhooks/{webhook_id}", "webhook"): ({"name": "x", "url": "https://x.example/"}, ADMIN),
    ("POST", "/settings/webhooks/{webhook_id}/active", "webhook"): ({"active": "no"}, ADMIN),
    ("POST", "/settings/webhooks/{webhook_id}/remove", "webhook"): ({}, ADMIN),
    ("POST", "/settings/webhooks/{webhook_id}/resend", "webhook"): ({}, ADMIN),
    ("POST", "/settings/webhooks/{webhook_id}/secret", "webhook"): ({}, ADMIN),
    ("POST", "/settings/webhooks/{webhook_id}/try", "webhook"): ({}, ADMIN),
    ("POST", "/settings/webhooks/{webhook_id}/deliveries/{delivery_id}/resend", "webhook"): ({}, ADMIN),
    ("GET", "/written/{table_id}", "orders written by another leader"): ({}, ADMIN | LENA),
    ("POST", "/written/{table_id}/take-back", "orders written by another leader"): ({}, ADMIN | LENA),
    ("GET", "/written/{table_id}", "targets written by another admin"): ({}, ADMIN),
    ("POST", "/access/{request_id}/approve", "request"): ({"code": "F5SDA900", "name": "Joni"}, LEAD),
    ("POST", "/access/{request_id}/refuse", "request"): ({}, LEAD),
    ("POST", "/access/{request_id}/approve", "request as an admin"): ({"person": "{out}"}, ADMIN),
    ("POST", "/access/{request_id}/refuse", "request as an admin"): ({}, ADMIN),
    **{
        (method, f"/orders/import{rest}", "orders uploaded by another admin"): ({}, DEWI)
        for method, rest in (
            ("GET", "/{upload_id}"),
            ("POST", "/{upload_id}"),
            ("POST", "/{upload_id}/decide"),
            ("POST", "/{upload_id}/apply"),
        )
    },
    **{
        (method, f"/reconcile/{{upload_id}}{rest}", "file of another leader"): (form, LENA)
        for method, rest, form in (
            ("GET", "", {}),
            ("POST", "", {}),
            ("POST", "/complete", {"order-1": "1"}),
            ("GET", "/lacking.csv", {}),
            ("POST", "/make", {}),
        )
    },
    **{
        (method, f"/lists/{{name}}/import/{{upload_id}}{rest}", "targets uploaded by another admin"): ({}, DEWI)
        for method, rest in (("GET", ""), ("POST", ""), ("POST", "/apply"))
    },
    ("GET", "/people/{person_id}", "technician"): ({}, LEAD),
    ("POST", "/people/{person_id}", "technician"): (
        {"name": "Lain", "technician_code": "F5SDA445", "language": "id", "version": "{budi_version}"},
        LEAD,
    ),
    ("POST", "/people/{person_id}/active", "technician"): ({}, LEAD),
    ("POST", "/technicians/{person_id}/active", "technician"): ({}, LEAD),
    ("POST", "/people/{person_id}/unbind", "technician"): ({}, LEAD),
    ("GET", "/people/{person_id}/orders", "technician"): ({}, LEAD),
    ("POST", "/people/{person_id}/orders", "technician"): (
        {"to": "{agus}", "count": "{count}", "newest": "{newest}"},
        LEAD,
    ),
    ("GET", "/people/{person_id}", "helpdesk"): ({}, ADMIN),
    **{
        (method, f"{root}/{{person_id}}{rest}", "helpdesk"): (form, ADMIN)
        for method, root, rest, form in (
            (
                "POST",
                "/people",
                "",
                {"name": "Lain", "username": "tono", "role": "admin", "language": "id", "version": "{tono_version}"},
            ),
            ("POST", "/people", "/active", {}),
            ("POST", "/technicians", "/active", {}),
            ("POST", "/users", "/active", {}),
            ("POST", "/people", "/password", {}),
            ("POST", "/people", "/two-steps/reset", {}),
            ("POST", "/people", "/unbind", {}),
        )
    },
    ("POST", "/people/{person_id}/link", "account"): ({}, ADMIN),
    ("POST", "/people/{person_id}/link", "new technician"): ({}, LEAD),
    ("GET", "/owners/{code}", "owner"): ({}, WORK_AND_LEAD),
}
"""What is asked of another's object: method, address, object; the form, and who gets in."""

NO_OBJECTS = {
    "code",
    "file",
    "key",
    "name",
    "token",
    "version",
}
"""Parts of addresses that name no object of a person's: rows of the catalogue, lists, days, files of ours; the key of
an upload under way, which is found beside the person; the secret of a wall, which is the right itself (`rights.py`)."""

CHANGES_NOTHING = {
    *((f"/orders/{{order_id}}/{act}", "order elsewhere") for act in ("keep", "mention-read", "preview", "renew")),
    ("/orders/{order_id}/mention-read", "deleted order"),
    ("/orders/import/{upload_id}/apply", "orders uploaded by another admin"),
    ("/lists/{name}/import/{upload_id}/apply", "targets uploaded by another admin"),
    ("/reconcile/{upload_id}/complete", "file of another leader"),
    ("/reconcile/{upload_id}/make", "file of another leader"),
    ("/written/{table_id}/take-back", "orders written by another leader"),
}
"""Forms that need not change anything, for those who may send them either: these files have nothing to write."""

ABSENT_IS_DONE = frozenset({"/orders/{order_id}/mention-read", "/profile/sessions/{session_id}/end"})
"""Where an object that is not there is as good as one that was ended before."""

UNKNOWN_TO_OTHERS = frozenset({"/profile/sessions/{session_id}/end"})
"""Where another one's object is as one that is not there."""

TEXT_OF_TONO = "Bukan untuk orang lain"
"""What his own snippet says."""

_BULK = {"do": "status", "status": "odp_penuh", "reason": "salah", "query": ""}
FORM_CASES: Mapping[tuple[str, str, str], Case] = {
    ("/orders/bulk", "order elsewhere", "orders"): (_BULK | {"order-{order elsewhere}": "{version}"}, ITS_HELPDESK),
    ("/orders/bulk", "deleted order", "orders"): (_BULK | {"order-{deleted order}": "1"}, NOBODY),
    ("/owners/odp_penuh/cleared", "order elsewhere", "orders"): ({"order-{order elsewhere}": "1"}, NOBODY),
    ("/owners/odp_penuh/cleared", "held up order", "orders"): ({"order-{held up order}": "1"}, WORK_AND_LEAD),
    ("/orders/1/resend", "message", "outbox"): ({"message": "{message}"}, NOBODY),
    ("/access/approve", "request as an admin", "access_requests"): (
        {"pick-{request as an admin}": "{request as an admin}-{mark}"},
        ADMIN,
    ),
}
"""What a form does to an object that it names: address, object, its table; the form, and for whom that row changes.

An order that is not held up by a status is not cleared from it, and a message is sent again on its own order's page
alone.
"""

FORM_IDS = {
    "after": "where a list of failed messages goes on: those who see it may send all of them",
    "column-": "a place in the person's own upload",
    "count": "how much the page showed",
    "dates-": "a place in the person's own upload",
    "header": "a line of the person's own upload",
    "held": "how many orders the page showed",
    "helpdesk-": "a row of the patterns",
    "kind-": "a type of events, not a number",
    "let_in": "the person whom a decision names: `test_doors.py`",
    "meaning-": "a status of the person's own upload",
    "message": "a message of the outbox: FORM_CASES",
    "minutes": "a time",
    "newest": "the newest order that the page showed",
    "order-": "an order: FORM_CASES",
    "person": "the person whom a decision names: `test_doors.py`",
    "pick-": "a request: FORM_CASES",
    "sheet": "a sheet of the person's own upload",
    "snippet": "a snippet, read by nobody else: `test_objects.py`",
    "total": "how many messages the page showed",
    "to": "who gets something, chosen among all who may",
    "version": "what the page showed",
}
"""What each number in a form names."""


async def furnished(site: Site) -> tuple[Walk, dict[str, str]]:
    """Make all these objects; return those who ask for them, logged in, and the ids of objects and people by name."""
    fill(site)
    add_people(site)
    site.bot[:] = [BotState(True, NOON, username="sikpro_bot")]
    made: dict[str, object] = {}

    def people(uow: UnitOfWork) -> None:
        uow.catalogue.put_site_operation(a_site_operation("MJK", "Mojokerto"))
        uow.catalogue.put_sto(an_sto("MRT", "Mojoroto", "MJK"))
        hashed = QuickPasswords().hash(PASSWORD)
        for name, role in (("lena", Role.TEAM_LEADER), ("dewi", Role.ADMIN)):
            site.people[name] = uow.people.add(
                a_person(name.capitalize(), username=name, role=role, password_hash=hashed)
            )

    site.store.write(people)
    elsewhere = site.order("SC70000001", sto="MRT", odp="ODP-MRT-003", technician="F5SDA446")
    deleted = site.order("SC70000002")
    made["held up order"] = 3
    made["photo elsewhere"], made["photo of a deleted order"] = photo(site, elsewhere), photo(site, deleted)
    made["orders uploaded by another admin"] = _uploaded(
        site, "dewi", "/orders/import", "Tipe order;No. registrasi (SC)"
    )
    made["targets uploaded by another admin"] = _uploaded(site, "dewi", "/lists/targets/import", "month;sto;target")
    made["file of another leader"] = _uploaded(site, "lena", "/reconcile", "SC ID;Status;Order date")
    walk = Walk(site)
    await walk.log_in(*WALKERS, "tono")
    session = shown_id(session_id(walk.clients["tono"].cookies["sikpro_session"]))

    def work(uow: UnitOfWork) -> None:
        now, someone = site.clock.now(), site.people
        made["order elsewhere"] = take_order(uow, elsewhere.id, someone["tono"], now).id
        made["version"] = uow.orders.get(elsewhere.id).version
        delete_order(uow, deleted.id, someone["bagus"], now, reason="salah kirim", zone=ZONE)
        made["deleted order"] = deleted.id
        made["view of tono"] = uow.saved_views.of_person(someone["tono"].id)[0].id
        typed = {"name": "tidak-ada", "text": TEXT_OF_TONO}
        made["snippet of tono"] = save_snippet(uow, typed, someone["tono"], now, shared=False).id
        made["shared snippet"] = save_snippet(
            uow, {"name": "umum", "text": "Untuk semua"}, someone["lena"], now, shared=True
        ).id

        def ask_export() -> int:
            me = someone["tono"].id
            return uow.exports.ask(person=me, query="period=2026-11", kind="csv", language="id", at=now).id

        made["export of tono"] = ask_export()
        while (claimed := uow.exports.claim(now, timedelta(minutes=1))) and claimed.id != made["export of tono"]:
            pass
        assert claimed
        uow.exports.finish(claimed, uow.blobs.add("a.csv", "text/csv", [b"rahasia"], now).id, now)
        made["waiting export of tono"] = ask_export()
        made["session of tono"] = session
        typed = {"name": "laporan", "scope": "read", "days": "9"}
        made["token of tono"] = make_token(uow, someone["tono"], typed, now, jumped=never_jumped, by=someone["tono"])[
            0
        ].id
        uow.second_steps.prepare(someone["tono"].id, "JBSWY3DPEHPK3PXP")
        uow.second_steps.turn_on(someone["tono"].id, 1, now)
        made["disturbance"] = uow.disturbances.open()[0].id
        note = {"day": "2026-11-02", "day_note": "Listrik padam", "place": ""}
        made["note of another leader"] = add_note(uow, note, someone["lena"], now).id
        group: dict[str, Any] = {"to": f"person:{someone['sari'].id}", "rhythm": Frequency.TODAY}
        group |= {"at": "07:00", "language": "id"}
        for place, name in enumerate(WALKERS):
            uow.people.save(evolve(uow.people.get(someone[name].id), telegram_id=901 + place))
        uow.people.save(evolve(someone["agus"], telegram_id=702))
        site.people["citra"] = uow.people.add(a_technician("Citra", "F5SDA447"))
        made["schedule"] = add_schedule(uow, **group, with_file=False, by=someone["lena"], now=now).id
        made["webhook"] = uow.webhooks.all()[0].id
        made["wall"] = uow.wall_links.all()[0].id
        theirs = WrittenRow(name=elsewhere.number, subject=str(elsewhere.id), version=elsewhere.version)
        made["orders written by another leader"] = record_rows(uow, ORDERS, "a.csv", someone["lena"], now, [theirs]).id
        row = WrittenRow(name="2026-11 SDA", subject="2026-11 SDA", after={"month": "2026-11", "sto": "SDA"})
        made["targets written by another admin"] = record_rows(uow, "targets", "t.csv", someone["dewi"], now, [row]).id
        made["request"] = uow.access_requests.pending()[0].id
        uow.people.save(evolve(uow.people.get(someone["out"].id), phone="6281234567890"))
        strange = an_access_request(955, name="Joni", phone="6281234567890")
        made["request as an admin"] = ask_access(uow, strange, now, zone=ZONE).id
        made["new technician"], made["account"] = site.people["citra"].id, someone["out"].id
        made["budi_version"] = uow.people.get(someone["budi"].id).version
        made["tono_version"] = uow.people.get(someone["tono"].id).version
        mine = open_orders_of(uow, someone["budi"])
        made["count"], made["newest"] = len(mine.rows), mine.newest
        pick = uow.access_requests.get(int(str(made["request as an admin"])))
        made["mark"] = request_mark(pick, pointed_to(uow, pick))
        made["technician"], made["helpdesk"], made["owner"] = someone["budi"].id, someone["tono"].id, "odp_penuh"
        told = uow.outbox.put(an_outgoing(), now, order_id=elsewhere.id)
        uow.outbox.give_up(told, Delivery.FAILED, "blocked", "", now)
        made["message"] = told

    site.store.write(work)
    return walk, {name: str(one) for name, one in (made | {k: v.id for k, v in site.people.items()}).items()}


def where(path: str, one: str, ids: Mapping[str, str]) -> str:
    """Return the address of an object, by its name or its id."""
    path = path.replace("{name}", "targets").replace("{delivery_id}", "1")
    assert "{" in path, path
    return path[: path.index("{")] + ids.get(one, one) + path[path.index("}") + 1 :]


def _uploaded(site: Site, username: str, address: str, header: str) -> str:
    visitor = site.logged_in(username)
    visitor.get(address)
    response = visitor.post(address, files={"file": ("a.csv", f"{header}\nSC100001;OPEN;2026-11-02\n".encode())})
    assert response.status_code == 303, response.text
    return response.headers["location"].partition("?")[0].rpartition("/")[2]
