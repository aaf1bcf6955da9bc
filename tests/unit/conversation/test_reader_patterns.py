"""The reader in an installation with other numbers and boxes than the field's."""

import pytest
from attrs import evolve

from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.read_message import Intent, Reading, read_message
from sikpro.domain.patterns import FIRST_BOXES, FIRST_NUMBERS, BoxPattern, Characters, NumberPattern, Patterns
from tests.reader.corpus import load
from tests.reader.judge import known_in

_FIELD = known_in(load().world)
AOS = NumberPattern("AOS", 10, 24, Characters.LETTERS)
ONLY_AOS = evolve(_FIELD, patterns=Patterns(numbers=(AOS,)))
ALL = evolve(
    _FIELD,
    patterns=Patterns(
        numbers=(*FIRST_NUMBERS, AOS, NumberPattern("SC", 10, 40, Characters.JOINED)),
        boxes=(*FIRST_BOXES, BoxPattern("GCL", Characters.LETTERS, 4, 1, 3)),
    ),
)
NEW = "AOS326032509275620607DB90"


def certain(reading: Reading) -> dict[str, str]:
    (order,) = reading.orders
    return dict(order.certain)


@pytest.mark.parametrize("known", [ONLY_AOS, ALL])
@pytest.mark.parametrize(
    "text",
    [
        "AO#AOs326032509275620607db90#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445",
        "/reg\nTipe: AO\nSC: AOs326032509275620607db90\nSN: ZTEGC6754546\nSTO: SDA\nODP: ODP-SDA-003",
        "AOAOs326032509275620607db90 ZTEGC6754546 SDA ODP-SDA-003",
        "AO ZTEGC6754546 SDA ODP-SDA-003\nAOS : 326032509275620607db90",
        "AO ZTEGC6754546 SDA ODP-SDA-003\nNO AOS: AOs326032509275620607db90",
        "AO ZTEGC6754546 SDA ODP-SDA-003 aos-326032509275620607db90",
    ],
)
def test_a_number_with_letters_is_read_wherever_it_stands(text: str, known: Known) -> None:
    reading = read_message(text, known)
    assert certain(reading)["registration_number"] == NEW
    assert reading.orders[0].is_certain


def test_where_numbers_have_another_prefix_the_fields_own_is_asked_about() -> None:
    reading = read_message("AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003", ONLY_AOS)
    assert "registration_number" not in certain(reading)
    assert "registration_number" in reading.orders[0].doubts


def test_without_that_pattern_the_number_is_not_stored() -> None:
    reading = read_message("AO#AOs326032509275620607db90#ZTEGC6754546#SDA#ODP-SDA-003", _FIELD)
    assert "registration_number" not in certain(reading)


def test_a_joined_number_is_one_value_with_its_parts() -> None:
    text = "SC53281603_152330120302_AOs326081512 AO ZTEGC6754546 SDA ODP-SDA-003"
    assert certain(read_message(text, ALL))["registration_number"] == "SC53281603_152330120302_AOS326081512"


def test_underscores_that_only_decorate_join_nothing() -> None:
    text = "_AO_#_SC32232558_#ZTEGC6754546#SDA#ODP-SDA-003"
    assert certain(read_message(text, ALL))["registration_number"] == "SC32232558"


def test_a_box_of_another_prefix_is_read_in_an_installation_that_has_it() -> None:
    text = "AO#SC32232558#ZTEGC6754546#SDA#GCL SDA FAB/12#F5SDA445"
    assert certain(read_message(text, ALL))["odp"] == "GCL-SDA-FAB/12"
    assert "odp" not in certain(read_message(text, _FIELD))


def test_labelled_digits_that_fit_two_rows_are_asked_about_with_both() -> None:
    both = evolve(_FIELD, patterns=Patterns(numbers=(*FIRST_NUMBERS, NumberPattern("WX", 8, 8))))
    (order,) = read_message("AO\nNo order: 32232558\nSN: ZTEGC6754546\nSTO: SDA\nODP: ODP-SDA-003", both).orders
    assert order.doubts["registration_number"] == ("SC32232558", "WX32232558")
    (named,) = read_message("AO\nWX: 32232558\nSN: ZTEGC6754546\nSTO: SDA\nODP: ODP-SDA-003", both).orders
    assert named.certain["registration_number"] == "WX32232558"


@pytest.mark.parametrize(
    ("text", "number"),
    [("/cek aos326032509275620607db90", NEW), ("/cek 32232558", "SC32232558"), (f"{NEW} gimana?", NEW)],
)
def test_the_status_of_an_order_is_asked_for_by_any_of_its_numbers(text: str, number: str) -> None:
    assert read_message(text, ALL) == Reading(intent=Intent.STATUS, number=number)
