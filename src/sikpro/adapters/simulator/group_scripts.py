"""`/simulator/api/groups`: groups, their members and their changes."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.simulator.groups import add_group, add_topic, change_topic, delete, join, set_bot, upgrade
from sikpro.adapters.simulator.script_tools import AnyRequest, answer, given, number, take
from sikpro.adapters.simulator.views import group_view, message_view
from sikpro.adapters.simulator.world import Refused, World


@get("/groups")
async def list_groups(world: NamedDependency[World]) -> Response[bytes]:
    """List all groups."""
    return answer([group_view(world, group) for group in world.store.groups()])


@post("/groups")
async def make_group(request: AnyRequest, world: NamedDependency[World]) -> Response[bytes]:
    """Add a group: `name`, `members` and an optional negative `id`."""
    body = await given(request)
    name, members = take(body, "name", str, needed=True).strip(), take(body, "members", list, needed=True)
    group_id = take(body, "id", int)
    if not 1 <= len(name) <= 128:
        raise Refused(422, "name has to have 1 to 128 characters.")
    if group_id is not None and group_id >= 0:
        raise Refused(422, "id has to be a negative whole number.")
    if not all(type(member) is int for member in members):
        raise Refused(422, "members has to be a list of whole numbers.")
    return answer(group_view(world, add_group(world, name, list(dict.fromkeys(members)), group_id)), 201)


@get("/groups/{group:int}/messages")
async def list_group_messages(
    request: AnyRequest, group: FromPath[int], world: NamedDependency[World]
) -> Response[bytes]:
    """List the group's messages, oldest first: those after `?after=`, the newest `?limit=`."""
    world.group(group)
    rows = world.store.messages(group, number(request, "after", 0), number(request, "limit", -1))
    return answer([message_view(*row) for row in rows])


@post("/groups/{group:int}/members")
async def change_member(request: AnyRequest, group: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Let a `user` join, or leave if `joins` is false."""
    body = await given(request)
    joins = take(body, "joins", bool)
    join(world, group, take(body, "user", int, needed=True), joins is not False)
    return answer(group_view(world, world.group(group)))


@post("/groups/{group:int}/bot")
async def change_bot(request: AnyRequest, group: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Make the bot a member or an administrator, or remove it: `status` is Telegram's name."""
    set_bot(world, group, take(await given(request), "status", str, needed=True))
    return answer(group_view(world, world.group(group)))


@post("/groups/{group:int}/topics")
async def make_topic(request: AnyRequest, group: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Add a topic with a `name`, or set the `state` of the one with this `number`."""
    body = await given(request)
    topic = take(body, "number", int)
    if topic is None:
        return answer({"number": add_topic(world, group, take(body, "name", str, needed=True))}, 201)
    change_topic(world, group, topic, take(body, "state", str, needed=True))
    return answer({"number": topic})


@post("/groups/{group:int}/upgrade")
async def make_supergroup(group: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Make the group a supergroup, and return the supergroup."""
    return answer(group_view(world, upgrade(world, group)))


@post("/groups/{group:int}/delete")
async def delete_group(group: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Delete the group."""
    delete(world, group)
    return answer(group_view(world, world.group(group)))


@post("/groups/{group:int}/seen")
async def mark_group_read(request: AnyRequest, group: FromPath[int], world: NamedDependency[World]) -> Response[bytes]:
    """Mark the group as read up to a message."""
    read, found = take(await given(request), "message_id", int, needed=True), world.group(group)
    if read > found["seen"]:
        world.store.save_group(found | {"seen": read})
        world.bell.ring()
    return answer({"seen": max(read, found["seen"])})


GROUP_HANDLERS = [list_groups, make_group, list_group_messages, change_member, change_bot]
GROUP_HANDLERS += [make_topic, make_supergroup, delete_group, mark_group_read]
