"""`/simulator/api`: what scripts, tests and the chat page do as the people of the chat."""

import base64
import json
from typing import Any

from litestar import Request, Response, Router, get, post, put
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from sikpro.adapters.simulator.faults import Faults
from sikpro.adapters.simulator.views import message_view, person_view
from sikpro.adapters.simulator.world import Refused, World

AnyRequest = Request[Any, Any, State]
CHANGES_HELD = 20.0


def answer(body: object, status: int = 200) -> Response[bytes]:
    """JSON in ASCII with escapes, so that any text survives."""
    return Response(json.dumps(body).encode(), status_code=status, media_type="application/json")


def refused(_: AnyRequest, refusal: Refused) -> Response[bytes]:
    """A refusal as JSON with its sentence."""
    return answer({"detail": refusal.sentence}, refusal.status)


async def given(request: AnyRequest) -> dict[str, Any]:
    """The JSON object of a body."""
    try:
        body = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise Refused(422, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused(422, "The body is not a JSON object.")
    return body


def take(body: dict[str, Any], name: str, kind: type, *, needed: bool = False) -> Any:
    """A field of the right kind, or None; raises `Refused`."""
    value = body.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {str: "a text", int: "a whole number", bool: "true or false"}
        raise Refused(422, f"{name} has to be {words[kind]}.")
    if isinstance(value, int) and not -(2**62) < value < 2**62:
        raise Refused(422, f"{name} is too large.")
    return value


@get("/chats")
async def list_people(world: NamedDependency[World]) -> Response[bytes]:
    """Everybody."""
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
    person = world.add(name, take(body, "technician_code", str) or None, person_id, take(body, "phone", str))
    return answer(person_view(world, person), 201)


@get("/chats/{user:int}/messages")
async def list_messages(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """The chat's messages of both sides, oldest first: those after `?after=`, the newest `?limit=`."""
    world.person(user)
    try:
        after, limit = (
            int(request.query_params.get(name, str(or_else))) for name, or_else in (("after", 0), ("limit", -1))
        )
    except ValueError:
        raise Refused(422, "after and limit have to be whole numbers.") from None
    if not all(-1 <= number < 2**62 for number in (after, limit)):
        raise Refused(422, "after and limit are too small or too large.")
    return answer([message_view(*row) for row in world.store.messages(user, after, limit)])


@post("/chats/{user:int}/messages")
async def write(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Write a text."""
    body = await given(request)
    text, reply_to = take(body, "text", str, needed=True), take(body, "reply_to", int)
    return answer({"message_id": world.say(user, text, reply_to)}, 201)


@post("/chats/{user:int}/edits")
async def edit(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Change a text of one's own."""
    body = await given(request)
    message_id = take(body, "message_id", int, needed=True)
    world.edit(user, message_id, take(body, "text", str, needed=True))
    return answer({"message_id": message_id})


@post("/chats/{user:int}/callbacks")
async def press(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Press a button."""
    body = await given(request)
    message_id = take(body, "message_id", int, needed=True)
    return answer({"id": world.press(user, message_id, take(body, "data", str, needed=True))}, 201)


@get("/chats/{user:int}/callbacks/{press_id:str}")
async def pressed(user: FromPath[int], press_id: FromPath[str], world: NamedDependency[World]) -> Response[bytes]:
    """What became of a press."""
    found = world.store.press(press_id)
    if found is None or found["chat_id"] != user:
        raise Refused(404, f"There is no press {press_id} in this chat.")
    text, alert = found.get("text", ""), found.get("show_alert", False)
    return answer({"id": press_id, "answered": found["answered"], "text": text, "show_alert": alert})


@post("/chats/{user:int}/contact")
async def share_contact(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Share the phone number."""
    return answer({"message_id": world.share_contact(user, take(await given(request), "phone", str))}, 201)


@post("/chats/{user:int}/photos")
async def send_photo(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Send a photo: multipart with a file `photo`, or JSON with it in base64; `caption` and `reply_to` beside."""
    reply_to: int | None
    if request.headers.get("content-type", "").startswith("multipart/"):
        try:
            form = await request.form()
        except HTTPException:
            raise Refused(422, "The form cannot be read.") from None
        upload, reply = form.get("photo"), str(form.get("reply_to") or "")
        if not isinstance(upload, UploadFile) or not upload.content_type.startswith("image/"):
            raise Refused(422, "photo has to be an image.")
        content, mime, caption = await upload.read(), upload.content_type, str(form.get("caption") or "")
        reply_to = int(reply) if reply.isascii() and reply.isdigit() else None
    else:
        body = await given(request)
        try:
            content = base64.b64decode(take(body, "photo", str, needed=True), validate=True)
        except ValueError:
            raise Refused(422, "photo has to be base64.") from None
        mime, caption, reply_to = "image/jpeg", take(body, "caption", str) or "", take(body, "reply_to", int)
    return answer({"message_id": world.show(user, content, mime, caption, reply_to)}, 201)


@post("/chats/{user:int}/block")
async def block(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Block the bot, or let it in again."""
    blocked = take(await given(request), "blocked", bool, needed=True)
    world.block(user, blocked)
    return answer({"blocked": blocked})


@post("/chats/{user:int}/seen")
async def see(request: AnyRequest, user: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """The person has read up to a message."""
    seen = take(await given(request), "message_id", int, needed=True)
    person = world.person(user)
    if seen > person["seen"]:
        world.store.save_person(person | {"seen": seen})
        world.bell.ring()
    return answer({"seen": max(seen, person["seen"])})


@get("/changes")
async def changes(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Held until something is newer than `?after=`, twenty seconds at most."""
    after = request.query_params.get("after", "")
    if after == str(world.bell.version):
        await world.bell.wait(world.bell.version, CHANGES_HELD)
    return answer({"version": str(world.bell.version)})


@get("/commands")
async def commands(world: NamedDependency[World]) -> Response[bytes]:
    """The bot's command menu as an Indonesian phone shows it."""
    return answer(world.store.fact("commands:id") or world.store.fact("commands:", []))


@get("/files/{file_id:str}")
async def show_file(file_id: FromPath[str], world: NamedDependency[World]) -> Response[bytes]:
    """A file's bytes; anything but a plain image is a download."""
    found = world.store.file(file_id=file_id)
    if found is None:
        raise Refused(404, "There is no such file.")
    if found[3] in {"image/png", "image/jpeg", "image/gif", "image/webp"}:
        return Response(found[4], media_type=found[3])
    headers = {"content-disposition": "attachment"}
    return Response(found[4], media_type="application/octet-stream", headers=headers)


@get("/faults")
async def show_faults(world: NamedDependency[World]) -> Response[bytes]:
    """The faults, and how many were injected."""
    return answer(world.faults.describe())


@put("/faults")
async def set_faults(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Set the faults; what is left out is the default."""
    try:
        world.faults = Faults.parse(await given(request))
    except ValueError as wrong:
        raise Refused(422, str(wrong)) from None
    return answer(world.faults.describe())


@get("/stats")
async def stats(world: NamedDependency[World]) -> Response[bytes]:
    """What came in, was delivered and acknowledged, and what the bot sent."""
    return answer(world.store.stats())


@post("/updates")
async def bring_update(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Queue any update as it is, for what a bot has to survive; `next_update_id` restarts the ids from there."""
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


HANDLERS = [list_people, add_person, list_messages, write, edit, press, pressed, share_contact, send_photo, block]
HANDLERS += [see, changes, commands, show_file, show_faults, set_faults, stats, bring_update]

script_router = Router("/simulator/api", route_handlers=HANDLERS, exception_handlers={Refused: refused})
