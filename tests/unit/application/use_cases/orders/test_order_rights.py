"""Who may see an order and act on it, and whom it may be given to."""

from collections.abc import Callable

import pytest
from attrs import evolve

from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.change_duplicate_rule import change_duplicate_rule
from sikpro.application.use_cases.orders.bulk import work_in_bulk
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.list_orders import check_order, list_orders, related_orders
from sikpro.application.use_cases.orders.nudge_helpdesk import nudge_helpdesk
from sikpro.application.use_cases.orders.own_order import join_colleague, join_message, withdraw_order
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.work_order import assign_order, take_order
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.errors import DuplicateOrder, InvalidFields, NotFound, NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Person, Role
from sikpro.domain.phase import Phase
from sikpro.testing.builders import CANCELLED, a_person, a_technician, stored_order
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

BUDI, AGUS, WAYAN, RINA, BAGUS, ADMIN = 1, 2, 3, 4, 5, 6
ELSEWHERE = "AO#SC90000001#ZTEGC6754546#MRT#ODP-MRT-003#F5MRT447"
"""An order of another Site Operation with the modem of `WHOLE`."""


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def deactivated(uow: UnitOfWork, person: int) -> Person:
    return uow.people.save(evolve(uow.people.get(person), active=False))


@pytest.mark.parametrize("person", [BUDI, AGUS, RINA, BAGUS, ADMIN])
def test_somebody_deactivated_finds_no_order_not_even_their_own(world: World, person: int) -> None:
    def look(uow: UnitOfWork) -> None:
        assert check_order(uow, "SC32232558", uow.people.get(person)).id == 1
        with pytest.raises(NotFound):
            check_order(uow, "SC32232558", deactivated(uow, person))

    world.transactions.write(look)


@pytest.mark.parametrize("role", Role)
def test_deleted_orders_are_listed_for_an_admin_alone(world: World, role: Role) -> None:
    def look(uow: UnitOfWork) -> None:
        delete_order(uow, 1, uow.people.get(BAGUS), NINE, reason="x", zone=ZONE)
        by = uow.people.add(a_person("Sari", role=role, site_operation="SDA"))
        which = OrderFilter(deleted=True)
        if role is Role.ADMIN:
            assert [row.number for row in list_orders(uow, which, by, sort=Sort.NEWEST)] == ["SC32232558"]
        else:
            with pytest.raises(NotPermitted):
                list_orders(uow, which, by, sort=Sort.NEWEST)
        assert list_orders(uow, OrderFilter(), by, sort=Sort.NEWEST) == ()

    world.transactions.write(look)


def test_who_belongs_to_no_site_operation_lists_no_orders(world: World) -> None:
    homeless = Person(id=9, name="x", technician_code="F5SDA999")
    with pytest.raises(NotPermitted):
        world.transactions.read(lambda uow: list_orders(uow, OrderFilter(), homeless, sort=Sort.NEWEST))


def test_a_technician_lists_their_own_site_operation_whatever_the_filter_names(world: World) -> None:
    Phone(world, 3).says("/reg " + ELSEWHERE)

    def look(uow: UnitOfWork) -> None:
        which = OrderFilter(site_operation="MJK")
        rows = list_orders(uow, which, uow.people.get(BUDI), sort=Sort.NEWEST)
        assert [row.number for row in rows] == ["SC32232558"]

    world.transactions.read(look)


@pytest.mark.parametrize(("person", "related"), [(AGUS, []), (RINA, ["SC90000001"])])
def test_of_the_same_modem_one_is_shown_only_the_orders_one_may_see(
    world: World, person: int, related: list[str]
) -> None:
    Phone(world, 3).says("/reg " + ELSEWHERE)

    def look(uow: UnitOfWork) -> list[str]:
        by = uow.people.get(person)
        return [row.number for row in related_orders(uow, check_order(uow, "SC32232558", by), by)]

    assert world.transactions.read(look) == related


@pytest.mark.parametrize(
    ("person", "finds"),
    [
        (BUDI, True),  # sent it, and belongs to another Site Operation
        (WAYAN, True),  # is its technician, and belongs to none
        (AGUS, False),
    ],
)
def test_an_order_of_another_site_operation_is_found_by_its_sender_and_its_technician(
    world: World, person: int, finds: bool
) -> None:
    Phone(world, BUDI).says("/reg " + ELSEWHERE)

    def look(uow: UnitOfWork) -> None:
        uow.people.save(evolve(uow.people.get(WAYAN), site_operation=None))
        if finds:
            assert check_order(uow, "SC90000001", uow.people.get(person)).number == "SC90000001"
        else:
            with pytest.raises(NotFound):
                check_order(uow, "SC90000001", uow.people.get(person))

    world.transactions.write(look)


