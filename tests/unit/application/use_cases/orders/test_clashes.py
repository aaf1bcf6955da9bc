"""Clashes with other orders are shown to those who may view these orders."""

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.clashes import clashes_shown_to
from sikpro.testing.builders import a_person, a_technician, stored_order
from tests.unit.chat import World


def test_a_clash_is_shown_to_who_may_view_the_other_order_and_to_nobody_else() -> None:
    world = World()

    def shown(uow: UnitOfWork) -> list[list[str]]:
        order = stored_order(uow, "SC10000001")
        stored_order(uow, "SC10000002")
        people = (
            world.person("rina"),
            a_technician("Sari", "F5SDA900"),
            a_technician("Made", "F5MRT900", site_operation="MJK"),
            a_person("Lain", username="lain", role=None),
        )
        return [[clash.row.number for clash in clashes_shown_to(uow, order, person)] for person in people]

    assert world.transactions.write(shown) == [["SC10000002"], ["SC10000002"], [], []]
