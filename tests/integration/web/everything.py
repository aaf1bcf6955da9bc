"""A console with something on every page, and the list of all its pages: what the measures go over."""

from datetime import timedelta

from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.exports import Export
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.application.reports.closing import count_month
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.application.use_cases.orders.declare_disturbance import declare_disturbance
from sikpro.application.use_cases.orders.saved_views import save_view
from sikpro.application.use_cases.recaps.wall_links import make_wall_link
from sikpro.application.use_cases.tables.take_back import record_rows
from sikpro.application.workers.intake import Intake
from sikpro.testing.builders import a_webhook, an_incoming
from tests.integration.web.console import Site
from tests.integration.web.orders.test_files import photo

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""The secret of a second step that was begun and is not on yet."""

WALL = "w" * 43
"""The secret of a link to the wall."""

PAGES = {
    "/login": "",
    "/dashboard": "bagus",
    "/orders": "rina",
    "/orders?view=all": "sari",
    "/orders?view=deleted": "admin",
    "/orders?q=SC1000": "rina",
    "/orders?view=all&sto=SDA&overdue=1": "tono",
    "/orders?q=tidak-ada": "rina",
    "/orders/1": "rina",
    "/orders/2": "bagus",
    "/orders/3": "admin",
    "/orders/new": "bagus",
    "/drafts": "bagus",
    "/set-aside": "bagus",
    "/snippets": "bagus",
    "/shift": "bagus",
    "/walls": "admin",
    f"/wall/{WALL}": "",
    "/stuck": "bagus",
    "/disturbances": "rina",
    "/disturbances/new": "bagus",
    "/disturbances/1": "rina",
    "/owners": "bagus",
    "/owners/odp_penuh": "admin",
    "/recap/day/2026-11-02": "sari",
    "/recap/month/2026-11": "sari",
    "/exports": "sari",
    "/exports?period=2026-11&sto=SDA": "sari",
    "/devices": "rina",
    "/devices?q=5A544547C6754546": "sari",
    "/devices?q=ODP-SDA-003": "rina",
    "/devices?q=SDA": "bagus",
    "/devices?q=F5SDA445": "admin",
    "/devices?q=ZTEGC67S4546": "rina",
    "/devices/anomalies": "sari",
    "/devices/anomalies?kind=odp": "bagus",
    "/devices/anomalies?kind=reopened": "sari",
    "/devices/anomalies?kind=untouched": "admin",
    "/schedules": "sari",
    "/recap/free/2026-11-01_2026-11-15?sto=SDA": "sari",
    "/recap/day/2026-01-01": "rina",
    "/recap/month/2026-10": "sari",
    "/targets": "sari",
    "/lists/targets/import": "sari",
    "/ledger": "sari",
    "/ledger/failed": "bagus",
    "/security": "admin",
    "/health": "sari",
    "/seals": "sari",
    "/seals?number=SC32232558": "admin",
    "/security?kind=login&q=rina&person=1&from=2026-11-01": "admin",
    "/notice": "bagus",
    "/access": "bagus",
    "/technicians": "bagus",
    "/users": "admin",
    "/people/1": "admin",
    "/people/6": "bagus",
    "/people/7": "admin",
    "/people/6/orders": "bagus",
    "/catalogue/site-operations": "admin",
    "/catalogue/site-operations/new": "admin",
    "/catalogue/site-operations/row/SDA": "admin",
    "/catalogue/stos": "admin",
    "/catalogue/stos/new": "admin",
    "/catalogue/stos/row/SPJ": "admin",
    "/catalogue/statuses": "admin",
    "/catalogue/statuses/new": "admin",
    "/catalogue/statuses/row/odp_penuh": "admin",
    "/catalogue/order-types": "admin",
    "/catalogue/order-types/new": "admin",
    "/catalogue/order-types/row/AO": "admin",
    "/catalogue/makers": "admin",
    "/catalogue/makers/new": "admin",
    "/catalogue/makers/row/ZTEG": "admin",
    "/catalogue/provider-codes": "admin",
    "/catalogue/provider-codes/new": "admin",
    "/catalogue/holidays": "admin",
    "/catalogue/holidays/new": "admin",
    "/catalogue/provider-codes/row/PROVISION%20COMPLETED": "admin",
    "/lists/people/import": "admin",
    "/written": "admin",
    "/written/1": "admin",
    "/lists/stos/import": "admin",
    "/orders/import": "admin",
    "/orders/import/1": "admin",
    "/orders/import/1?verdict=wrong": "admin",
    "/orders/import/2": "admin",
    "/reconcile": "bagus",
    "/reconcile/3": "bagus",
    "/reconcile/3?list=missing": "bagus",
    "/reconcile/3?list=never_requested": "bagus",
    "/reconcile/3?columns=1": "bagus",
    "/settings": "admin",
    "/settings/patterns": "admin",
    "/settings/retention": "admin",
    "/settings/webhooks": "admin",
    "/settings/webhooks/1": "admin",
    "/profile": "rina",
    "/profile/two-steps": "rina",
    "/profile/two-steps?next=/profile": "tono",
    "/password": "rina",
    "/tidak-ada": "rina",
}
"""Each page's address and who opens it; "" is nobody."""

