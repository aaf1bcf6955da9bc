"""What happened since: the account's difference and that of a supergroup, whole, in slices or too long."""

from typing import Any

from telethon.tl import functions, types
from telethon.utils import resolve_id

from .faults import RpcFault
from .methods import Call, answers


@answers(functions.updates.GetStateRequest)
def get_state(call: Call, request: Any) -> Any:
    """Where the account is now; a bot that nobody ever wrote to is at pts 0."""
    return call.server.world.state()


@answers(functions.updates.GetDifferenceRequest)
def get_difference(call: Call, request: Any) -> Any:
    """All after a pts, a date and a qts, at most `slice_limit` (or `pts_limit`) updates at a time.

    A pts of 0 is refused when there is something to tell, and so is one that the account never reached.
    """
    server, world = call.server, call.server.world
    missing = world.account.log[request.pts :]
    if request.pts < 1 and missing:
        raise RpcFault(400, "PERSISTENT_TIMESTAMP_EMPTY")
    if request.pts > max(world.account.pts, 1):
        raise RpcFault(400, "PERSISTENT_TIMESTAMP_INVALID")
    if server.take_too_long() or (request.pts_total_limit and len(missing) > request.pts_total_limit):
        return types.updates.DifferenceTooLong(world.account.pts)
    limit = min(server.slice_limit, request.pts_limit or server.slice_limit)
    others = [types.UpdateChannelTooLong(resolve_id(chat)[0]) for chat in world.touched_since(request.date)]
    others = world.qts_log[request.qts :] + others
    if not missing and not others:
        return types.updates.DifferenceEmpty(world.state().date, 0)
    told = missing[:limit]
    shown = world.tellable(told)
    others = [one for one in shown if not isinstance(one, types.UpdateNewMessage)] + others
    messages = [one.message for one in shown if isinstance(one, types.UpdateNewMessage)]
    users, chats = world.surroundings([*told, *others])
    if len(told) < len(missing):
        return types.updates.DifferenceSlice(messages, [], others, chats, users, world.state(told[-1].pts))
    return types.updates.Difference(messages, [], others, chats, users, world.state())


@answers(functions.updates.GetChannelDifferenceRequest)
def get_channel_difference(call: Call, request: Any) -> Any:
    """All after a pts of a supergroup, at most `limit` updates at a time; too long gives the newest message alone."""
    world = call.server.world
    chat = world.chat_of(request.channel)
    box = world.box(chat)
    if request.pts < 1:
        raise RpcFault(400, "PERSISTENT_TIMESTAMP_EMPTY")
    if call.server.take_too_long():
        newest = list(box.messages.values())[-1:]
        users, chats = world.surroundings(newest)
        settings = types.PeerNotifySettings()
        dialog = types.Dialog(world.peer(chat), box.last_id, 0, 0, 0, 0, 0, 0, settings, pts=box.pts)
        return types.updates.ChannelDifferenceTooLong(dialog, newest, chats or [world.chats[chat]], users, final=True)
    missing = box.log[request.pts :]
    if not missing:
        return types.updates.ChannelDifferenceEmpty(max(box.pts, 1), final=True)
    told = missing[: max(1, min(request.limit, call.server.slice_limit))]
    shown = world.tellable(told)
    others = [one for one in shown if not isinstance(one, types.UpdateNewChannelMessage)]
    messages = [one.message for one in shown if isinstance(one, types.UpdateNewChannelMessage)]
    users, chats = world.surroundings(told)
    final = len(told) == len(missing)
    return types.updates.ChannelDifference(told[-1].pts, messages, others, chats, users, final=final)
