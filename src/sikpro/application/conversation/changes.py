"""Changes of an order that is there: what a correction begins with, and the offer to make it."""

import json
from collections.abc import Mapping

from sikpro.application.conversation.context import Context, Rows
from sikpro.application.conversation.questions import ORDER
from sikpro.application.fields import FIELDS
from sikpro.application.ports.chat import Button
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, parsed_field, typed_again
from sikpro.domain.errors import InvalidValue
from sikpro.domain.order import Order
from sikpro.domain.text import one_line

CHANGE = "change"
"""The step that offers the change that somebody's words ask for."""

_BEFORE = "before"
"""In the dialogue's data: what the order held when its correction began, as JSON."""


def begun(order: Order) -> dict[str, str]:
    """Return the data with which an order's correction begins. A box of another STO is not asked about again."""
    data = typed_again(order.data)
    agreed = {} if order.data.odp.sto == str(order.data.sto) else {CONFIRMED: "odp.other_sto"}
    return {**data, **agreed, ORDER: str(order.id), _BEFORE: json.dumps(data)}


def present(order: Order, data: Mapping[str, str]) -> dict[str, str]:
    """Return corrected data on top of what the order holds now: somebody may have changed other fields meanwhile."""
    before: dict[str, str] = json.loads(data.get(_BEFORE, "{}"))
    now = typed_again(order.data)
    typed = {name: text if data.get(name, "") == before.get(name) else data.get(name, "") for name, text in now.items()}
    return typed | ({CONFIRMED: data[CONFIRMED]} if CONFIRMED in data else {})


def differing(context: Context, order: Order, data: Mapping[str, str]) -> dict[str, str]:
    """Return the values that fit their field and are not what the order holds; without the note."""
    found = {}
    for field in FIELDS:
        if field.takes_rest or not data.get(field.name):
            continue
        try:
            value = str(parsed_field(context.uow, field.name, {"sto": str(order.data.sto), **data}))
        except InvalidValue:
            continue
        if value != str(getattr(order.data, field.name)):
            found[field.name] = value
    return found


def offer(context: Context, order: Order, changes: Mapping[str, str], head: str = "") -> tuple[str, Rows]:
    """Open the offer to change an order, and return its text and its buttons. `head` is another first line."""
    words, before = context.words, typed_again(order.data)
    token = context.open_dialogue(CHANGE, {**begun(order), **changes})
    lines = [
        words("card.change", field=words(f"field.{name}"), before=one_line(before.get(name, "")) or "-", after=value)
        for name, value in changes.items()
    ]
    question = "\n".join([head or words("correct.offer", number=order.number), *lines])
    return question, [
        [Button(words("button.change"), f"d:{token}:y"), Button(words("button.leave_it"), f"d:{token}:n")]
    ]