BROKEN = {"/tidak-ada": 404}
"""The pages that are errors, and their status."""


def ask_for_exports(uow: UnitOfWork, site: Site) -> None:
    """An export in every state, by the supervisor."""
    at = site.clock.at

    def ask(query: str, kind: str = "xlsx") -> Export:
        return uow.exports.ask(person=site.people["sari"].id, query=query, kind=kind, language="id", at=at)

    def claim() -> Export:
        claimed = uow.exports.claim(at, timedelta(minutes=1))
        assert claimed
        uow.exports.progress(claimed, 8_500, 20_000, at + timedelta(days=1), timedelta(minutes=1))
        return claimed

    ask("period=2026-10", "csv")
    uow.exports.finish(claim(), uow.blobs.add("a.csv", "text/csv", [b"x" * 45_678], at).id, at)
    ask("period=2026-10-05_2026-10-18&sto=SDA")
    uow.exports.fail(claim(), "disk", at)
    uow.exports.cancel(ask("period=2026-11-01").id, at)
    ask("period=2026-09")
    claim()
    ask("period=2026-11&sto=SDA&type=AO")


def fill(site: Site) -> None:
    """Give every page something to show: orders in several states, photos, a draft, a stranger, a notice."""
    first, second, third = (site.order(f"SC10000{place}", note="pagar hijau") for place in range(1, 4))
    site.clock.later(timedelta(minutes=75))
    _upload(site)
    rina = site.logged_in("rina")
    rina.get("/orders")
    rina.post(f"/orders/{second.id}/take")
    rina.post(f"/orders/{third.id}/status", {"status": "odp_penuh", "feedback": "cari ODP lain", "version": "1"})
    photo(site, first)
    photo(site, first, None)
    intake = Intake(transactions=None, clock=site.clock, zone="Asia/Jakarta")  # type: ignore[arg-type]  # `receive` needs none

    def happen(uow: UnitOfWork) -> None:
        for place, (chat, text) in enumerate(((700, "/cek SC100001"), (900, "Joni F5SDA777"), (700, "halo pak " * 40))):
            intake.receive(uow, an_incoming(text, 50 + place, chat, key=f"every{place}", sent_at=site.clock.at))
        data = {"type": "AO", "registration_number": "SC100009", "technician": "F5SDA445"}
        uow.conversations.put(
            Conversation(
                chat_id=700, telegram_id=700, step="reg:serial", data=data, token="t", updated_at=site.clock.at
            )
        )
        save_view(uow, site.people["tono"], "Sidoarjo lewat batas", "view=all&sto=SDA&overdue=1")
        ask_for_exports(uow, site)
        count_month(uow, "2026-10", None, site.clock.at, "Asia/Jakarta")(uow)
        uow.targets.put(Target(month="2026-11", sto="SDA", target=120, working_days=25))
        record_rows(
            uow,
            "stos",
            "sto.csv",
            site.people["admin"],
            site.clock.at,
            [
                WrittenRow(name="SDA", subject="SDA", before={"code": "SDA", "name": ""}, after={"code": "SDA"}),
                WrittenRow(name="SPJ", subject="SPJ", after={"code": "SPJ", "name": "Sepanjang"}),
            ],
        )
        declared = {"scope": "sto", "place": "SPJ", "status": "", "text": "Feeder putus, perkiraan selesai 15.00"}
        declare_disturbance(uow, declared, site.people["rina"], site.clock.at, shown=(0, 0), zone="Asia/Jakarta")
        webhook = uow.webhooks.add(a_webhook(site.people["admin"].id))
        failed = uow.webhooks.queue(webhook.id, "order.taken", "{}", site.clock.at, order_id=1)
        uow.webhooks.end_all(webhook.id, "timeout", site.clock.at)
        assert failed == 1
        uow.webhooks.queue(webhook.id, "order.placed", "{}", site.clock.at, order_id=2)
        make_wall_link(uow, WALL, "Ruang helpdesk", "", site.people["admin"], site.clock.at)
        uow.second_steps.prepare(site.people["tono"].id, SECRET)
        publish_notice(uow, "Sistem gangguan sampai 14.00", site.people["bagus"], site.clock.at)

    site.store.write(happen)


