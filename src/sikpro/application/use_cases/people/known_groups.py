"""The groups that messages can be sent to by choice, with their topics."""

from collections.abc import Mapping

from sikpro.application.ports.storage import UnitOfWork


def possible_groups(uow: UnitOfWork) -> Mapping[str, str]:
    """Return the groups and their topics, as `group:<chat id>` and `group:<chat id>:<topic>` with their names.

    A group alone is its *General* topic, or a group without topics.
    """
    found = {}
    for group in uow.inbox.groups():
        title = group.title or str(group.chat_id)
        found[group_text(group.chat_id, None)] = title
        for topic in group.topics:
            found[group_text(group.chat_id, topic.number)] = f"{title} › {topic.title or topic.number}"
    return found


def group_text(chat_id: int | None, topic: int | None) -> str:
    """Return a group and a topic in the form of `possible_groups`.

    >>> group_text(-7, None), group_text(-7, 3)
    ('group:-7', 'group:-7:3')
    """
    return f"group:{chat_id}" if topic is None else f"group:{chat_id}:{topic}"


def group_in(text: str) -> tuple[int | None, int | None]:
    """Return the chat id and the topic of a text from `possible_groups`; None for both where it names no group.

    >>> group_in("group:-7"), group_in("group:-7:3"), group_in("person:4")
    ((-7, None), (-7, 3), (None, None))
    """
    kind, _, numbers = text.partition(":")
    if kind != "group":
        return None, None
    chat_id, _, topic = numbers.partition(":")
    return int(chat_id), int(topic) if topic else None
