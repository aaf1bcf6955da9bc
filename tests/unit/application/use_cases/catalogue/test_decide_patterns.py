"""The patterns of an installation are decided with open eyes, and orders from before stay what they are."""

import pytest
from attrs import astuple, evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.decide_patterns import (
    LISTED,
    Effects,
    TypedPatterns,
    Unconfirmed,
    decide_patterns,
    effects_of,
    pattern_texts,
    read_patterns,
    understand_patterns,
)
from sikpro.application.use_cases.catalogue.typed_values import box_typed, number_meant, number_typed
from sikpro.application.use_cases.orders.register_order import order_named, register_order
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.understand_request import typed_again, understand_request
from sikpro.domain.errors import DuplicateOrder, InvalidFields, InvalidValue, NotFound
from sikpro.domain.order_data import Channel
from sikpro.domain.patterns import FIRST_BOXES, FIRST_NUMBERS, STARTING, BoxPattern, Characters, NumberPattern, Patterns
from sikpro.testing.builders import refusals
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

ADMIN = 6
AOS = NumberPattern("AOS", 10, 24, Characters.LETTERS)
WX = NumberPattern("WX", 8, 8)
ROW = {"prefix": "SC", "shortest": "6", "longest": "12", "characters": "digits"}
BOX = {"prefix": "ODP", "cabinet": "", "longest_cabinet": "", "shortest": "1", "longest": "5", "characters": "digits"}


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def choose(world: World, patterns: Patterns) -> None:
    """Make these the installation's patterns, whatever they change."""
    world.transactions.write(lambda uow: uow.installation.put(evolve(uow.installation.get(), patterns=patterns)))


def decide(world: World, patterns: Patterns, confirmed: str = "") -> Unconfirmed | None:
    typed = pattern_texts(patterns)
    return world.transactions.write(
        lambda uow: decide_patterns(uow, typed, uow.people.get(ADMIN), NINE, confirmed=confirmed)
    )


def kept(world: World) -> Patterns:
    return world.transactions.read(lambda uow: uow.installation.get().patterns)


def notes(world: World) -> list[tuple[object, ...]]:
    def read(uow: UnitOfWork) -> list[tuple[object, ...]]:
        assert isinstance(uow, MemoryUnitOfWork)
        return [astuple(note) for note in uow.state.notes.values()]

    return world.transactions.read(read)


def effects(world: World, patterns: Patterns) -> Effects:
    return world.transactions.read(lambda uow: effects_of(uow, patterns))


def register(world: World, number: str, **typed: str) -> None:
    """Register an order beside the first one."""
    first = world.transactions.read(lambda uow: typed_again(uow.orders.get(1).data))
    values = first | {"registration_number": number} | typed
    world.transactions.write(lambda uow: register_order(uow, values, NINE, sender=None, channel=Channel.LIBRARY))


@pytest.mark.parametrize(
    "patterns",
    [
        STARTING,
        Patterns(numbers=(AOS, WX), boxes=(*FIRST_BOXES, BoxPattern("GCL", Characters.LETTERS, 3, 2, 4))),
    ],
)
def test_what_a_form_shows_means_the_same_patterns(patterns: Patterns) -> None:
    assert understand_patterns(pattern_texts(patterns)) == patterns


def test_rows_are_typed_in_any_case_and_empty_ones_are_none() -> None:
    typed = TypedPatterns([ROW | {"prefix": " s.c "}, ROW | {"prefix": " "}, ROW], [BOX])
    assert understand_patterns(typed) == Patterns(boxes=FIRST_BOXES[:1])


def test_each_wrong_entry_is_named_and_the_right_rows_are_still_read() -> None:
    typed = TypedPatterns(
        [ROW | {"prefix": "S"}, ROW, ROW | {"longest": "x"}, ROW | {"characters": "all"}],
        [BOX | {"cabinet": "letters"}, BOX | {"characters": "joined"}],
    )
    patterns, errors = read_patterns(typed)
    assert patterns == Patterns(numbers=FIRST_NUMBERS, boxes=())
    assert refusals(InvalidFields(errors)) == {
        "numbers_0_prefix": ("pattern.prefix", "S"),
        "numbers_2_longest": ("pattern.lengths", "6–0"),
        "numbers_3_characters": ("field.missing", ""),
        "boxes_0_longest_cabinet": ("pattern.cabinet", "0"),
        "boxes_1_characters": ("field.missing", ""),
    }


@pytest.mark.parametrize(("rows", "code"), [(0, "pattern.none"), (12, None), (13, "pattern.many")])
def test_there_is_at_least_one_row_and_a_readable_number_of_them(rows: int, code: str | None) -> None:
    _, errors = read_patterns(TypedPatterns([ROW | {"longest": str(12 + row)} for row in range(rows)], [BOX]))
    assert {key: error.code for key, error in errors.items()} == ({"numbers": code} if code else {})


