"""A place on the map."""

from math import isfinite
from typing import Self

from attrs import frozen

_DIGITS = 6
"""The decimals that are kept: about 0.1 m. The transports of one network send the same place with other last digits."""


@frozen
class Place:
    """A place in degrees (WGS 84): `latitude` from -90 to 90, `longitude` from -180 to 180, with six decimals."""

    latitude: float
    longitude: float

    @classmethod
    def at(cls, latitude: float, longitude: float) -> Self:
        """Return the place. Raises `ValueError` for numbers that are no place on Earth.

        >>> Place.at(-7.4478, 112.71830000001)
        Place(latitude=-7.4478, longitude=112.7183)
        """
        if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
            raise ValueError("not a place on Earth")
        return cls(round(float(latitude), _DIGITS), round(float(longitude), _DIGITS))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the place of a text made by `str`, None for any other text.

        >>> Place.read("-7.4478,112.7183"), Place.read("-7.4478"), Place.read("91,0")
        (Place(latitude=-7.4478, longitude=112.7183), None, None)
        """
        latitude, _, longitude = text.partition(",")
        try:
            return cls.at(float(latitude), float(longitude))
        except ValueError:
            return None

    def __str__(self) -> str:
        """Return latitude and longitude with a comma between, without exponents.

        >>> str(Place.at(-0.00001, 112))
        '-0.00001,112'
        """
        return f"{_plain(self.latitude)},{_plain(self.longitude)}"


def _plain(degrees: float) -> str:
    text = f"{degrees:.{_DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
