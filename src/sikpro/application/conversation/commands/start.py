"""`/start`: welcome, for everybody. With a link's token after it, the phone is connected first."""

import re

from sikpro.application.conversation.commands.antrian import QUEUE
from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.strangers import welcome_stranger
from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.people.bind_phone import bind_by_link
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission

_COUNTED = 100
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def _run(context: Context, token: str) -> Handled:
    bound = False
    if context.incoming.private and _TOKEN.fullmatch(token.strip()):
        try:
            _bind(context, token.strip())
            bound = True
        except InvalidValue as error:
            context.reply(context.words.error(error))
            return Handled(Outcome.REFUSAL, error.code)
    person, words = context.person, context.words
    if person is None:
        return welcome_stranger(context)
    open_orders = context.uow.order_queries.of_person(person.id, person.technician_code, _COUNTED)
    code = f" ({person.technician_code})" if person.technician_code else ""
    context.reply(
        words("start.welcome", name=person.name, code=code, count=len(open_orders)),
        [
            [Button(words("button.new_order"), "reg"), Button(words("button.my_orders"), "mine")],
            [Button(words("button.queue"), f"{QUEUE}:")] if person.may(Permission.VIEW_ALL) else [],
        ],
        drop_keyboard=bound,
    )
    return Handled(Outcome.COMMAND, "bound" if bound else "start")


def _bind(context: Context, token: str) -> None:
    """Connect the sender by a link; the rest of the answer is for their person. Raises `InvalidValue`."""
    incoming, dialogue = context.incoming, context.dialogue
    language = dialogue.language if dialogue and not context.person else ""
    person = bind_by_link(context.uow, token, incoming.sender_id or 0, incoming.chat_id, context.now, language=language)
    if context.person is None:
        context.close_dialogue()
    context.person, context.words = person, words_in(person.language, context.zone)


START = Command(name="start", run=_run, for_strangers=True)
