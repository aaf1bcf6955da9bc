"""What the Bot API tells about a bot without disturbing whoever serves it."""

from datetime import datetime

from attrs import frozen

from sikpro.adapters.telegram.bot_api import source_error
from sikpro.adapters.telegram.client import BotApi, LineBroken
from sikpro.application.ports.network import SourceError, Trouble


@frozen
class Examined:
    """A bot: its name, whether it reads all messages of groups, where else its updates go, and the server's clock.

    `webhook` is "" where there is none.
    """

    username: str
    reads_groups: bool
    webhook: str
    server_time: datetime | None


async def examine(api: BotApi) -> Examined:
    """Ask who the bot is and whether it has a webhook; no update is taken. Raises `SourceError`."""
    try:
        me = await api.call("getMe")
        if not me.ok or not isinstance(me.result, dict):
            raise source_error(me)
        hook = await api.call("getWebhookInfo")
    except LineBroken as broken:
        raise SourceError(Trouble.UNREACHABLE, broken.detail) from None
    found = hook.result if hook.ok and isinstance(hook.result, dict) else {}
    return Examined(
        username=str(me.result.get("username", "")),
        reads_groups=me.result.get("can_read_all_group_messages") is True,
        webhook=str(found.get("url", "")),
        server_time=api.server_time,
    )
