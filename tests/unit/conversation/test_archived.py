"""An archived order, as a technician meets it: its state, where the rest is, and nothing that can be done about it."""

import pytest

from sikpro.testing.builders import archived
from tests.unit.chat import NINE, WHOLE, Phone, World

WHERE = "Diarsipkan: riwayat, pesan, catatan, dan fotonya ada di arsip 2026.db (tahun 2026)."


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def budi(world: World) -> Phone:
    """Budi, whose order was completed and is archived."""
    phone = Phone(world, 1)
    phone.says("/reg " + WHOLE)
    world.takes()
    world.sets("selesai")
    phone.hears()
    order_id = world.order().id
    world.transactions.write(lambda uow: archived(uow, order_id, NINE))
    return phone


def test_cek_says_the_status_and_the_archive_and_offers_nothing(budi: Phone) -> None:
    said = budi.says("/cek SC32232558")
    assert said.startswith("✅ SC32232558 SELESAI")
    assert WHERE in said
    assert budi.last.buttons == ()


def test_a_duplicate_of_it_is_refused_and_says_the_archive(world: World, budi: Phone) -> None:
    said = budi.says("/reg " + WHOLE)
    assert said.startswith("⛔ Ditolak: SC32232558")
    assert WHERE in said
    assert budi.last.buttons == ()
    assert world.ledger()[0].detail == "order.duplicate"


def test_an_old_button_is_answered_with_the_archive(budi: Phone, world: World) -> None:
    budi.press_data(f"ask:{world.order().id}")
    said = budi.says("tolong dibuka lagi")
    assert said == "SC32232558 sudah diarsipkan (tahun 2026, 2026.db) dan tidak bisa diubah lagi."
