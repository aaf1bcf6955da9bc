"""An order is completed, verified and reopened, and everything that shows or counts orders agrees. Run in a copy."""

import tempfile
from datetime import timedelta
from pathlib import Path

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.devices.device_ledger import look_up_device, understand_device
from sikpro.application.use_cases.orders.change_status import change_status, reopen_order
from sikpro.application.use_cases.orders.register_order import standing_order
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from tests.integration.web.console import Site, memory_or_sqlite, running_site

VERIFIED = Phase("verified")
ZONE = "Asia/Jakarta"


def walk(site: Site) -> None:
    """Live through it."""
    rina, tono, sari = (site.people[name] for name in ("rina", "tono", "sari"))
    order = site.order("SC100001")
    site.clock.later(timedelta(minutes=20))
    done = site.store.write(lambda uow: change_status(uow, order.id, "selesai", rina, site.clock.now(), zone=ZONE))
    site.store.write(lambda uow: uow.targets.put(Target(month="2026-11", sto="SDA", target=5, working_days=20)))
    before = counted(site)
    site.clock.later(timedelta(days=1))
    web = site.logged_in("tono")
    page = web.get(f"/orders/{order.id}").text
    assert 'value="ps_diperiksa"' in page, "the order's page offers what may follow"
    seen = {"version": str(done.version), "seen": "999", "status": "ps_diperiksa", "feedback": ""}
    assert web.post(f"/orders/{order.id}/status", seen).status_code == 303
    verified = site.stored(order)

    assert (verified.phase, verified.finished_at, verified.reopenings) == (VERIFIED, done.finished_at, 0)
    assert (verified.helpdesk, verified.turn.value) == (rina.id, "nobody")
    assert counted(site) == before == (1, 0, 1, 1), "the recap, the target and the devices count it as before"
    messages = site.store.read(lambda uow: [item.message for item in uow.outbox.of_order(order.id)])
    assert "✅" in messages[-1].text, "the technician is told of a good end"
    assert "PS TERVERIFIKASI" in messages[-1].text
    assert messages[-1].buttons[0][0].data.startswith("reopen:")
    standing = site.store.read(lambda uow: standing_order(uow, "SC100001", "AO"))
    assert standing is not None, "a completed order still counts as a double"
    assert standing.id == order.id
    pages(site, order)
    site.store.write(lambda uow: reopen_order(uow, order.id, tono, site.clock.now(), reason="keliru", zone=ZONE))
    again = site.stored(order)
    assert (again.phase, again.finished_at, again.reopenings) == (Phase.IN_PROGRESS, None, 1)
    assert counted(site)[:2] == (0, 0)
    assert sari is not None


def counted(site: Site) -> tuple[int, int, int, int]:
    """Completed and cancelled of the recap, done of the target, modems installed at the ODP."""

    def read(uow: UnitOfWork) -> tuple[int, int, int, int]:
        month = recap(uow, RecapQuery.parse("2026-11"), site.people["sari"], site.clock.now(), ZONE)
        box = look_up_device(uow, understand_device("ODP-SDA-003"), site.people["sari"])
        return month.completed, month.cancelled, month.target.done if month.target else -1, len(box.installed)

    return site.store.read(read)


def pages(site: Site, order: Order) -> None:
    """The lists and pages that name the phase."""
    web = site.logged_in("sari")
    link = f'id="open-{order.id}"'
    for path in ("/orders?view=completed", "/orders?view=verified", "/orders?view=all&phase=verified"):
        assert link in web.get(path).text, path
    for path in ("/orders?view=cancelled", "/orders?view=open", "/orders?view=all&phase=completed"):
        assert link not in web.get(path).text, path
    for path in ("/recap/month/2026-11", "/dashboard", "/devices?q=SDA", "/devices?q=ODP-SDA-003", "/orders/1"):
        page = web.get(path)
        assert page.status_code == 200, path
        assert "Terverifikasi" in page.text or path.startswith("/devices?q=ODP") or path == "/orders/1", path
    assert first_status_of(site) == "ps_diperiksa"


def first_status_of(site: Site) -> str:
    """The catalogue has a status of it."""
    return site.store.read(lambda uow: first_status(uow, VERIFIED).code)


if __name__ == "__main__":
    for kind in ("memory", "sqlite"):
        live = LocalLiveEvents()
        with (
            tempfile.TemporaryDirectory() as folder,
            memory_or_sqlite(kind, Path(folder), live) as store,
            running_site(store, live) as site,
        ):
            walk(site)
