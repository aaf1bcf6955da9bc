"""The customer's phone number is asked for, taken, refused, stored, found, listed and shown. Run in a copy."""

import tempfile
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.sql import create_engine_for
from sikpro.adapters.sql.tables import metadata
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.order_rows import order_header, order_rows
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.orders.list_orders import search_orders
from tests.integration.web.console import Site, memory_or_sqlite, running_site
from tests.unit.chat import WHOLE, Phone, World

SIX = ("AO", "SC32232558", "ZTEGC6754546", "SDA", "ODP-SDA-003", "F5SDA445")


def chat() -> None:
    """The bot asks for it step by step, takes *Lewati*, and does not ask whoever sent everything at once."""
    world = World()
    budi = Phone(world, 1)
    answer = budi.says("/reg")
    for value in SIX[:5]:
        answer = budi.says(value)
    assert "No. HP pelanggan" in answer, answer
    assert budi.buttons() == ["Lewati"]
    assert "8 sampai 15 angka" in budi.says("0812 satu")
    assert "Pesan diterima" in budi.says("0812 3456-7890")
    assert world.order().data.texts["phone"] == "081234567890"

    for typed in (False, True):
        world = World()
        budi = Phone(world, 1)
        budi.says("/reg")
        for value in SIX[:5]:
            budi.says(value)
        assert "Pesan diterima" in (budi.says("lewati") if typed else budi.presses("Lewati"))
        assert world.order().data.texts["phone"] == ""

    world = World()
    budi = Phone(world, 1)
    assert "Pesan diterima" in budi.says(WHOLE)
    assert world.order().data.texts["phone"] == ""
    assert "Pesan diterima" in budi.says(
        WHOLE.replace("SC32232558", "SC32232559") + "\nHP: 0812 3456 7890\nCatatan: pagar hijau"
    )
    data = world.order("SC32232559").data
    assert (data.texts["phone"], data.note) == ("081234567890", "pagar hijau")


def console(site: Site) -> None:
    """Lists, search, export, page and form have it."""
    order = site.order("SC100001", phone="0812 3456 7890", note="pagar hijau")
    site.clock.later(timedelta(minutes=5))

    def read(uow: UnitOfWork) -> tuple[object, ...]:
        sari, words = site.people["sari"], words_in("id", "Asia/Jakarta")
        found = search_orders(uow, "081234", sari)
        (cells,) = order_rows(uow, RecapQuery.parse("2026-11"), sari, words, site.clock.now())
        row = dict(zip(order_header(words), cells, strict=True))
        return (
            found[0].texts["phone"],
            row["No. HP pelanggan"],
            row["Catatan"],
            uow.orders.get(order.id).data.texts["phone"],
        )

    assert site.store.read(read) == ("081234567890", "081234567890", "pagar hijau", "081234567890")
    web = site.logged_in("rina")
    page = web.get(f"/orders/{order.id}").text
    assert "<dt>No. HP pelanggan</dt><dd>081234567890</dd>" in page
    assert 'name="phone"' in page
    assert 'name="phone"' in web.get("/orders/new").text


def schema(url: str) -> None:
    """The migration makes what the table says."""
    engine = create_engine_for(url)
    with engine.connect() as connection:

        def is_ours(_item: object, name: str | None, *_rest: object) -> bool:
            return not str(name).startswith(("order_search", "ix_orders_search_text", "alembic_version"))

        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        assert compare_metadata(context, metadata) == []
        assert "phone" in {column["name"] for column in sa.inspect(connection).get_columns("orders")}
    engine.dispose()


if __name__ == "__main__":
    chat()
    for kind in ("memory", "sqlite"):
        live = LocalLiveEvents()
        with (
            tempfile.TemporaryDirectory() as folder,
            memory_or_sqlite(kind, Path(folder), live) as store,
            running_site(store, live) as site,
        ):
            console(site)
            if kind == "sqlite":
                schema(f"sqlite:///{Path(folder) / 'sikpro.db'}")
