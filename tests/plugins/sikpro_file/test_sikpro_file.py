"""The messenger that writes to files keeps the contract of `Messenger`."""

from pathlib import Path
from typing import Any

import pytest
from sikpro_file import FileMessenger

from sikpro.testing.contracts.messenger import MessengerContract
from sikpro.testing.contracts.network import DEWI, Recipients, Seen


class Files(Recipients):
    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, FileMessenger(folder)
        self.messenger = self.files

    def seen(self, chat: int = DEWI) -> list[Seen]:
        return [self.as_seen(line) for line in self.files.messages(chat).values()]

    def as_seen(self, line: dict[str, Any]) -> Seen:
        rows = tuple(tuple((label, data) for label, data in row) for row in line["buttons"])
        file = (self.folder / line["file"]).read_bytes() if "file" in line else None
        return Seen(line["id"], line["text"], line["reply_to"], rows, file)

    def unreachable_messenger(self) -> FileMessenger:
        return FileMessenger(self.folder / "gone")


class TestFileMessenger(MessengerContract):
    @pytest.fixture
    def network(self, tmp_path: Path) -> Recipients:
        return Files(tmp_path)
