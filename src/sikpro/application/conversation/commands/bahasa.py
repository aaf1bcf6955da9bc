"""`/bahasa`: Indonesian or English, for everybody."""

from attrs import evolve

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.i18n import LANGUAGES, words_in
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.people.manage_people import set_language

_NAMES = {"indonesia": "id", "indonesian": "id", "inggris": "en", "english": "en"}


def _run(context: Context, text: str) -> Handled:
    wish = text.strip().lower()
    language = _NAMES.get(wish, wish)
    if language in LANGUAGES:
        return choose_language(context, language)
    context.reply(context.words("language.ask"), [[Button("Indonesia", "lang:id"), Button("English", "lang:en")]])
    return Handled(Outcome.COMMAND, "bahasa")


def choose_language(context: Context, language: str) -> Handled:
    """Save the language and answer in it."""
    if context.person:
        context.person = set_language(context.uow, context.person.id, language)
    context.words = words_in(language, context.zone)
    if context.dialogue:
        context.dialogue = evolve(context.dialogue, language=language)
        context.uow.conversations.put(context.dialogue)
    elif context.person is None:
        context.open_dialogue("", {})
    context.reply(context.words("language.chosen"))
    return Handled(Outcome.COMMAND, "bahasa")


BAHASA = Command(name="bahasa", run=_run, for_strangers=True)
