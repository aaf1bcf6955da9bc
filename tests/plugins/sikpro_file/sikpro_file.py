"""A messenger that writes what people are told to files: one file for each chat, one line for each message."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from sikpro.application.ports.chat import Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import NeverSent, NotSent
from sikpro.application.ports.plugins import Plugin

LONGEST_DATA = 64


@frozen(kw_only=True)
class FileSettings:
    """`SIKPRO_FILE_FOLDER` is where the files are."""

    folder: Path


@frozen
class FileMessenger:
    """Writes to the files of a folder; a message's id is its number in its file."""

    folder: Path
    sends_once = False

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Write one line. Nobody can press a button or see a reaction; buttons can be removed."""
        if message.press_id is not None:
            raise NeverSent("press_expired")
        known = self.messages(message.chat_id)
        if message.strip_buttons and message.reply_to in known:
            self._write(message.chat_id, {"without_buttons": message.reply_to})
            return None
        if message.is_gesture or any(len(one.data.encode()) > LONGEST_DATA for row in message.buttons for one in row):
            raise NeverSent("rejected")
        line: dict[str, Any] = {
            "id": len(known) + 1,
            "text": message.text,
            "reply_to": message.reply_to if message.reply_to in known else None,
            "buttons": [[[one.label, one.data] for one in row] for row in message.buttons],
        }
        try:
            if enclosure:
                line["file"] = f"{message.chat_id}-{line['id']}{Path(enclosure.name).suffix}"
                (self.folder / line["file"]).write_bytes(enclosure.content)
            self._write(message.chat_id, line)
        except OSError as error:  # the disk is full, the folder is gone: the relay tries again later
            raise NotSent(str(error)) from error
        return int(line["id"])

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Do nothing: a file has no menu."""

    async def aclose(self) -> None:
        """Do nothing: no file stays open."""

    def messages(self, chat_id: int) -> dict[int, dict[str, Any]]:
        """Return what a chat was sent, by id."""
        found: dict[int, dict[str, Any]] = {}
        path = self.folder / f"{chat_id}.jsonl"
        for line in map(json.loads, path.read_text("utf-8").splitlines() if path.exists() else ()):
            if "id" in line:
                found[line["id"]] = line
            else:
                found[line["without_buttons"]]["buttons"] = []
        return found

    def _write(self, chat_id: int, line: dict[str, Any]) -> None:
        with (self.folder / f"{chat_id}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def make(settings: FileSettings) -> FileMessenger:
    """Return the messenger of the settings. Raises `ValueError` for a folder that is not there."""
    if not settings.folder.is_dir():
        raise ValueError(f"SIKPRO_FILE_FOLDER: {settings.folder} is no folder")
    return FileMessenger(settings.folder)


PLUGIN = Plugin(make=make, settings=FileSettings)
