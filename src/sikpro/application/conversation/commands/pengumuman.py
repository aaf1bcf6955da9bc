"""`/pengumuman`: the notice that answers about orders carry while it is on."""

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.messages.publish_notice import publish_notice
from sikpro.domain.people import Permission

NOTICE = "notice"
"""The verb of the button that switches the notice off: `notice:off`."""

_OFF = {"mati", "off", "matikan"}


def press_notice(exchange: Exchange, rest: str) -> Handled | None:
    """Switch the notice off; None when the button says anything else, or nothing is on."""
    on = exchange.uow.installation.get().notice
    if rest != "off" or not on or not exchange.somebody.may(Permission.LEAD):
        return None
    return _publish(exchange, "")


def _run(exchange: Exchange, text: str) -> Handled:
    exchange.somebody.must(Permission.LEAD)
    if not text:
        notice, words = exchange.uow.installation.get().notice, exchange.words
        if notice:
            exchange.reply(words("pengumuman.is_on", notice=notice), _buttons(exchange))
        else:
            exchange.reply(words("pengumuman.is_off"))
        return Handled(Outcome.COMMAND, "pengumuman")
    return _publish(exchange, "" if text.lower() in _OFF else text)


def _publish(exchange: Exchange, text: str) -> Handled:
    notice = publish_notice(exchange.uow, text, exchange.somebody, exchange.now)
    if notice:
        exchange.reply(exchange.words("pengumuman.on", notice=notice), _buttons(exchange))
    else:
        exchange.reply(exchange.words("pengumuman.switched_off"))
    return Handled(Outcome.COMMAND, "pengumuman")


def _buttons(exchange: Exchange) -> list[list[Button]]:
    return [[Button(exchange.words("pengumuman.button_off"), f"{NOTICE}:off")]]


PENGUMUMAN = Command(name="pengumuman", run=_run, permission=Permission.LEAD)
