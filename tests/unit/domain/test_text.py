"""What people type, made comparable: what nobody sees in a text does not tell two apart."""

import pytest

from sikpro.domain.errors import NotFound
from sikpro.domain.period import month_named
from sikpro.domain.text import codes_near, plain, slips, storable


@pytest.mark.parametrize("mark", ["\x07", "\u200b", "\ud800", "\ue000", "\u0378"])
def test_marks_that_nobody_sees_are_dropped_wherever_they_come_from(mark: str) -> None:
    assert plain(f"SC{mark}3223") == "SC3223"


def test_lines_and_tabs_stay() -> None:
    assert plain("satu\ndua\ttiga") == "satu\ndua\ttiga"


def test_what_no_database_keeps_is_taken_out_and_nothing_else() -> None:
    assert storable("a\x00b\ud800 ‑ é\n") == "ab? ‑ é\n"


@pytest.mark.parametrize("text", ["20٢٦-11", "2026-١١", "1٢/2026", "2026-00", "1999-11", ""])
def test_what_names_no_month_is_none(text: str) -> None:
    assert month_named(text) is None


@pytest.mark.parametrize(
    "text", ["2026-11", "2026-11-30", "2026-11-30 00:00:00", "2026-11-01T08:00", "11/2026", "11.2026", "11-2026"]
)
def test_a_month_is_named_in_the_ways_that_people_and_spreadsheets_do(text: str) -> None:
    assert month_named(text) == "2026-11"


def test_a_number_that_was_not_found_is_shown_as_far_as_it_is_readable() -> None:
    assert dict(NotFound.order("x" * 70).params) == {"what": "order", "name": "x" * 64}


def test_two_neighbours_of_which_one_alone_moved_are_two_slips() -> None:
    assert [slips(code, "F5SDA445") for code in ("F5DSA445", "F5XSA445", "F5DXA445")] == [1, 2, 2]


def test_codes_of_other_lengths_are_more_than_a_slip_apart() -> None:
    assert [slips("A", other) for other in ("ABC", "ABCDE", "BC")] == [2, 2, 2]


def test_letters_that_were_written_as_digits_name_one_code_before_all_that_are_near() -> None:
    assert codes_near("5PJ", ["6PJ", "SPJ", "SDA"]) == ("SPJ",)
    assert codes_near("5PJ", ["6PJ", "7PJ", "SDA"]) == ("6PJ", "7PJ")
