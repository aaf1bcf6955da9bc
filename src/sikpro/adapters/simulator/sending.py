"""The bot's messages, edits, files and answers to presses, with the checks of the real server."""

import time
from typing import Any

from sikpro.adapters.simulator.media import document, photo_sizes
from sikpro.adapters.simulator.params import LARGEST, BotRefusal, Params, bad
from sikpro.adapters.simulator.store import Body
from sikpro.adapters.simulator.texts import quoted, units, with_text
from sikpro.adapters.simulator.world import IN_GROUP, World

REACTIONS = frozenset(
    [
        *"👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋",
        *"🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡",
        *("❤\u200d🔥", "👨\u200d💻", "🤷\u200d♂", "🤷\u200d♀"),
    ]
)
"""The emojis that a bot may react with (https://core.telegram.org/bots/api#reactiontypeemoji)."""

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


async def get_me(world: World, params: Params) -> Body:
    """Return the bot."""
    return world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


async def send_message(world: World, params: Params) -> Body:
    """Send a text."""
    chat = _recipient(world, params)
    return _deliver(world, chat, params, with_text(_text(params.text("text"), 4096, "message")))


async def send_photo(world: World, params: Params) -> Body:
    """Send a photo: an upload, or an existing file_id."""
    chat = _recipient(world, params)
    content, mime, _ = _file(world, params, "photo")
    return _deliver(world, chat, params, {"photo": photo_sizes(world, content, mime)} | _caption(params))


async def send_document(world: World, params: Params) -> Body:
    """Send a file: an upload, or an existing file_id."""
    chat = _recipient(world, params)
    content, mime, name = _file(world, params, "document")
    return _deliver(world, chat, params, {"document": document(world, content, mime, name)} | _caption(params))


async def edit_message_text(world: World, params: Params) -> Body:
    """Change the text and the buttons of one of the bot's messages."""
    text = _text(params.text("text"), 4096, "message")
    message = _own(world, params)
    markup = _markup(params)
    if message.get("text") == text and message.get("reply_markup") == markup:
        raise bad(_NOT_MODIFIED)
    return _changed(world, message | {"text": text}, markup)


async def edit_message_reply_markup(world: World, params: Params) -> Body:
    """Change the buttons of one of the bot's messages."""
    message, markup = _own(world, params), _markup(params)
    if message.get("reply_markup") == markup:
        raise bad(_NOT_MODIFIED)
    # Phones do not show a message as edited when only its buttons change.
    return _changed(world, message, markup, hidden=True)


async def set_message_reaction(world: World, params: Params) -> bool:
    """Put the bot's reaction on a message of a chat; an empty list removes it."""
    chat = _recipient(world, params)
    found = world.store.message(chat["id"], params.whole("message_id") or 0)
    if found is None or found[0] == "service":
        raise bad("message to react not found")
    chosen = params.json("reaction", [])
    if not isinstance(chosen, list) or any(not isinstance(one, dict) for one in chosen):
        raise bad("can't parse reaction types JSON object")
    emojis = [str(one.get("emoji")) for one in chosen]
    if len(emojis) > 1 or not REACTIONS.issuperset(emojis):
        raise bad("REACTION_INVALID")
    message = {name: value for name, value in found[1].items() if name != "reaction"}
    world.store.save_message(found[0], message | ({"reaction": emojis[0]} if emojis else {}))
    world.bell.ring()
    return True


