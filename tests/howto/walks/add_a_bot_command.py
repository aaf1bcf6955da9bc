"""`/antre` answers, in help and menu too. Run in a copy."""

from sikpro.application.conversation.commands.registry import menu
from sikpro.application.i18n import words_in
from tests.unit.chat import WHOLE, Phone, World

if __name__ == "__main__":
    world = World()
    budi = Phone(world, 1)
    assert budi.says("/antre") == "0 order menunggu."
    budi.says(WHOLE)
    assert budi.says("/antre") == "1 order menunggu."
    assert "/antre jumlah order yang menunggu" in budi.says("/help")
    assert "antre" in {entry.command for entry in menu(words_in("en", "UTC"))}
