"""Properties of a message's text: its length, its entities, and whether a bot in a group gets it."""

import re

from sikpro.adapters.simulator.store import Body

_MARKS = re.compile(
    r"(?:^|(?<=\s))(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)|(?<![\w/])(?P<mention>@[A-Za-z0-9_]{3,32})"
)
_MARKED = 4096


def units(text: str) -> int:
    """Return the length in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def entities(text: str) -> list[Body]:
    """Return the commands and mentions of a text, with offsets in UTF-16 units.

    >>> entities("/reg@sikpro_bot")
    [{'type': 'bot_command', 'offset': 0, 'length': 15}]
    """
    return [
        {"type": str(found.lastgroup), "offset": units(text[: found.start()]), "length": len(found[0])}
        for found in _MARKS.finditer(text[:_MARKED])
    ]


def with_text(text: str, field: str = "text") -> Body:
    """Return the fields of a message with a text or a caption; none for an empty one."""
    marked = entities(text)
    name = "entities" if field == "text" else "caption_entities"
    return ({field: text} if text else {}) | ({name: marked} if marked else {})


def text_of(message: Body) -> str:
    """Return a message's text or caption."""
    return str(message.get("text", message.get("caption", "")))


def quoted(message: Body) -> Body:
    """Return a message for another one's reply_to_message: without its own reply_to_message."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


def meant_for(message: Body, bot: Body) -> bool:
    """Return whether a bot in privacy mode gets a group's message: a command, a mention of its name, a reply to it.

    A command for another bot does not count; a command without a name counts if there is one bot
    (https://core.telegram.org/bots/features#privacy-mode).
    """
    reply = message.get("reply_to_message")
    if reply and reply["from"]["id"] == bot["id"] and "forum_topic_created" not in reply:
        return True
    own = str(bot["username"]).casefold()
    for found in _MARKS.finditer(text_of(message)[:_MARKED]):
        _, named, name = found[0].partition("@")
        if name.casefold() == own or not named:
            return True
    return False
