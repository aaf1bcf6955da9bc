"""Who did not send an order themselves hears that it was entered for them; who entered it needs no message."""

from attrs import evolve

from sikpro.application.use_cases.orders.notify_entered import notify_entered
from tests.unit.chat import ZONE, Phone, World

NUMBER = "SC4000000001"


def entered(world: World, by_telegram: int | None) -> str:
    """What the technician's chat hears of an order that somebody with this Telegram account entered on the web."""
    phone = Phone(world, 1)
    phone.says(f"/reg AO#{NUMBER}#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445")
    phone.hears()
    order = world.order(NUMBER)
    by = evolve(world.person("rina"), telegram_id=by_telegram)
    world.transactions.write(
        lambda uow: notify_entered(uow, [order], by, world.clock.now(), disturbances={}, zone=ZONE)
    )
    return phone.hears()


def test_a_technician_hears_of_an_order_that_a_helpdesk_entered_for_them() -> None:
    assert NUMBER in entered(World(), None)


def test_who_entered_the_order_of_their_own_gets_no_message() -> None:
    assert entered(World(), 1) == ""
