"""A request in the chat: in one message, or field by field; a wrong field is asked again, and only that one."""

from collections.abc import Mapping

from sikpro.application.conversation.cards import double_card, stored_card
from sikpro.application.conversation.exchange import Exchange, Handled, Rows
from sikpro.application.fields import BY_NAME, EXAMPLE
from sikpro.application.ports.chat import Button
from sikpro.application.ports.queues import Outcome
from sikpro.application.use_cases.notify_technician import order_buttons
from sikpro.application.use_cases.own_order import correct_order, owns
from sikpro.application.use_cases.register_order import register_order, standing_order
from sikpro.application.use_cases.understand_request import CONFIRMED, typed_again, understand_request
from sikpro.domain.errors import DomainError, DuplicateOrder, InvalidFields, InvalidValue
from sikpro.domain.order_data import Channel, Origin
from sikpro.domain.phase import Phase
from sikpro.domain.values import RegistrationNumber

STEP = "reg"
"""The step of a request being asked for; the field asked about follows a colon."""

ORDER = "order_id"
"""In the dialogue's data: the held-up order that the request corrects."""

_MESSAGE = "message_id"
_BUTTONS_A_ROW = 3
_MOST_BUTTONS = 30


def enter_request(exchange: Exchange, typed: Mapping[str, str]) -> Handled:
    """Register what was typed, or ask for the first field that is missing or wrong.

    The sender's own technician code stands in for a missing one.
    """
    data = {name: text for name, text in typed.items() if text}
    own = exchange.somebody.technician_code
    if own and not data.get("technician"):
        data["technician"] = own
    if ORDER not in data:
        double = _early_double(exchange, data)
        if double:
            return double
    data.setdefault(_MESSAGE, str(exchange.incoming.message_id or ""))
    try:
        understand_request(exchange.uow, data)
    except InvalidFields as invalid:
        return _ask_first(exchange, data, invalid.errors)
    return _correct(exchange, data) if ORDER in data else _register(exchange, data)


def answer_field(exchange: Exchange, text: str) -> Handled:
    """Take an answer to the question asked: a value for that field, or a whole request after all."""
    dialogue = exchange.dialogue
    if dialogue is None:
        raise RuntimeError("no dialogue to answer in")
    _, _, name = dialogue.step.partition(":")
    data = dict(dialogue.data)
    data[name] = text
    if name in {"sto", "odp"}:
        data.pop(CONFIRMED, None)
    return enter_request(exchange, data)


def press_in_dialogue(exchange: Exchange, action: str) -> Handled | None:
    """Take a press under the question asked: `y` the suggestion, `t` type again, `c` as it is, `v…` a value.

    None when the action is none of these.
    """
    dialogue = exchange.dialogue
    if dialogue is None:
        return None
    _, _, name = dialogue.step.partition(":")
    data = dict(dialogue.data)
    if action == "y":
        data[name] = data.pop("suggestion", data.get(name, ""))
    elif action == "c":
        data[CONFIRMED] = f"{data.get(CONFIRMED, '')} {name}.other_sto".strip()
    elif action == "t":
        data.pop(name, None)
        data.pop("suggestion", None)
        exchange.open_dialogue(dialogue.step, data)
        exchange.reply(_question(exchange, name))
        return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")
    elif action.startswith("v") and name in BY_NAME:
        data[name] = action[1:]
    else:
        return None
    return enter_request(exchange, data)


def refuse_as_double(exchange: Exchange, order_id: int, data: Mapping[str, str]) -> Handled:
    """Refuse a double with the order that is there; one that is held up can be given the new data by a button."""
    row = exchange.uow.order_queries.row(order_id)
    order = exchange.uow.orders.get(order_id)
    if row is None:
        raise RuntimeError("a double of an order that is not there")
    exchange.close_dialogue()
    words, buttons, text = exchange.words, list[list[Button]](), double_card(exchange, row)
    if owns(order, exchange.somebody):
        if order.phase is Phase.HELD_UP:
            token = exchange.open_dialogue("resend", {**typed_again(order.data), **data, ORDER: str(order_id)})
            buttons = [[Button(words("button.correct"), f"d:{token}:r")]]
            text += "\n" + words("double.held_up")
        elif order.phase is Phase.COMPLETED:
            buttons = [list(row_) for row_ in order_buttons(order.phase, order_id, words)]
            text += "\n" + words("double.completed")
        else:
            text += " " + words("double.wait")
    else:
        text += "\n" + words("double.not_yours")
    exchange.reply(text, buttons, order_id=order_id)
    return Handled(Outcome.REFUSAL, "order.duplicate", order_id)


def _early_double(exchange: Exchange, data: Mapping[str, str]) -> Handled | None:
    """A double is told before the other fields are asked for, as soon as the number tells it."""
    try:
        number = RegistrationNumber.parse(data.get("registration_number", "")).value
    except InvalidValue:
        return None
    existing = standing_order(exchange.uow, number, data.get("type", "").upper())
    return refuse_as_double(exchange, existing.id, data) if existing else None


