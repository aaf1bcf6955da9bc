"""getUpdates: held open, redelivered until acknowledged, one at a time; and the webhook that conflicts with it."""

import time

from sikpro.adapters.simulator.params import BotRefusal, Params, bad
from sikpro.adapters.simulator.store import Body
from sikpro.adapters.simulator.world import World

LONGEST_POLL = 50
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


async def get_updates(world: World, params: Params) -> list[Body]:
    """Return updates from `offset`, waiting up to `timeout` seconds for the first; the older of two polls gets 409."""
    store = world.store
    if store.fact("webhook", ""):
        raise BotRefusal(409, WEBHOOK)
    allowed = params.json("allowed_updates", None)
    if isinstance(allowed, list) and allowed != store.fact("allowed_updates", []):
        store.set_fact("allowed_updates", allowed)
    world.poll += 1
    mine = world.poll
    world.bell.ring()
    offset = params.whole("offset", 0) or 0
    if offset and store.acknowledge(offset):
        world.bell.ring()
    limit = min(max(params.whole("limit", 100) or 100, 1), 100)
    until = time.monotonic() + min(max(params.whole("timeout", 0) or 0, 0), LONGEST_POLL)
    while True:
        version = world.bell.version
        pending = store.pending(limit)
        left = until - time.monotonic()
        if pending or left <= 0 or world.bell.closed:
            store.mark_delivered([sequence for sequence, _ in pending])
            return [update for _, update in pending]
        await world.bell.wait(version, left)
        if mine != world.poll:
            raise BotRefusal(409, CONFLICT)


async def set_webhook(world: World, params: Params) -> bool:
    """Save a webhook, which makes getUpdates conflict; nothing is ever sent to it."""
    world.store.set_fact("webhook", params.text("url"))
    return True


async def delete_webhook(world: World, params: Params) -> bool:
    """Delete the webhook, and on request the waiting updates."""
    world.store.set_fact("webhook", "")
    if params.yes("drop_pending_updates"):
        world.store.acknowledge(int(world.store.fact("counter:update_id", 0)) + 1)
    return True


async def get_webhook_info(world: World, params: Params) -> Body:
    """Return the webhook and the number of waiting updates."""
    stats = world.store.stats()
    return {
        "url": world.store.fact("webhook", ""),
        "has_custom_certificate": False,
        "pending_update_count": stats["updates_in"] - stats["acknowledged"],
    }


async def set_my_commands(world: World, params: Params) -> bool:
    """Save the command menu of a scope and a language."""
    commands = params.json("commands", None)
    if not isinstance(commands, list) or not all(
        isinstance(line, dict) and line.get("command") and line.get("description") for line in commands
    ):
        raise bad("can't parse BotCommand: a command and a description are expected")
    world.store.set_fact(_menu_of(world, params), commands)
    world.bell.ring()
    return True


async def get_my_commands(world: World, params: Params) -> list[Body]:
    """Return the command menu of a scope and a language, without a fallback."""
    return list(world.store.fact(_menu_of(world, params), []))


async def delete_my_commands(world: World, params: Params) -> bool:
    """Delete the command menu of a scope and a language."""
    world.store.set_fact(_menu_of(world, params), [])
    world.bell.ring()
    return True


def menu_shown(world: World, chat_id: int, language: str) -> list[Body]:
    """Return the menu that a phone shows: the chat's menu before the general one, its language before the default.

    The order follows https://core.telegram.org/bots/api#determining-list-of-commands, without administrators.
    """
    kinds = ("all_private_chats" if chat_id > 0 else "all_group_chats", "default")
    for scope in (f"chat:{chat_id}", *kinds):
        for spoken in (language, ""):
            if found := world.store.fact(_menu_name(scope, spoken), []):
                return list(found)
    return []


def _menu_of(world: World, params: Params) -> str:
    scope = params.json("scope", None) or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind == "chat":
        chat_id = scope.get("chat_id")
        if not isinstance(chat_id, int) or not (world.store.person(chat_id) or world.store.group(chat_id)):
            raise bad("chat not found")
        kind = f"chat:{chat_id}"
    elif kind not in ("default", "all_private_chats", "all_group_chats"):
        raise bad("can't parse BotCommandScope: unsupported type specified")
    return _menu_name(str(kind), params.text("language_code"))


def _menu_name(scope: str, language: str) -> str:
    return f"commands:{language}" if scope == "default" else f"commands@{scope}:{language}"
