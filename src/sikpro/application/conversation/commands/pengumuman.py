"""`/pengumuman`: the notice that is added to answers about orders while it is on."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.domain.people import Permission

NOTICE = "notice"
"""The verb of the button that switches the notice off: `notice:off`."""

_OFF = {"mati", "off", "matikan"}


def press_notice(context: Context, rest: str) -> Handled | None:
    """Switch the notice off; return None when the button is different or no notice is on."""
    on = context.uow.installation.get().notice
    if rest != "off" or not on or not context.somebody.may(Permission.LEAD):
        return None
    return _publish(context, "")


def _run(context: Context, text: str) -> Handled:
    context.somebody.must(Permission.LEAD)
    if not text:
        notice, words = context.uow.installation.get().notice, context.words
        if notice:
            context.reply(words("pengumuman.is_on", notice=notice), _buttons(context))
        else:
            context.reply(words("pengumuman.is_off"))
        return Handled(Outcome.COMMAND, "pengumuman")
    return _publish(context, "" if text.lower() in _OFF else text)


def _publish(context: Context, text: str) -> Handled:
    notice = publish_notice(context.uow, text, context.somebody, context.now)
    if notice:
        context.reply(context.words("pengumuman.on", notice=notice), _buttons(context))
    else:
        context.reply(context.words("pengumuman.switched_off"))
    return Handled(Outcome.COMMAND, "pengumuman")


def _buttons(context: Context) -> list[list[Button]]:
    return [[Button(context.words("pengumuman.button_off"), f"{NOTICE}:off")]]


PENGUMUMAN = Command(name="pengumuman", run=_run, permission=Permission.LEAD)
