"""What each button does: its data begin with a verb, and this is the table of verbs."""

from collections.abc import Callable

from sikpro.application.conversation.access_presses import press_access
from sikpro.application.conversation.commands.antrian import QUEUE, press_queue
from sikpro.application.conversation.commands.bahasa import choose_language
from sikpro.application.conversation.commands.pengumuman import NOTICE, press_notice
from sikpro.application.conversation.commands.reg import REG
from sikpro.application.conversation.commands.rekap import FILE, SHOW, press_file, press_recap
from sikpro.application.conversation.corrections import begin_correction
from sikpro.application.conversation.duplicates import RESEND
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.groups import turn_away
from sikpro.application.conversation.handover import press_handed
from sikpro.application.conversation.joining import begin_question, begin_reopening, press_reopening
from sikpro.application.conversation.order_entry import enter_request, press_in_dialogue
from sikpro.application.conversation.own_orders import list_own, nudge, show_order_id, withdraw
from sikpro.application.conversation.photos import press_photo
from sikpro.application.i18n import LANGUAGES
from sikpro.application.use_cases.orders.hand_over import SEND
from sikpro.application.use_cases.people.grant_access import ACCESS

Press = Callable[[Exchange, str], Handled | None]
"""Does what a button says with the data after its verb; None when the button means nothing (any more)."""


def _about_order(act: Callable[[Exchange, int], Handled]) -> Press:
    def press(exchange: Exchange, rest: str) -> Handled | None:
        order_id = _whole(rest)
        return None if order_id is None else act(exchange, order_id)

    return press


def _in_dialogue(exchange: Exchange, rest: str) -> Handled | None:
    """A button of the dialogue works for the question it was asked with, and no longer."""
    token, _, action = rest.partition(":")
    dialogue = exchange.dialogue
    if dialogue is None or not token or dialogue.token != token:
        return None
    if dialogue.step == RESEND and action == "r":
        return enter_request(exchange, dialogue.data)
    return press_reopening(exchange, action) or press_in_dialogue(exchange, action)


def _reopen(exchange: Exchange, rest: str) -> Handled | None:
    number, _, wanted = rest.partition(":")
    order_id = _whole(number)
    return None if order_id is None else begin_reopening(exchange, order_id, wanted)


def _photo(exchange: Exchange, rest: str) -> Handled | None:
    number, _, message = rest.partition(":")
    order_id, message_id = _whole(number), _whole(message)
    return None if order_id is None or message_id is None else press_photo(exchange, order_id, message_id)


PRESSES: dict[str, Press] = {
    "reg": lambda exchange, _: REG.run(exchange, ""),
    "mine": lambda exchange, _: list_own(exchange),
    "d": _in_dialogue,
    "wd": _about_order(withdraw),
    "fix": _about_order(begin_correction),
    "cek": _about_order(show_order_id),
    "ask": _about_order(begin_question),
    "nudge": _about_order(nudge),
    "reopen": _reopen,
    "ph": _photo,
    ACCESS: press_access,
    NOTICE: press_notice,
    QUEUE: press_queue,
    SHOW: press_recap,
    FILE: press_file,
    SEND: lambda exchange, _: press_handed(exchange),
}
"""The verbs of people SIKPRO knows; a new button takes a line here."""


def take_press(exchange: Exchange) -> Handled:
    """Do what a pressed button says; one that is stale, foreign or unknown gets a few words and changes nothing."""
    verb, _, rest = exchange.incoming.data.partition(":")
    if exchange.person is None:
        return _strangers_press(exchange, verb, rest)
    if verb == "lang" and rest in LANGUAGES:
        return choose_language(exchange, rest)
    act = PRESSES.get(verb)
    handled = act(exchange, rest) if act else None
    return handled or exchange.refuse(exchange.words("press.stale"), "press.stale")


def _strangers_press(exchange: Exchange, verb: str, rest: str) -> Handled:
    if not exchange.incoming.private:
        return turn_away(exchange)
    if verb == "lang" and rest in LANGUAGES:
        return choose_language(exchange, rest)
    return exchange.refuse(exchange.words("stranger.press"), "stranger.press")


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 15 else None
