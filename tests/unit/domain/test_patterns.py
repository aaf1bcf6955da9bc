"""The patterns of an installation: what its numbers and boxes look like, and what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.domain.errors import InvalidValue
from sikpro.domain.patterns import (
    FIRST_BOXES,
    FIRST_NUMBERS,
    BoxPattern,
    Characters,
    NumberPattern,
    Patterns,
    check_box_pattern,
    check_number_pattern,
)
from sikpro.domain.values import OdpName, RegistrationNumber
from sikpro.testing.builders import coded

LETTERS, JOINED, DIGITS = Characters.LETTERS, Characters.JOINED, Characters.DIGITS
TWO = Patterns(
    numbers=(*FIRST_NUMBERS, NumberPattern("AOS", 10, 24, LETTERS), NumberPattern("SC", 10, 40, JOINED)),
    boxes=(*FIRST_BOXES, BoxPattern("GCL", LETTERS, 3, 2, 4, LETTERS)),
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("AOs326032509275620607db90", "AOS326032509275620607DB90"),
        ("sc 3223.2558", "SC32232558"),
        ("SC32232558_1523301_AOs32608", "SC32232558_1523301_AOS32608"),
    ],
)
def test_each_row_of_an_installation_reads_its_numbers(typed: str, number: str) -> None:
    assert RegistrationNumber.parse(typed, TWO).value == number


def test_a_work_order_join_is_never_taken_for_the_number_with_the_same_digits() -> None:
    assert RegistrationNumber.parse("SC3223_25581", TWO) != RegistrationNumber.parse("SC322325581", TWO)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("A0S326032509275620607db90", "AOS326032509275620607DB90"),
        ("5C32255O11", "SC32255011"),
        ("SC_1_2", None),
        ("AOSABCDEFGHIJK", None),
        ("SC" + "1" * 13, None),
        ("SC123", None),
    ],
)
def test_a_number_that_no_row_reads_is_refused_with_what_was_meant_and_all_rows(typed: str, meant: str | None) -> None:
    with pytest.raises(InvalidValue, check=coded("registration_number.pattern")) as refused:
        RegistrationNumber.parse(typed, TWO)
    assert refused.value.suggestion == meant
    rows = "SC + 6–12 (0–9) · AOS + 10–24 (A–Z, 0–9) · SC + 10–40 (A–Z, 0–9, _)"
    assert refused.value.params["patterns"] == rows


def test_digits_of_another_script_are_no_digits_of_a_number() -> None:
    with pytest.raises(InvalidValue):
        RegistrationNumber.parse("SC٣٢٢٣٢٥٥٨")


@pytest.mark.parametrize(
    ("code", "prefixes", "numbers"),
    [
        ("32232558", [], ("SC32232558",)),
        ("3260325092756", [], ()),
        ("3260325092756", ["AOS"], ("AOS3260325092756",)),
        ("32603250db90", ["AOS", "SC"], ("AOS32603250db90",)),
        ("32603250db90", [], ()),
        ("123", [], ()),
    ],
)
def test_digits_alone_belong_to_rows_of_digits_and_to_a_named_prefix(
    code: str, prefixes: list[str], numbers: tuple[str, ...]
) -> None:
    assert TWO.completed(code, prefixes) == numbers


def test_digits_that_two_rows_read_stay_two_possibilities() -> None:
    both = Patterns(numbers=(*FIRST_NUMBERS, NumberPattern("WO", 8, 8)))
    assert both.completed("32232558") == ("SC32232558", "WO32232558")
    assert both.completed("3223255") == ("SC3223255",)


@pytest.mark.parametrize(
    ("typed", "box"),
    [
        ("GCL SDA AB/1C", "GCL-SDA-AB/1C"),
        ("odp-sda-fab/12", "ODP-SDA-FAB/12"),
        ("ODP-SDA-ABCDEFGH/12345", "ODP-SDA-ABCDEFGH/12345"),
    ],
)
def test_each_row_of_an_installation_reads_its_boxes(typed: str, box: str) -> None:
    assert OdpName.parse(typed, TWO).value == box


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("GCL-SDA-ABCD/12", None),
        ("GCL-SDA-12", None),
        ("GLC-SDA-AB/12", "GCL-SDA-AB/12"),
        ("ODP-SDA-123456", None),
        ("ODP-SDA-O1/01", "ODP-SDA-O1/01"),
    ],
)
def test_a_box_that_no_row_reads_is_refused_with_what_was_meant(typed: str, meant: str | None) -> None:
    if meant == typed:
        assert OdpName.parse(typed, TWO).value == typed
        return
    with pytest.raises(InvalidValue, check=coded("odp.pattern")) as refused:
        OdpName.parse(typed, TWO)
    assert refused.value.suggestion == meant


def test_a_cabinet_and_its_number_are_enough_where_the_sto_is_known() -> None:
    assert OdpName.parse("fbg/014", sto="SDA").value == "ODP-SDA-FBG/014"
    with pytest.raises(InvalidValue) as refused:
        OdpName.parse("003", sto="SDA")
    assert refused.value.suggestion == "ODP-SDA-003"


def test_a_name_that_boxes_of_two_prefixes_may_have_is_not_guessed() -> None:
    both = Patterns(boxes=(*FIRST_BOXES, BoxPattern("OTB", LETTERS, 8, 1, 5)))
    with pytest.raises(InvalidValue) as refused:
        OdpName.parse("FBG/014", both, "SDA")
    assert refused.value.suggestion is None


@given(
    prefix=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=8),
    lengths=st.tuples(st.integers(4, 40), st.integers(4, 40)),
    characters=st.sampled_from(Characters),
    text=st.text("ABCOILS0123456789_", min_size=1, max_size=44),
)
def test_what_any_row_reads_or_proposes_it_reads_again_as_itself(
    prefix: str, lengths: tuple[int, int], characters: Characters, text: str
) -> None:
    patterns = Patterns(numbers=(check_number_pattern(NumberPattern(prefix, min(lengths), max(lengths), characters)),))
    for typed in (text, prefix + text):
        try:
            value = RegistrationNumber.parse(typed, patterns).value
        except InvalidValue as error:
            value = error.suggestion or ""
        assert not value or RegistrationNumber.parse(value, patterns).value == value


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (NumberPattern("S", 6, 12), "pattern.prefix"),
        (NumberPattern("S1", 6, 12), "pattern.prefix"),
        (NumberPattern("ABCDEFGHI", 6, 12), "pattern.prefix"),
        (NumberPattern("SÇ", 6, 12), "pattern.prefix"),
        (NumberPattern("SC", 3, 12), "pattern.lengths"),
        (NumberPattern("SC", 12, 6), "pattern.lengths"),
        (NumberPattern("SC", 6, 41), "pattern.lengths"),
    ],
)
def test_a_row_that_would_read_nearly_anything_is_refused(row: NumberPattern, reason: str) -> None:
    with pytest.raises(InvalidValue, check=coded(reason)) as refused:
        check_number_pattern(row)
    if reason == "pattern.lengths":
        assert (refused.value.params["least"], refused.value.params["most"]) == ("4", "40")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (BoxPattern("O", None, 0, 1, 5), "pattern.prefix"),
        (BoxPattern("ODP", DIGITS, 0, 1, 5), "pattern.cabinet"),
        (BoxPattern("ODP", DIGITS, 9, 1, 5), "pattern.cabinet"),
        (BoxPattern("ODP", None, 0, 0, 5), "pattern.lengths"),
        (BoxPattern("ODP", None, 0, 1, 13), "pattern.lengths"),
    ],
)
def test_a_row_of_boxes_that_cannot_be_is_refused(row: BoxPattern, reason: str) -> None:
    with pytest.raises(InvalidValue, check=coded(reason)):
        check_box_pattern(row)


def test_the_first_rows_are_rows_that_may_be_chosen() -> None:
    assert tuple(map(check_number_pattern, FIRST_NUMBERS)) == FIRST_NUMBERS
    assert tuple(map(check_box_pattern, FIRST_BOXES)) == FIRST_BOXES


def test_a_cabinet_of_one_letter_is_a_cabinet() -> None:
    box = BoxPattern("ODP", LETTERS, 3, 1, 4)
    assert [box.name(text) for text in ("A/12", "ABC/12", "/12", "ABCD/12")] == ["A/12", "ABC/12", None, None]


def test_a_cabinet_of_one_character_is_a_cabinet() -> None:
    row = BoxPattern("OTB", LETTERS, 1, 1, 5)
    assert check_box_pattern(row) == row
