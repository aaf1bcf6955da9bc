"""A place is one on Earth."""

import pytest

from sikpro.domain.place import Place


@pytest.mark.parametrize(("latitude", "longitude"), [(90.1, 0.0), (0.0, 180.1), (-91.0, 0.0)])
def test_what_is_no_place_on_earth_is_refused_in_plain_words(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="not a place on Earth"):
        Place.at(latitude, longitude)


def test_a_place_on_the_equator_has_no_minus_before_its_nought() -> None:
    assert str(Place.at(-0.0000001, 112)) == "0,112"