async def answer_callback_query(world: World, params: Params) -> bool:
    """Answer a press, once and before it expires."""
    press = world.store.press(params.text("callback_query_id"))
    if press is None or press["answered"] or time.time() - press["at"] > world.press_seconds:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if units(params.text("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press |= {"answered": True, "text": params.text("text"), "show_alert": params.yes("show_alert")}
    world.store.save_press(press)
    world.bell.ring()
    return True


async def get_file(world: World, params: Params) -> Body:
    """Return the path of a file."""
    found = world.store.file(file_id=params.text("file_id").removesuffix("-s"))
    if found is None:
        raise bad("invalid file_id")
    file_id, path, _, _, content = found
    return {"file_id": file_id, "file_unique_id": file_id[:16], "file_size": len(content), "file_path": path}


def _recipient(world: World, params: Params) -> Body:
    """Return the chat to write to. Raises `BotRefusal` if the bot may not write, as the real server does."""
    chat_id = params.whole("chat_id")
    if not params.text("chat_id"):
        raise bad("chat_id is empty")
    if chat_id is not None and chat_id < 0:
        return _group(world, chat_id)
    person = world.store.person(chat_id) if chat_id is not None else None
    if person is None:
        raise bad("chat not found")
    if person.get("deactivated"):
        raise BotRefusal(403, "Forbidden: user is deactivated")
    if person["blocked"]:
        raise BotRefusal(403, "Forbidden: bot was blocked by the user")
    return world.private(person)


def _group(world: World, chat_id: int) -> Body:
    group = world.store.group(chat_id)
    if group is None:
        raise bad("chat not found")
    what = "group chat" if group["kind"] == "group" else "supergroup chat"
    if group["migrated_to"]:
        moved = {"migrate_to_chat_id": group["migrated_to"]}
        raise BotRefusal(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
    if group["deleted"]:
        raise (
            BotRefusal(403, "Forbidden: the group chat was deleted")
            if group["kind"] == "group"
            else bad("chat not found")
        )
    if group["bot"] not in IN_GROUP:
        why = "was kicked from" if group["bot"] == "kicked" else "is not a member of"
        raise BotRefusal(403, f"Forbidden: bot {why} the {what}")
    return world.in_group(group)


def _text(text: str, limit: int, what: str) -> str:
    if not text.strip():
        raise bad(f"{what} text is empty")
    if units(text) > limit:
        raise bad(f"{what} is too long")
    return text


def _caption(params: Params) -> Body:
    caption = params.text("caption")
    if units(caption) > 1024:
        raise bad("message caption is too long")
    return with_text(caption, "caption")


def _file(world: World, params: Params, field: str) -> tuple[bytes, str, str]:
    if upload := params.uploads.get(field):
        if not upload.content:
            raise bad("file must be non-empty")
        return upload.content, upload.mime, upload.name
    found = world.store.file(file_id=params.text(field))
    if found is None:
        raise bad("wrong file identifier/HTTP URL specified")
    return found[4], found[3], found[2]


def _markup(params: Params) -> Body | None:
    markup = params.json("reply_markup", None)
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    rows = markup.get("inline_keyboard", markup.get("keyboard", []))
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and all(isinstance(button, dict | str) for button in row) for row in rows
    ):
        raise bad("can't parse keyboard: an array of arrays is expected")
    for button in (button for row in rows for button in row):
        label = button if isinstance(button, str) else button.get("text")
        if not label:
            raise bad("can't parse keyboard button: the text is empty")
    for button in (button for row in markup.get("inline_keyboard", []) for button in row):
        if isinstance(button, str):
            raise bad("can't parse inline keyboard button: an object is expected")
        data = button.get("callback_data")
        if data is not None and not 1 <= len(str(data).encode(errors="replace")) <= 64:
            raise bad("BUTTON_DATA_INVALID")
        if data is None and not any(name in button for name in ("url", "web_app", "copy_text", "login_url")):
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return markup


def _reply_target(world: World, chat: Body, params: Params) -> Body | None:
    reply: Any = params.json("reply_parameters", None)
    if isinstance(reply, dict):
        target, forgiving = reply.get("message_id"), reply.get("allow_sending_without_reply") is True
    else:
        target, forgiving = params.whole("reply_to_message_id"), params.yes("allow_sending_without_reply")
    if target is None:
        return None
    found = world.store.message(chat["id"], target) if isinstance(target, int) and abs(target) < LARGEST else None
    if found is None and not forgiving:
        raise bad("message to be replied not found")
    return None if found is None else quoted(found[1])


def _topic(world: World, chat: Body, params: Params, target: Body | None) -> int | None:
    """Return the topic to write in: the one that is named, or that of the message to reply to."""
    topic: int | None = params.whole("message_thread_id")
    if topic is None:
        topic = target.get("message_thread_id") if target else None
    state = "open" if topic is None else world.topics(chat["id"]).get(str(topic))
    if state == "closed":
        raise bad("TOPIC_CLOSED")
    if state != "open":
        raise bad("message thread not found")
    return topic


def _deliver(world: World, chat: Body, params: Params, content: Body) -> Body:
    markup, target = _markup(params), _reply_target(world, chat, params)
    private = chat["type"] == "private"
    if markup and not private and _asks_phone(markup):
        raise bad("phone number can be requested in private chats only")
    topic = _topic(world, chat, params, target)
    message = world.blank(chat, world.bot, topic=topic) | content
    if target is not None:
        message["reply_to_message"] = target
    if markup and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    elif markup and private:
        keyboard = markup | {"message_id": message["message_id"]} if "keyboard" in markup else None
        world.store.save_person(world.person(chat["id"]) | {"keyboard": keyboard})
    world.store.save_message("bot", message)
    world.bell.ring()
    return message


def _asks_phone(markup: Body) -> bool:
    buttons = [button for row in markup.get("keyboard", []) for button in row]
    return any(isinstance(button, dict) and button.get("request_contact") for button in buttons)


def _own(world: World, params: Params) -> Body:
    chat = _recipient(world, params)
    found = world.store.message(chat["id"], params.whole("message_id") or 0)
    if found is None:
        raise bad("message to edit not found")
    if found[0] != "bot":
        raise bad("message can't be edited")
    return found[1]


def _changed(world: World, message: Body, markup: Body | None, *, hidden: bool = False) -> Body:
    message = {name: value for name, value in message.items() if name != "reply_markup"}
    if markup and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    if not hidden:
        message["edit_date"] = int(time.time())
    world.store.save_message("bot", message)
    world.bell.ring()
    return message