def _upload(site: Site) -> None:
    """Files that wait for a decision: orders to import, orders with an unknown column, a provider's export."""
    header = ["Tipe order", "No. registrasi (SC)", "SN modem", "STO", "ODP", "Kode teknisi", "Status", "Catatan"]
    rows = [
        ["AO", "SC200001", "ZTEGC6754546", "SDA", "ODP-SDA-003", "F5SDA445", "", "pagar hijau"],
        ["AO", "SC100001", "ZTEGC6754546", "SDA", "ODP-SDA-003", "F5SDA445"],
        ["AO", "SC20000X", "12", "XXX", "ODP-SPJ-003", "F5SDA999", "Entah"],
    ]
    provider = [["SC100001", "COMPLETED (PS)", "2026-11-02"], ["SC900001", "OPEN", "2026-11-02"]]
    admin, leader = site.logged_in("admin"), site.logged_in("bagus")
    tables = (
        (admin, "/orders/import", [["Tgl order", *header], *(["05/10/2026", *row] for row in rows)]),
        (admin, "/orders/import", [["kunci", *header[2:]], *rows]),
        (leader, "/reconcile", [["SC ID", "Status", "Order date"], *provider]),
    )
    for visitor, address, table in tables:
        visitor.get(address)
        content = "\n".join(";".join(row) for row in table).encode()
        visitor.post(address, files={"file": ("order.csv", content)})


def refusals(site: Site, language: str) -> dict[str, str]:
    """The pages that answer a form with what was typed in it, by what was pressed; each order is another person's."""
    found: dict[str, str] = {}
    first, second, third = (site.order(f"SC3{language == 'en':d}000{place}") for place in range(1, 4))
    bagus, rina = site.logged_in("bagus"), site.logged_in("rina")
    bagus.get("/orders")
    rina.get("/login")
    rina.post("/language", {"language": language})
    typed = {
        "feedback": "pagar hijau",
        "reason": "pagar hijau",
        "status": "odp_penuh",
        "version": "1",
        "last_event": "0",
    }
    bagus.post(f"/orders/{first.id}/status", {"status": "selesai", "feedback": "pagar hijau"})
    bagus.post(f"/orders/{second.id}/status", {"status": "odp_rusak", "feedback": "pagar hijau"})
    bagus.post(f"/orders/{third.id}/delete", {"reason": "pagar hijau"})
    bulk = {f"order-{first.id}": "1", "do": "status", "status": "batal", "reason": "pagar hijau"}
    pressed = {f"/orders/{order.id}/status": typed for order in (first, second, third)}
    for path, form in (pressed | {f"/orders/{first.id}/reopen": typed | {"reason": ""}, "/orders/bulk": bulk}).items():
        found[path] = rina.post(path, form).text
    rina.client.cookies.delete("sikpro_session")
    rina.client.cookies.set("sikpro_language", language)
    found["without a session"] = rina.post(f"/orders/{first.id}/status", typed).text
    return found
