"""The link to a place on a map; the page itself loads nothing from there."""

from sikpro.domain.place import Place

_ZOOM = 18
"""So near that single houses can be told apart."""


def map_link(place: Place) -> str:
    """Return the address of a map with a mark at the place.

    >>> map_link(Place.at(-7.4478, 112.7183))
    'https://www.openstreetmap.org/?mlat=-7.4478&mlon=112.7183#map=18/-7.4478/112.7183'
    """
    latitude, longitude = str(place).split(",")
    marked = f"mlat={latitude}&mlon={longitude}"
    return f"https://www.openstreetmap.org/?{marked}#map={_ZOOM}/{latitude}/{longitude}"