def test_patterns_that_only_add_are_saved_and_noted_once(world: World) -> None:
    more = Patterns(numbers=(*FIRST_NUMBERS, AOS))
    assert (decide(world, more), decide(world, more)) == (None, None)
    assert kept(world) == more
    (note,) = [note for note in notes(world) if note[0] == "patterns_decided"]
    assert note[2:4] == (ADMIN, NINE)
    assert ("numbers", "SC + 6–12 (0–9) · AOS + 10–24 (A–Z, 0–9)") in note[4]  # type: ignore[operator]  # pairs


def test_what_no_longer_fits_is_listed_first_and_saved_only_when_that_was_confirmed(world: World) -> None:
    register(world, "SC1234567", odp="ODP-SDA-FAB/12")
    other = Patterns(numbers=(NumberPattern("SC", 8, 12), AOS), boxes=FIRST_BOXES[:1])
    unconfirmed = decide(world, other)
    assert unconfirmed is not None
    assert unconfirmed.effects == Effects(
        numbers=("SC1234567",), number_count=1, boxes=("ODP-SDA-FAB/12",), box_count=1
    )
    assert kept(world) == STARTING
    register(world, "SC7654321")
    assert decide(world, other, unconfirmed.mark) is not None, "the effects are others than those that were shown"
    assert kept(world) == STARTING
    again = decide(world, other, "x")
    assert again is not None
    assert again.effects.numbers == ("SC1234567", "SC7654321")
    assert decide(world, other, again.mark) is None
    assert kept(world) == other


def test_all_are_counted_where_only_some_are_listed(world: World) -> None:
    for place in range(LISTED + 3):
        register(world, f"SC1000{place:03}")
    found = effects(world, Patterns(numbers=(AOS,)))
    assert (len(found.numbers), found.number_count) == (LISTED, LISTED + 4)


def test_deleted_orders_and_what_did_not_fit_before_are_no_news(world: World) -> None:
    register(world, "SC1234567")
    choose(world, Patterns(numbers=(NumberPattern("SC", 8, 12),)))
    assert not effects(world, Patterns(numbers=(NumberPattern("SC", 8, 11),)))
    choose(world, STARTING)
    world.transactions.write(lambda uow: delete_order(uow, 2, uow.people.get(ADMIN), NINE, reason="x", zone=ZONE))
    assert not effects(world, Patterns(numbers=(NumberPattern("SC", 8, 12),)))


def test_orders_that_the_same_digits_would_name_are_a_clash_and_only_a_new_one(world: World) -> None:
    choose(world, Patterns(numbers=(WX,)))
    register(world, "WX32232558")
    choose(world, STARTING)
    both = Patterns(numbers=(*FIRST_NUMBERS, WX))
    found = effects(world, both)
    assert (found.clashes, found.clash_count) == ((("SC32232558", "WX32232558"),), 1)
    choose(world, both)
    assert effects(world, Patterns(numbers=(*both.numbers, AOS))) == Effects()


def test_an_order_from_before_is_found_corrected_and_not_entered_twice(world: World) -> None:
    choose(world, Patterns(numbers=(AOS,), boxes=(BoxPattern("GCL", None, 0, 1, 5),)))

    def work(uow: UnitOfWork) -> None:
        order = order_named(uow, "sc 3223-2558")
        assert understand_request(uow, typed_again(order.data)) == order.data
        assert number_typed(uow, "SC32232558").value == "SC32232558"
        assert box_typed(uow, "odp-sda-003").value == "ODP-SDA-003"
        with pytest.raises(InvalidValue):
            number_typed(uow, "SC32232559")
        with pytest.raises(InvalidValue):
            box_typed(uow, "ODP-SDA-004")

    world.transactions.read(work)
    with pytest.raises(DuplicateOrder):
        register(world, "SC32232558")


def test_digits_alone_name_the_order_that_is_there(world: World) -> None:
    choose(world, Patterns(numbers=(WX, *FIRST_NUMBERS)))

    def work(uow: UnitOfWork) -> None:
        assert number_meant(uow, "3223 2558") == "SC32232558"
        assert number_meant(uow, "99999999") == "WX99999999"
        assert number_meant(uow, "999999") == "SC999999"
        assert order_named(uow, "32232558").number == "SC32232558"
        with pytest.raises(NotFound):
            order_named(uow, "99999999")

    world.transactions.read(work)


def test_a_request_may_name_a_cabinet_of_its_sto_only(world: World) -> None:
    register(world, "SC1234567", odp="fbg/014")
    assert world.transactions.read(lambda uow: uow.orders.get(2).data.odp.value) == "ODP-SDA-FBG/014"


def test_a_technician_enters_a_number_of_the_new_form_and_checks_it(world: World) -> None:
    choose(world, Patterns(numbers=(*FIRST_NUMBERS, AOS)))
    phone = Phone(world, 1)
    phone.says("/reg AO#AOs326032509275620607db90#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445")
    order = world.transactions.read(lambda uow: uow.orders.get(2))
    assert order.number == "AOS326032509275620607DB90"
    assert "AOS326032509275620607DB90" in str(phone.says("/cek aos326032509275620607db90"))
