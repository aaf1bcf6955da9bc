"""The table of button verbs. The data of each button begin with its verb."""

from collections.abc import Callable

from sikpro.application.conversation.about_orders import press_withdrawal
from sikpro.application.conversation.access_presses import press_access
from sikpro.application.conversation.answers import press_which
from sikpro.application.conversation.cleared import press_all_cleared, press_cleared
from sikpro.application.conversation.commands.antrian import (
    ASK_STUCK,
    LEAVE_STUCK,
    QUEUE,
    STUCK,
    press_ask_stuck,
    press_leave_stuck,
    press_queue,
    press_stuck,
)
from sikpro.application.conversation.commands.bahasa import choose_language
from sikpro.application.conversation.commands.pengumuman import NOTICE, press_notice
from sikpro.application.conversation.commands.rekap import FILE, PICTURE, SHOW, press_file, press_picture, press_recap
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.corrections import ask_field, begin_correction, press_change, show_fields
from sikpro.application.conversation.duplicates import RESEND
from sikpro.application.conversation.groups import turn_away
from sikpro.application.conversation.handover import press_handover
from sikpro.application.conversation.joining import begin_question, begin_reopening, press_reopening
from sikpro.application.conversation.order_entry import begin_step_by_step, enter_request, press_in_draft
from sikpro.application.conversation.own_orders import (
    ask_withdrawal,
    keep_order,
    list_own,
    nudge,
    show_order_id,
    withdraw,
)
from sikpro.application.conversation.photos import USE, press_photo, press_use
from sikpro.application.conversation.places import press_place
from sikpro.application.i18n import LANGUAGES
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.notify_owner import ALL_CLEARED, CLEARED, CLEARED_OF_LIST
from sikpro.application.use_cases.messages.notify_technician import WRONG
from sikpro.application.use_cases.people.grant_access import ACCESS
from sikpro.application.use_cases.people.offered_order import SEND

Press = Callable[[Context, str], Handled | None]
"""The action of a button, called with the data after its verb; None when the button is invalid or outdated."""


def _about_order(act: Callable[[Context, int], Handled]) -> Press:
    def press(context: Context, rest: str) -> Handled | None:
        order_id = _whole(rest)
        return None if order_id is None else act(context, order_id)

    return press


def _in_dialogue(context: Context, rest: str) -> Handled | None:
    """A button in a dialogue works only for the question that it belongs to."""
    token, _, action = rest.partition(":")
    dialogue = next((one for one in context.dialogues if token and one.token == token), None)
    if dialogue is None:
        return _of_somebody_else(context, token)
    context.turn_to(dialogue)
    if dialogue.step == RESEND and action == "r":
        context.close_dialogue()
        return enter_request(context, dialogue.data)
    return next(filter(None, (press(context, action) for press in _DIALOGUE_PRESSES)), None)


def _of_somebody_else(context: Context, token: str) -> Handled | None:
    """Say for whom a question of the group is, None when nobody in this chat has such a question open."""
    others = context.uow.conversations.open("")
    here = (one for one in others if token and one.token == token and one.chat_id == context.incoming.chat_id)
    other = next(here, None)
    person = context.uow.people.by_telegram(other.telegram_id) if other else None
    return context.refuse(context.words("press.of_other", name=person.name), "not_permitted") if person else None


_DIALOGUE_PRESSES = (press_reopening, press_in_draft, press_which, press_change, press_withdrawal)
"""What a button of a dialogue may be for; each knows its own step."""


def _wrong(context: Context, rest: str) -> Handled | None:
    number, _, name = rest.partition(":")
    order_id = _whole(number)
    if order_id is None:
        return None
    return ask_field(context, order_id, name) if name else show_fields(context, order_id)


def _reopen(context: Context, rest: str) -> Handled | None:
    number, _, wanted = rest.partition(":")
    order_id = _whole(number)
    return None if order_id is None else begin_reopening(context, order_id, wanted)


def _about_message(act: Callable[[Context, int, int], Handled | None]) -> Press:
    def press(context: Context, rest: str) -> Handled | None:
        number, _, message = rest.partition(":")
        order_id, message_id = _whole(number), _whole(message)
        return None if order_id is None or message_id is None else act(context, order_id, message_id)

    return press


_OF_OWNERS: dict[str, Press] = {
    CLEARED: press_cleared,
    CLEARED_OF_LIST: press_cleared,
    ALL_CLEARED: press_all_cleared,
}
"""The verbs for the owners of held-up statuses. In the group that is the owner they are for everybody there."""

PRESSES: dict[str, Press] = {
    "reg": begin_step_by_step,
    "mine": lambda context, _: list_own(context),
    "d": _in_dialogue,
    "wd": _about_order(ask_withdrawal),
    "wdy": _about_order(withdraw),
    "wdn": lambda context, _: keep_order(context),
    WRONG: _wrong,
    "fix": _about_order(begin_correction),
    "cek": _about_order(show_order_id),
    "ask": _about_order(begin_question),
    "nudge": _about_order(nudge),
    "reopen": _reopen,
    "ph": _about_message(press_photo),
    USE: _about_message(press_use),
    "pl": _about_message(press_place),
    ACCESS: press_access,
    NOTICE: press_notice,
    QUEUE: press_queue,
    STUCK: press_stuck,
    ASK_STUCK: press_ask_stuck,
    LEAVE_STUCK: lambda context, _: press_leave_stuck(context),
    **_OF_OWNERS,
    SHOW: press_recap,
    FILE: press_file,
    PICTURE: press_picture,
    SEND: lambda context, _: press_handover(context),
}
"""The verbs for known people. A new button needs a line here."""


_USED_ONCE = {"d", "wd", "wdy", "wdn", "ph", "pl", USE, WRONG, SEND, ASK_STUCK, LEAVE_STUCK, CLEARED, ALL_CLEARED}
"""The verbs whose buttons go away once they were used."""


def take_press(context: Context) -> Handled:
    """Run a pressed button. An outdated, foreign or unknown button gets a short answer and changes nothing."""
    verb, _, rest = context.incoming.data.partition(":")
    if context.person is None:
        return _strangers_press(context, verb, rest)
    if verb == "lang" and rest in LANGUAGES:
        return choose_language(context, rest)
    act = PRESSES.get(verb)
    handled = act(context, rest) if act else None
    if handled and handled.outcome is not Outcome.REFUSAL and verb in _USED_ONCE:
        context.remove_buttons()
    return handled or context.refuse(context.words("press.stale"), "press.stale")


def _strangers_press(context: Context, verb: str, rest: str) -> Handled:
    if not context.incoming.private:
        handled = _OF_OWNERS[verb](context, rest) if verb in _OF_OWNERS else None
        if handled and handled.outcome is not Outcome.REFUSAL and verb in _USED_ONCE:
            context.remove_buttons()
        return handled or turn_away(context)
    if verb == "lang" and rest in LANGUAGES:
        return choose_language(context, rest)
    return context.refuse(context.words("stranger.press"), "stranger.press")


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 15 else None