def _register(exchange: Exchange, data: Mapping[str, str]) -> Handled:
    incoming = exchange.incoming
    message_id = int(data[_MESSAGE]) if data.get(_MESSAGE) else None
    try:
        with exchange.uow.savepoint():
            registered = register_order(
                exchange.uow,
                data,
                exchange.now,
                sender=exchange.somebody,
                channel=Channel.TELEGRAM,
                origin=Origin(incoming.chat_id, message_id),
                received_at=exchange.received_at,
            )
    except DuplicateOrder as double:
        return refuse_as_double(exchange, double.order_id, data)
    exchange.close_dialogue()
    order = registered.order
    row = exchange.uow.order_queries.row(order.id)
    if row is None:
        raise RuntimeError("the order just stored is not there")
    buttons = order_buttons(order.phase, order.id, exchange.words)
    text = stored_card(exchange, row, registered.place)
    exchange.reply(text, buttons, order_id=order.id, reply_to=message_id)
    return Handled(Outcome.ORDER, "registered", order.id)


def _correct(exchange: Exchange, data: Mapping[str, str]) -> Handled:
    order_id = int(data[ORDER])
    typed = {name: text for name, text in data.items() if name in BY_NAME or name == CONFIRMED}
    exchange.close_dialogue()
    try:
        with exchange.uow.savepoint():
            order = correct_order(exchange.uow, order_id, typed, exchange.somebody, exchange.now)
    except DuplicateOrder as double:
        return refuse_as_double(exchange, double.order_id, data)
    except DomainError as error:
        exchange.reply(exchange.words.error(error), order_id=order_id)
        return Handled(Outcome.REFUSAL, error.code, order_id)
    place = exchange.uow.order_queries.place_in_queue(order.received_at, order.id)
    text = exchange.words("correct.done", number=order.number, place=place)
    exchange.reply(text, order_buttons(order.phase, order.id, exchange.words), order_id=order.id)
    return Handled(Outcome.CHANGE, "corrected", order.id)


def start_correction(exchange: Exchange, order_id: int) -> Handled:
    """Show a held-up order's data and ask what is to be different."""
    order = exchange.uow.orders.get(order_id)
    words = exchange.words
    exchange.open_dialogue("fix", {**typed_again(order.data), ORDER: str(order_id)})
    shown = "\n".join(f"{words(f'field.{name}')}: {text}" for name, text in typed_again(order.data).items() if text)
    exchange.reply(words("correct.ask", number=order.number, data=shown), order_id=order_id)
    return Handled(Outcome.DIALOGUE, "fix", order_id)


def _ask_first(exchange: Exchange, data: dict[str, str], errors: Mapping[str, DomainError]) -> Handled:
    """Ask about one field: first those that are wrong, then those that are missing, in the paper's order."""
    words = exchange.words
    wrong = [name for name, error in errors.items() if error.code != "field.missing"]
    name = (wrong or list(errors))[0]
    error = errors[name]
    suggestion = error.params.get("suggestion")
    data.pop("suggestion", None)
    if suggestion:
        data["suggestion"] = str(suggestion)
    token = exchange.open_dialogue(f"{STEP}:{name}", data)
    if not wrong:
        first = not any(data.get(entry) for entry in BY_NAME if entry != "technician")
        question = _question(exchange, name)
        if first:
            question += "\n" + words("entry.at_once", whole=EXAMPLE)
        exchange.reply(question, _choices(exchange, name, token))
        return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")
    lines = [words("correct.wrong" if ORDER in data else "entry.wrong", field=_inside(words(f"field.{name}")))]
    if suggestion:
        lines.append(words("entry.meant", typed=error.params.get("typed") or "", suggestion=suggestion))
    else:
        lines.append(words.error(error))
    buttons = _doubt_buttons(exchange, name, error, token) or _choices(exchange, name, token)
    exchange.reply("\n".join(lines), buttons)
    return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")


def _doubt_buttons(exchange: Exchange, name: str, error: DomainError, token: str) -> Rows:
    words, label = exchange.words, _inside(exchange.words(f"field.{name}"))
    again = Button(words("button.type_again", field=label), f"d:{token}:t")
    if error.code == "odp.other_sto":
        return [[Button(words("button.keep_odp"), f"d:{token}:c")], [again]]
    if error.params.get("suggestion"):
        return [[Button(words("button.yes"), f"d:{token}:y"), again]]
    return ()


def _choices(exchange: Exchange, name: str, token: str) -> Rows:
    catalogue = exchange.uow.catalogue
    if name == "type":
        codes = [row.code for row in catalogue.order_types() if row.active]
    elif name == "sto":
        codes = [row.code for row in catalogue.stos() if row.active]
    else:
        return ()
    buttons = [Button(code, f"d:{token}:v{code}") for code in codes[:_MOST_BUTTONS]]
    return [buttons[start : start + _BUTTONS_A_ROW] for start in range(0, len(buttons), _BUTTONS_A_ROW)]


def _question(exchange: Exchange, name: str) -> str:
    words = exchange.words
    return words("entry.ask", field=words(f"field.{name}"), example=BY_NAME[name].example)


def _inside(label: str) -> str:
    """A field's name inside a sentence: `tipe order`, while `SN modem` stays."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label
