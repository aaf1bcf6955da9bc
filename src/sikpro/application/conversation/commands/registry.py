"""The list of commands. Help and the chat's menu derive from it."""

from sikpro.application.conversation.commands.antrian import ANTRIAN
from sikpro.application.conversation.commands.bahasa import BAHASA
from sikpro.application.conversation.commands.batal import BATAL
from sikpro.application.conversation.commands.cek import CEK
from sikpro.application.conversation.commands.help import make_help
from sikpro.application.conversation.commands.pengumuman import PENGUMUMAN
from sikpro.application.conversation.commands.reg import REG
from sikpro.application.conversation.commands.rekap import REKAP
from sikpro.application.conversation.commands.start import START
from sikpro.application.i18n import Words
from sikpro.application.ports.chat import MenuEntry
from sikpro.domain.people import Person

_IN_ORDER = (START, REG, CEK, BATAL, BAHASA, ANTRIAN, REKAP, PENGUMUMAN)

COMMANDS = {command.name: command for command in (*_IN_ORDER, make_help(_IN_ORDER))}
"""Every command by name."""


def menu(words: Words, person: Person | None = None) -> tuple[MenuEntry, ...]:
    """Return the chat's command menu in a language: this person's commands, or without a person the common ones."""
    shown = (command for command in COMMANDS.values() if command.serves(person))
    return tuple(MenuEntry(command.name, words(f"command.{command.name}")) for command in shown)
