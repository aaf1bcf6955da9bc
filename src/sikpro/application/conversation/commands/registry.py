"""The list of commands: help and the chat's menu derive from it."""

from sikpro.application.conversation.commands.bahasa import BAHASA
from sikpro.application.conversation.commands.batal import BATAL
from sikpro.application.conversation.commands.cek import CEK
from sikpro.application.conversation.commands.help import make_help
from sikpro.application.conversation.commands.reg import REG
from sikpro.application.conversation.commands.start import START
from sikpro.application.i18n import Words
from sikpro.application.ports.chat import MenuEntry

_TOLD = (START, REG, CEK, BATAL, BAHASA)

COMMANDS = {command.name: command for command in (*_TOLD, make_help(_TOLD))}
"""Every command by its name."""


def menu(words: Words) -> tuple[MenuEntry, ...]:
    """The chat's command menu in a language."""
    return tuple(MenuEntry(name, words(f"command.{name}")) for name in COMMANDS)
