"""What the search box finds: any part from three characters on, beginnings below."""

import pytest

from sikpro.domain.search_text import found
from sikpro.testing.builders import order_data


@pytest.mark.parametrize("term", ["gar", "pagar hijau", "754", "dp-", "di s"])
def test_three_characters_find_any_part_also_of_the_texts(term: str) -> None:
    assert found(term, order_data(note="pagar hijau"), "Budi Santoso")


@pytest.mark.parametrize(("term", "name"), [("al", "Al"), ("öz", "ÖZ")])
def test_a_technician_with_a_short_name_is_found_by_it(term: str, name: str) -> None:
    assert found(term, order_data(), name)


@pytest.mark.parametrize("term", ["sc", "zt", "5a", "od", "f5", "b", "bu", "pa", "di", "c6", "p-", "xx"])
def test_one_or_two_find_no_part_of_a_code_a_name_or_a_text(term: str) -> None:
    assert not found(term, order_data(note="pagar"), "Budi Santoso")
