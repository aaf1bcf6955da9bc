"""Groups: their members, including the bot, and Telegram's updates to the bot about changes."""

from collections.abc import Sequence

from sikpro.adapters.simulator.store import Body
from sikpro.adapters.simulator.world import IN_GROUP, Refused, World

BOT_STATES = (*IN_GROUP, "left", "kicked")
TOPIC_STATES = ("open", "closed", "deleted")
_ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


def add_group(world: World, name: str, members: Sequence[int], group_id: int | None) -> Body:
    """Add a group of these people and the bot; without an id use the next one."""
    if not members:
        raise Refused(422, "A group needs a member.")
    people = [world.person(person_id) for person_id in members]
    if group_id is None:
        group_id = -world.store.next("group", 4_000_001)
    if world.store.group(group_id):
        raise Refused(409, f"There is already a group with the id {group_id}.")
    group = {
        "id": group_id,
        "name": name,
        "kind": "group",
        "members": [person["id"] for person in people],
        "bot": "left",
        "migrated_to": None,
        "deleted": False,
        "seen": 0,
    }
    world.store.save_group(group)
    set_bot(world, group_id, "member")
    return world.group(group_id)


def join(world: World, group_id: int, person_id: int, joins: bool) -> None:
    """Let a person join or leave a group."""
    group, person = world.group(group_id), world.person(person_id)
    if (person_id in group["members"]) == joins:
        return
    others = [one for one in group["members"] if one != person_id]
    group["members"] = [*others, person_id] if joins else others
    world.store.save_group(group)
    user = world.user(person)
    service(world, group, user, {"new_chat_members": [user]} if joins else {"left_chat_member": user})


def set_bot(world: World, group_id: int, status: str) -> None:
    """Add the bot to a group, make it an administrator, let it leave, or remove it."""
    group = world.group(group_id)
    before = group["bot"]
    if status not in BOT_STATES:
        raise Refused(422, f"status is one of {', '.join(BOT_STATES)}.")
    if status == before:
        return
    group["bot"] = status
    world.store.save_group(group)
    by = _somebody(world, group)
    world.tell_membership(world.in_group(group), by, before, status)
    if (before in IN_GROUP) != (status in IN_GROUP):
        came = status in IN_GROUP
        service(world, group, by, {"new_chat_members": [world.bot]} if came else {"left_chat_member": world.bot})


def upgrade(world: World, group_id: int) -> Body:
    """Make a group a supergroup: a new chat with the same people and new message ids."""
    group = world.group(group_id)
    if group["kind"] != "group" or group["deleted"] or group["migrated_to"]:
        raise Refused(409, f"The group {group_id} cannot become a supergroup.")
    after = group | {"id": -1_000_000_000_000 - world.store.next("supergroup", 1_500_000_001), "kind": "supergroup"}
    after["seen"] = 0
    world.store.save_group(after)
    service(world, group, _somebody(world, group), {"migrate_to_chat_id": after["id"]})
    world.store.save_group(group | {"migrated_to": after["id"]})
    details = {"migrate_from_chat_id": group_id, "sender_chat": world.in_group(after)}
    service(world, after, _ANONYMOUS, details)
    return after


def delete(world: World, group_id: int) -> None:
    """Delete a group for everybody."""
    world.store.save_group(world.group(group_id) | {"deleted": True})
    world.bell.ring()


def deactivate(world: World, person_id: int) -> None:
    """Delete a person's account."""
    world.store.save_person(world.person(person_id) | {"deactivated": True})
    world.bell.ring()


def add_topic(world: World, group_id: int, name: str) -> int:
    """Add a topic to a group and return its number: that of the service message with which it begins."""
    group = world.group(group_id)
    message = world.blank(world.in_group(group), _somebody(world, group))
    number = int(message["message_id"])
    message |= {"message_thread_id": number, "is_topic_message": True}
    message |= {"forum_topic_created": {"name": name, "icon_color": 7_322_096}}
    group["topics"] = world.topics(group_id) | {str(number): "open"}
    world.store.save_group(group)
    world.store.save_message("service", message, "message" if group["bot"] in IN_GROUP else None)
    world.bell.ring()
    return number


def change_topic(world: World, group_id: int, topic: int, state: str) -> None:
    """Close a topic, open it again, or delete it with its messages."""
    group, topics = world.group(group_id), world.topics(group_id)
    if state not in TOPIC_STATES or topics.get(str(topic), "deleted") == "deleted":
        raise Refused(422, f"state is one of {', '.join(TOPIC_STATES)}, and the topic is there.")
    group["topics"] = topics | {str(topic): state}
    world.store.save_group(group)
    if state == "deleted":
        world.store.delete_topic(group_id, topic)
    world.bell.ring()


def service(world: World, group: Body, by: Body, details: Body) -> None:
    """Add a service message to a group; the bot gets it as a member, also in privacy mode."""
    message = world.blank(world.in_group(group), by) | details
    world.store.save_message("service", message, "message" if group["bot"] in IN_GROUP else None)
    world.bell.ring()


def _somebody(world: World, group: Body) -> Body:
    """Return the default person of an action: the first member."""
    return world.user(world.person(group["members"][0])) if group["members"] else _ANONYMOUS
