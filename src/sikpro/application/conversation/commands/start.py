"""`/start`: welcome, to anyone; with the token of a link behind it, the phone is bound first."""

import re

from sikpro.application.conversation.commands.antrian import QUEUE
from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.strangers import welcome_stranger
from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.people.bind_phone import bind_by_link
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission

_COUNTED = 100
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def _run(exchange: Exchange, token: str) -> Handled:
    bound = False
    if exchange.incoming.private and _TOKEN.fullmatch(token.strip()):
        try:
            _bind(exchange, token.strip())
            bound = True
        except InvalidValue as error:
            exchange.reply(exchange.words.error(error))
            return Handled(Outcome.REFUSAL, error.code)
    person, words = exchange.person, exchange.words
    if person is None:
        return welcome_stranger(exchange)
    open_orders = exchange.uow.order_queries.of_person(person.id, person.technician_code, _COUNTED)
    code = f" ({person.technician_code})" if person.technician_code else ""
    exchange.reply(
        words("start.welcome", name=person.name, code=code, count=len(open_orders)),
        [
            [Button(words("button.new_order"), "reg"), Button(words("button.my_orders"), "mine")],
            [Button(words("button.queue"), f"{QUEUE}:")] if person.may(Permission.SEE_ALL) else [],
        ],
        drop_keyboard=bound,
    )
    return Handled(Outcome.COMMAND, "bound" if bound else "start")


def _bind(exchange: Exchange, token: str) -> None:
    """Bind whoever wrote by a link; the rest of the talk is with the person they are now. Raises `InvalidValue`."""
    incoming, dialogue = exchange.incoming, exchange.dialogue
    language = dialogue.language if dialogue and not exchange.person else ""
    person = bind_by_link(
        exchange.uow, token, incoming.sender_id or 0, incoming.chat_id, exchange.now, language=language
    )
    if exchange.person is None:
        exchange.close_dialogue()
    exchange.person, exchange.words = person, words_in(person.language, exchange.zone)


START = Command(name="start", run=_run, for_strangers=True)
