"""`/batal`: leave a dialogue, or withdraw the sender's own order."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.order_entry import leave_dialogue
from sikpro.application.conversation.own_orders import withdraw_named
from sikpro.application.ports.inbox import Outcome
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import compact
from sikpro.domain.values import RegistrationNumber


def _run(context: Context, text: str) -> Handled:
    code = compact(text)
    if code:
        try:
            number = RegistrationNumber.parse("SC" + code if code.isdecimal() else code).value
        except InvalidValue as error:
            return context.refuse(context.words.error(error), error.code)
        return withdraw_named(context, number)
    if context.dialogue and context.dialogue.step:
        return leave_dialogue(context)
    context.reply(context.words("batal.nothing"))
    return Handled(Outcome.COMMAND, "batal")


BATAL = Command(name="batal", run=_run)
