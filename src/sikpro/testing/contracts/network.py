"""A chat network as the suites of its ports need it: seen by its people, and made to fail.

What a network cannot do stays as it is here: the tests that need it are skipped, with the reason.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal, Never

import pytest
from attrs import frozen

from sikpro.application.ports.network import FileSource, Messenger, UpdateSource

Fault = Literal["pause", "refuses", "cut before", "cut after", "hangs"]
"""What goes wrong with the next call: the network wants a pause of 17 s; it answers that it cannot; the line breaks
before or after the call was carried out; the answer does not come."""

Loss = Literal["blocked", "deactivated"]

DEWI = 7
"""The chat with Dewi, who uses the bot."""


@frozen
class Seen:
    """A message of the bot's as a person sees it: `buttons` are texts and data."""

    message_id: int
    text: str
    reply_to: int | None = None
    buttons: tuple[tuple[tuple[str, str], ...], ...] = ()
    file: bytes | None = None


def _cannot(what: str) -> Never:
    pytest.skip(f"this network cannot: {what}")


class Recipients:
    """What a messenger sends to: Dewi, who has a chat with the bot. `messenger` is what sends."""

    messenger: Messenger

    def seen(self, chat: int = DEWI) -> list[Seen]:
        """What the bot sent to a chat, in order."""
        raise NotImplementedError

    def menu(self, language: str, chat: int | None = None) -> list[str]:
        """The commands of a menu that was set."""
        _cannot("menus")

    def say(self, text: str) -> int:
        """Dewi writes; the message's id."""
        _cannot("people write")

    def press(self) -> str:
        """Dewi presses a button; the press' id."""
        _cannot("people press buttons")

    def answer(self, press_id: str) -> str | None:
        """What Dewi was answered to a press, None while she was not."""
        _cannot("people press buttons")

    def reaction(self, message_id: int) -> str:
        """The bot's reaction on a message of Dewi's chat, "" without one."""
        _cannot("reactions")

    def nobody(self) -> int:
        """A chat that is not there."""
        _cannot("chats that are not there")

    def lose(self, how: Loss) -> None:
        """Dewi cannot be written to any more."""
        _cannot(f"a person is {how}")

    def moved_group(self) -> tuple[int, int]:
        """A group that became a supergroup: both ids."""
        _cannot("groups that move")

    def fail_send(self, fault: Fault) -> None:
        """Let the next message fail."""
        _cannot(f"sending fails: {fault}")

    def heal(self) -> None:
        """Let nothing fail any more."""
        _cannot("faults")

    def unreachable_messenger(self) -> Messenger:
        """The messenger of a network at which nobody listens."""
        _cannot("nobody listens")


class Network(Recipients):
    """A network from which updates and files come too. `files` is what fetches files."""

    files: FileSource

    def source(self) -> UpdateSource:
        """What gives updates, another each time, as after a restart; it is closed with the network."""
        raise NotImplementedError

    def wrong_source(self) -> UpdateSource:
        """A source with a token that is not valid."""
        _cannot("tokens")

    def edit(self, message_id: int, text: str) -> None:
        """Dewi changes the words of a message."""
        _cannot("people change messages")

    def send_place(self, latitude: float, longitude: float) -> None:
        """Dewi sends a pin."""
        _cannot("people send places")

    def send_photo(self, content: bytes) -> None:
        """Dewi sends a photo."""
        _cannot("people send photos")

    def send_document(self, content: bytes) -> None:
        """Dewi sends a file."""
        _cannot("people send files")

    def fail_fetch(self, fault: Fault) -> None:
        """Let the next question for updates fail."""
        _cannot(f"fetching fails: {fault}")

    def fail_download(self, fault: Fault) -> None:
        """Let the next question for a file fail."""
        _cannot(f"a download fails: {fault}")

    def unreachable_source(self) -> UpdateSource:
        """The source of a network at which nobody listens."""
        _cannot("nobody listens")

    def unreachable_files(self) -> FileSource:
        """The files of a network at which nobody listens."""
        _cannot("nobody listens")


async def cancelled(work: Coroutine[Any, Any, object]) -> None:
    """Begin what gets no answer, and cancel it: it ends."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait([task], timeout=0.3)
    assert not done
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
