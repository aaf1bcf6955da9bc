"""`/simulator/api`: the actions of people in the chat, for scripts, tests and the chat page.

A person acts in the private chat with the bot, or in the group that `chat` names.
"""

from litestar import Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.simulator.faults import Faults
from sikpro.adapters.simulator.group_scripts import GROUP_HANDLERS
from sikpro.adapters.simulator.groups import deactivate
from sikpro.adapters.simulator.media import Picked, send_album, send_document, send_photo
from sikpro.adapters.simulator.places import move_place, send_place
from sikpro.adapters.simulator.polling import menu_shown
from sikpro.adapters.simulator.script_tools import AnyRequest, answer, given, number, refused, take, uploads
from sikpro.adapters.simulator.views import message_view, person_view
from sikpro.adapters.simulator.world import Refused, World

CHANGES_HELD = 20.0


@get("/chats")
async def list_people(world: NamedDependency[World]) -> Response[bytes]:
    """List all people."""
    return answer([person_view(world, person) for person in world.store.people()])


@post("/chats")
async def add_person(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Add a person."""
    body = await given(request)
    name = take(body, "name", str, needed=True).strip()
    person_id = take(body, "id", int)
    if not 1 <= len(name) <= 64:
        raise Refused(422, "name has to have 1 to 64 characters.")
    if person_id is not None and person_id <= 0:
        raise Refused(422, "id has to be a positive whole number.")
    phone, language = take(body, "phone", str), take(body, "language", str) or "id"
    person = world.add(name, take(body, "technician_code", str) or None, person_id, phone, language)
    return answer(person_view(world, person), 201)


@get("/chats/{user:int}/messages")
async def list_messages(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """List the chat's messages of both sides, oldest first: those after `?after=`, the newest `?limit=`."""
    world.person(user)
    rows = world.store.messages(user, number(request, "after", 0), number(request, "limit", -1))
    return answer([message_view(*row) for row in rows])


@post("/chats/{user:int}/messages")
async def write(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Write a text."""
    body = await given(request)
    text, reply_to = take(body, "text", str, needed=True), take(body, "reply_to", int)
    said = world.say(user, text, reply_to, take(body, "chat", int), take(body, "topic", int))
    return answer({"message_id": said}, 201)


@post("/chats/{user:int}/edits")
async def edit(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Change a text or a caption of the person's own message."""
    body = await given(request)
    message_id = take(body, "message_id", int, needed=True)
    world.edit(user, message_id, take(body, "text", str, needed=True), take(body, "chat", int))
    return answer({"message_id": message_id})


@post("/chats/{user:int}/forwards")
async def forward(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Forward a message of the chat to the chat `to`, by default the private one."""
    body = await given(request)
    message_id = take(body, "message_id", int, needed=True)
    forwarded = world.forward(user, message_id, take(body, "chat", int), take(body, "to", int))
    return answer({"message_id": forwarded}, 201)


@post("/chats/{user:int}/callbacks")
async def press(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Press a button."""
    body = await given(request)
    message_id = take(body, "message_id", int, needed=True)
    data, chat = take(body, "data", str, needed=True), take(body, "chat", int)
    return answer({"id": world.press(user, message_id, data, chat)}, 201)


@get("/chats/{user:int}/callbacks/{press_id:str}")
async def pressed(user: FromPath[int], press_id: FromPath[str], world: NamedDependency[World]) -> Response[bytes]:
    """Return the result of a press."""
    found = world.store.press(press_id)
    if found is None or found.get("user_id") != user:
        raise Refused(404, f"This person has no press {press_id}.")
    text, alert = found.get("text", ""), found.get("show_alert", False)
    return answer({"id": press_id, "answered": found["answered"], "text": text, "show_alert": alert})


@post("/chats/{user:int}/contact")
async def share_contact(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Share the phone number."""
    return answer({"message_id": world.share_contact(user, take(await given(request), "phone", str))}, 201)


@post("/chats/{user:int}/photos")
async def bring_photo(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Send a photo: multipart with a file `photo`, or JSON with base64; optional `caption` and `reply_to`."""
    files, body = await uploads(request, "photo")
    photo = _image(*files)
    caption, reply_to = take(body, "caption", str) or "", take(body, "reply_to", int)
    return answer({"message_id": send_photo(world, user, photo, caption, reply_to, take(body, "chat", int))}, 201)


@post("/chats/{user:int}/albums")
async def bring_album(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Send several `photos` as an album; the caption is on the first, or on the one with the index `captioned`."""
    files, body = await uploads(request, "photos")
    photos = [_image(file) for file in files]
    caption, reply_to = take(body, "caption", str) or "", take(body, "reply_to", int)
    captioned, chat = take(body, "captioned", int) or 0, take(body, "chat", int)
    sent = send_album(world, user, photos, caption, reply_to, chat, captioned=captioned)
    return answer({"message_ids": sent}, 201)


@post("/chats/{user:int}/documents")
async def bring_document(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Send any file: multipart with a file `document`, or JSON with base64, `file_name` and `mime`."""
    files, body = await uploads(request, "document")
    if len(files) != 1:
        raise Refused(422, "document has to be one file.")
    caption, reply_to = take(body, "caption", str) or "", take(body, "reply_to", int)
    return answer({"message_id": send_document(world, user, files[0], caption, reply_to, take(body, "chat", int))}, 201)


@post("/chats/{user:int}/places")
async def bring_place(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Send a pin; `title` and `address` make it a venue, `live_period` (seconds) a live location."""
    body = await given(request)
    sent = send_place(
        world,
        user,
        take(body, "latitude", float, needed=True),
        take(body, "longitude", float, needed=True),
        reply_to=take(body, "reply_to", int),
        chat_id=take(body, "chat", int),
        live_period=take(body, "live_period", int),
        title=take(body, "title", str) or "",
        address=take(body, "address", str) or "",
    )
    return answer({"message_id": sent}, 201)


@post("/chats/{user:int}/places/{message_id:int}")
async def bring_next_place(
    request: AnyRequest, user: FromPath[int], message_id: FromPath[int], world: NamedDependency[World]
) -> Response[bytes]:
    """Move a live location."""
    body = await given(request)
    latitude, longitude = (take(body, name, float, needed=True) for name in ("latitude", "longitude"))
    move_place(world, user, message_id, latitude, longitude, take(body, "chat", int))
    return answer({"message_id": message_id})


def _image(*files: Picked) -> Picked:
    if len(files) != 1 or not files[0].mime.startswith("image/"):
        raise Refused(422, "A photo has to be one image.")
    return files[0]


@post("/chats/{user:int}/block")
async def block(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Block or unblock the bot."""
    blocked = take(await given(request), "blocked", bool, needed=True)
    world.block(user, blocked)
    return answer({"blocked": blocked})


@post("/chats/{user:int}/deactivate")
async def delete_account(user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Delete the person's account."""
    deactivate(world, user)
    return answer({"deactivated": True})


@post("/chats/{user:int}/seen")
async def mark_read(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Mark the person's chat as read up to a message."""
    read = take(await given(request), "message_id", int, needed=True)
    person = world.person(user)
    if read > person["seen"]:
        world.store.save_person(person | {"seen": read})
        world.bell.ring()
    return answer({"seen": max(read, person["seen"])})


@get("/changes")
async def changes(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Wait until something is newer than `?after=`, at most twenty seconds."""
    after = request.query_params.get("after", "")
    if after == str(world.bell.version):
        await world.bell.wait(world.bell.version, CHANGES_HELD)
    return answer({"version": str(world.bell.version)})


@get("/commands")
async def commands(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Return the bot's command menu as a phone shows it, for `?language=` (default id) in `?chat=`."""
    return answer(menu_shown(world, number(request, "chat", 1), request.query_params.get("language", "id")))


@get("/files/{file_id:str}")
async def show_file(file_id: FromPath[str], world: NamedDependency[World]) -> Response[bytes]:
    """Return a file's bytes; all files except plain images are downloads."""
    found = world.store.file(file_id=file_id)
    if found is None:
        raise Refused(404, "There is no such file.")
    if found[3] in {"image/png", "image/jpeg", "image/gif", "image/webp"}:
        return Response(found[4], media_type=found[3])
    headers = {"content-disposition": "attachment"}
    return Response(found[4], media_type="application/octet-stream", headers=headers)


@get("/faults")
async def show_faults(world: NamedDependency[World]) -> Response[bytes]:
    """Return the faults and the number of injected ones."""
    return answer(world.faults.describe())


@put("/faults")
async def set_faults(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Set the faults; missing fields get their defaults."""
    try:
        world.faults = Faults.parse(await given(request))
    except ValueError as wrong:
        raise Refused(422, str(wrong)) from None
    return answer(world.faults.describe())


@get("/stats")
async def stats(world: NamedDependency[World]) -> Response[bytes]:
    """Return the numbers of received, delivered and acknowledged updates, and of the bot's messages."""
    return answer(world.store.stats())


@post("/updates")
async def bring_update(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Queue any update as it is, to test a bot's robustness; `next_update_id` restarts the ids from there."""
    body = await given(request)
    first = take(body, "next_update_id", int)
    if first is not None:
        if world.store.pending(1):
            raise Refused(409, "The ids restart only when no update waits.")
        world.store.set_fact("counter:update_id", first - 1)
        return answer({"next_update_id": first})
    update_id = world.store.queue_raw(body)
    world.bell.ring()
    return answer({"update_id": update_id}, 201)


HANDLERS = [list_people, add_person, list_messages, write, edit, forward, press, pressed, share_contact, block]
HANDLERS += [bring_place, bring_next_place]
HANDLERS += [bring_photo, bring_album, bring_document, delete_account, mark_read, changes, commands, show_file]
HANDLERS += [show_faults, set_faults, stats, bring_update, *GROUP_HANDLERS]

script_router = Router("/simulator/api", route_handlers=HANDLERS, exception_handlers={Refused: refused})
