"""`/bahasa`: Indonesian or English, for anyone."""

from attrs import evolve

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.i18n import LANGUAGES, words_in
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.people.manage_people import set_language

_NAMES = {"indonesia": "id", "indonesian": "id", "inggris": "en", "english": "en"}


def _run(exchange: Exchange, text: str) -> Handled:
    wish = text.strip().lower()
    language = _NAMES.get(wish, wish)
    if language in LANGUAGES:
        return choose_language(exchange, language)
    exchange.reply(exchange.words("language.ask"), [[Button("Indonesia", "lang:id"), Button("English", "lang:en")]])
    return Handled(Outcome.COMMAND, "bahasa")


def choose_language(exchange: Exchange, language: str) -> Handled:
    """Keep the language and answer in it."""
    if exchange.person:
        exchange.person = set_language(exchange.uow, exchange.person.id, language)
    exchange.words = words_in(language, exchange.zone)
    if exchange.dialogue:
        exchange.dialogue = evolve(exchange.dialogue, language=language)
        exchange.uow.conversations.put(exchange.dialogue)
    elif exchange.person is None:
        exchange.open_dialogue("", {})
    exchange.reply(exchange.words("language.chosen"))
    return Handled(Outcome.COMMAND, "bahasa")


BAHASA = Command(name="bahasa", run=_run, for_strangers=True)
