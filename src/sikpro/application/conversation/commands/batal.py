"""`/batal`: leave a dialogue, or withdraw the sender's own order."""

from sikpro.application.conversation.commands.cek import MOST
from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.order_entry import leave_dialogue
from sikpro.application.conversation.own_orders import withdraw_named
from sikpro.application.conversation.reader.read_message import numbers_in
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.catalogue.typed_values import number_meant
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import compact


def _run(context: Context, text: str) -> Handled:
    numbers = numbers_in(text, context.known())
    if numbers:
        return [withdraw_named(context, number) for number in numbers[:MOST]][-1]
    if compact(text):
        try:
            number = number_meant(context.uow, text)
        except InvalidValue as error:
            return context.refuse(context.words.error(error), error.code)
        return withdraw_named(context, number)
    if context.dialogue and context.dialogue.step:
        return leave_dialogue(context)
    context.reply(context.words("batal.nothing"))
    return Handled(Outcome.COMMAND, "batal")


BATAL = Command(name="batal", run=_run)
