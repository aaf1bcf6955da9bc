"""Pins on the map that people send: a place, a venue with its name, or a live location that moves."""

import time

from sikpro.adapters.simulator.store import Body
from sikpro.adapters.simulator.world import Refused, World


def send_place(
    world: World,
    person_id: int,
    latitude: float,
    longitude: float,
    *,
    reply_to: int | None = None,
    chat_id: int | None = None,
    live_period: int | None = None,
    title: str = "",
    address: str = "",
) -> int:
    """Send a place from a person; return its message id. `live_period` (seconds) makes it a live location."""
    location = _on_earth(latitude, longitude) | ({"live_period": live_period} if live_period else {})
    venue: Body = {"venue": {"location": location, "title": title, "address": address}} if title else {}
    return world.bring(person_id, {"location": location} | venue, reply_to, chat_id)


def move_place(
    world: World, person_id: int, message_id: int, latitude: float, longitude: float, chat_id: int | None = None
) -> None:
    """Send the next place of a person's live location, as an edit of its message."""
    place = world.place(world.person(person_id), chat_id)
    found = world.store.message(place["id"], message_id)
    if found is None or found[1]["from"]["id"] != person_id or "live_period" not in found[1].get("location", {}):
        raise Refused(404, f"There is no live location {message_id} of this person.")
    location = found[1]["location"] | _on_earth(latitude, longitude)
    message = found[1] | {"location": location, "edit_date": int(time.time())}
    world.store.save_message("person", message, "edited_message" if world.reaches_bot(message) else None)
    world.bell.ring()


def _on_earth(latitude: float, longitude: float) -> Body:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused(422, "latitude is from -90 to 90, longitude from -180 to 180.")
    return {"latitude": latitude, "longitude": longitude}
