"""Find the id of a sent message after its answer was lost."""

from typing import Any

from telethon.tl import functions, types

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.directory import Directory
from sikpro.adapters.telegram.mtproto.peers import channel_of
from sikpro.application.ports.chat import Outgoing

_STEP = 50


async def find_sent(client: MtprotoClient, directory: Directory, message: Outgoing) -> int | None:
    """Return the id of an existing message, by its text and its reply target; None if it is not found.

    The bot's own messages have a pts like all others, so a difference contains them: the one that the source requested,
    or earlier ones, step by step. Read parts are kept, so a broken line costs only one step. Raises the errors of
    `MtprotoClient.call`.
    """
    # A text without a reply target may also be an earlier message's: only after reading all is the newest one certain.
    found = client.sent.id_of(message) if message.reply_to is not None else None
    if found is not None:
        return found
    sequence = channel_of(message.chat_id) or 0
    if sequence:
        where, start = await directory.channel(message.chat_id), 1
    else:
        where = await client.call(functions.updates.GetStateRequest())
        start = max(where.pts, 1)
    if sequence not in client.sent.known:
        client.sent.saw(sequence, start, start)
    known = client.sent.known[sequence]
    await _read(client, where, sequence, max(known.high, 1), None)
    while (found := client.sent.id_of(message)) is None and known.low > known.floor:
        step = max(known.low - _STEP, known.floor)
        await _read(client, where, sequence, step, known.low)
        known.low = step
    return found


async def _read(client: MtprotoClient, where: Any, sequence: int, pts: int, until: int | None) -> None:
    """Record the messages of a sequence from a pts to another one or to the end.

    `where` is the supergroup, or the present state of the account.
    """
    final = False
    while not final and (until is None or pts < until):
        if sequence:
            every = types.ChannelMessagesFilterEmpty()
            found = await client.call(functions.updates.GetChannelDifferenceRequest(where, every, pts, _STEP))
            final, after = found.final, getattr(found, "pts", pts)
        else:
            request = functions.updates.GetDifferenceRequest(pts, where.date, where.qts, pts_limit=_STEP)
            found = await client.call(request)
            reached = getattr(found, "intermediate_state", None)
            final, after = reached is None, getattr(reached or getattr(found, "state", None), "pts", pts)
        client.sent.note(found.new_messages if hasattr(found, "new_messages") else getattr(found, "messages", ()))
        if until is None:
            client.sent.saw(sequence, pts, after)
        final = final or after <= pts
        pts = after