@pytest.mark.parametrize(
    ("person", "may"), [(BUDI, True), (AGUS, False), (WAYAN, False), (RINA, False), (BAGUS, False), (ADMIN, False)]
)
def test_an_order_is_withdrawn_by_its_sender_alone(world: World, person: int, may: bool) -> None:
    def withdraw(uow: UnitOfWork) -> Order:
        return withdraw_order(uow, 1, uow.people.get(person), NINE)

    if may:
        assert world.transactions.write(withdraw).phase is Phase.CANCELLED
    else:
        with pytest.raises(NotPermitted):
            world.transactions.write(withdraw)
        assert world.order().phase is Phase.WAITING


def test_its_technician_withdraws_an_order_that_another_sent_for_them(world: World) -> None:
    Phone(world, 2).says("/reg " + WHOLE.replace("SC32232558", "SC90000002"))
    order = world.order("SC90000002")
    assert order.sender == AGUS
    gone = world.transactions.write(lambda uow: withdraw_order(uow, order.id, uow.people.get(BUDI), NINE))
    assert gone.phase is Phase.CANCELLED


@pytest.mark.parametrize("person", [AGUS, WAYAN, ADMIN])
def test_who_neither_sent_it_nor_works_on_orders_adds_nothing_to_it(world: World, person: int) -> None:
    with pytest.raises(NotPermitted):
        world.transactions.write(
            lambda uow: join_message(uow, 1, uow.people.get(person), NINE, text="x", chat_id=1, message_id=1)
        )


def test_nothing_is_added_to_a_deleted_order(world: World) -> None:
    def work(uow: UnitOfWork) -> None:
        delete_order(uow, 1, uow.people.get(BAGUS), NINE, reason="x", zone=ZONE)
        join_message(uow, 1, uow.people.get(BUDI), NINE, text="x", chat_id=1, message_id=1)

    with pytest.raises(NotPermitted):
        world.transactions.write(work)


@pytest.mark.parametrize(
    ("technician", "parted", "kept_out", "trouble"),
    [
        ("F5SDA999", [], [], "technician.unknown"),
        ("", [], [], "field.missing"),
        ("F5TUN446", [AGUS], [], "technician.no_telegram"),
        ("F5TUN446", [], [AGUS], "technician.unknown"),
        # Where no technician is left, any code is taken as it is typed.
        ("F5TUN446", [], [BUDI, AGUS, WAYAN], "technician.no_telegram"),
    ],
)
def test_data_are_handed_over_only_to_a_technician_who_works_here_and_hears_them(
    world: World, technician: str, parted: list[int], kept_out: list[int], trouble: str
) -> None:
    def work(uow: UnitOfWork) -> None:
        for person in parted:
            uow.people.save(evolve(uow.people.get(person), telegram_id=None))
        for person in kept_out:
            deactivated(uow, person)
        typed = {"registration_number": "SC77777777", "technician": technician}
        hand_over(uow, typed, uow.people.get(BAGUS), NINE, zone=ZONE)

    with pytest.raises(InvalidFields) as refused:
        world.transactions.write(work)
    assert {name: error.code for name, error in refused.value.errors.items()} == {"technician": trouble}
    assert Phone(world, 2).hears() == ""


def test_a_number_and_type_that_an_order_already_has_are_not_handed_over(world: World) -> None:
    """By number and type, the type decides: the same number of another type is another order."""

    def hand(typed: dict[str, str]) -> None:
        world.transactions.write(lambda uow: hand_over(uow, typed, uow.people.get(BAGUS), NINE, zone=ZONE))

    world.transactions.write(lambda uow: change_duplicate_rule(uow, DuplicateMode.NUMBER_AND_TYPE))
    typed = {"registration_number": "SC32232558", "technician": "F5TUN446"}
    with pytest.raises(DuplicateOrder):
        hand({**typed, "type": "AO"})
    hand({**typed, "type": "PDA"})
    assert "SC: SC32232558" in Phone(world, 2).hears()
    hand({"technician": "F5TUN446", "sto": "SDA"})  # without a number nothing can be a duplicate
    assert "STO: SDA" in Phone(world, 2).hears()


