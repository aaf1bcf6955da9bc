"""`/start`: welcome, to anyone."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.strangers import welcome_stranger
from sikpro.application.ports.chat import Button
from sikpro.application.ports.queues import Outcome

_COUNTED = 100


def _run(exchange: Exchange, _: str) -> Handled:
    person, words = exchange.person, exchange.words
    if person is None:
        return welcome_stranger(exchange)
    open_orders = exchange.uow.order_queries.of_person(person.id, person.technician_code, _COUNTED)
    code = f" ({person.technician_code})" if person.technician_code else ""
    exchange.reply(
        words("start.welcome", name=person.name, code=code, count=len(open_orders)),
        [[Button(words("button.new_order"), "reg"), Button(words("button.my_orders"), "mine")]],
        drop_keyboard=False,
    )
    return Handled(Outcome.COMMAND, "start")


START = Command(name="start", run=_run, for_strangers=True)