def test_a_helpdesk_hands_on_what_they_have_themselves_and_nothing_else(world: World) -> None:
    rina = world.person("rina")
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: assign_order(uow, 1, BAGUS, rina, NINE))
    world.takes("bagus")
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: assign_order(uow, 1, RINA, rina, NINE))
    world.transactions.write(lambda uow: assign_order(uow, 1, RINA, uow.people.get(BAGUS), NINE))
    world.transactions.write(lambda uow: assign_order(uow, 1, BAGUS, rina, NINE))
    assert world.order().holder == BAGUS
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: assign_order(uow, 1, RINA, evolve(rina, active=False), NINE))


def test_an_order_is_assigned_to_nobody_who_was_deactivated(world: World) -> None:
    def work(uow: UnitOfWork) -> None:
        deactivated(uow, RINA)
        assign_order(uow, 1, RINA, uow.people.get(BAGUS), NINE)

    with pytest.raises(NotFound):
        world.transactions.write(work)
    assert world.order().holder is None


def nudged(world: World, holder: Person, by: Callable[[UnitOfWork, Person], Person]) -> list[int]:
    """The chats that are told when somebody asks for an order that `holder` has."""

    def work(uow: UnitOfWork) -> list[int]:
        known = uow.people.add(holder)
        order = stored_order(uow, "SC90000003", technician="F5SDA900")
        take_order(uow, order.id, known, NINE)
        nudge_helpdesk(uow, order.id, by(uow, known), NINE, zone=ZONE)
        return [item.message.chat_id for item in uow.outbox.of_order(order.id)]

    return world.transactions.write(work)


def test_who_asks_for_an_order_that_they_have_themselves_gets_no_message_from_themselves(world: World) -> None:
    dewi = a_person("Dewi", telegram_id=90, technician_code="F5SDA900")
    assert nudged(world, dewi, lambda uow, holder: holder) == []


@pytest.mark.parametrize(("telegram", "told"), [(90, [90]), (None, [])])
def test_who_has_the_order_is_told_that_its_sender_asks_for_it(
    world: World, telegram: int | None, told: list[int]
) -> None:
    def sender(uow: UnitOfWork, _: Person) -> Person:
        return uow.people.add(a_technician("Tedi", "F5SDA900"))

    assert nudged(world, a_person("Dewi", telegram_id=telegram), sender) == told


def test_of_several_orders_none_is_done_when_one_may_not_do_it(world: World) -> None:
    Phone(world, 1).says("/reg " + WHOLE.replace("SC32232558", "SC90000004"))

    def work(uow: UnitOfWork) -> object:
        def step(order: Order) -> Order:
            by = uow.people.get(RINA if order.id == 1 else ADMIN)
            return take_order(uow, order.id, by, NINE)

        return work_in_bulk(uow, {1: 1, 2: 1}, step)

    with pytest.raises(NotPermitted):
        world.transactions.write(work)
    assert {world.order(number).holder for number in ("SC32232558", "SC90000004")} == {None}


def test_a_number_names_the_order_that_holds_its_place_and_else_the_newest(world: World) -> None:
    def work(uow: UnitOfWork) -> list[int]:
        first = uow.orders.get(1)
        named = [order_named(uow, first.number).id]
        uow.orders.save(first.move_to(CANCELLED, RINA, NINE, reason="x").order, None)
        second = stored_order(uow, first.number, received_at=first.received_at)
        named.append(order_named(uow, first.number).id)
        uow.orders.save(second.move_to(CANCELLED, RINA, NINE, reason="x").order, None)
        named.append(order_named(uow, first.number).id)
        third = stored_order(uow, first.number, received_at=first.received_at.replace(year=2025))
        return [*named, order_named(uow, first.number).id - third.id]

    assert world.transactions.write(work) == [1, 2, 2, 0]


def test_words_said_when_an_order_goes_back_to_the_queue_reach_the_technician(world: World) -> None:
    world.takes()
    world.sets("menunggu", feedback="kami lanjutkan besok")
    assert "kami lanjutkan besok" in Phone(world, 1).hears()
    world.takes()
    world.sets("menunggu")
    assert Phone(world, 1).hears() == "", "nothing was said, and nothing changes for the technician"


@pytest.mark.parametrize("person", [AGUS, RINA, BAGUS, ADMIN])
def test_nobody_adds_words_to_a_deleted_order_and_until_then_who_sees_it_does(world: World, person: int) -> None:
    def joins(uow: UnitOfWork) -> Order:
        return join_colleague(uow, 1, uow.people.get(person), NINE, text="rumah pagar hijau", chat_id=2, message_id=7)

    def look(uow: UnitOfWork) -> None:
        assert joins(uow).reply_waiting
        delete_order(uow, 1, uow.people.get(BAGUS), NINE, reason="x", zone=ZONE)
        with pytest.raises(NotPermitted):
            joins(uow)

    world.transactions.write(look)
