"""The session of the bot's login, saved only in our database."""

import json
from typing import Self

from attrs import define, field, frozen

from sikpro.application.ports.storage import AsyncTransactions


@frozen
class DataCentre:
    """One of Telegram's data centres, by its number and address."""

    number: int
    host: str
    port: int


_SHORTEST, _LONGEST = 248, 256
"""Bytes of a key: Telethon leaves leading zeros out, and one key in 256 has one."""


@frozen
class Session:
    """The key for a data centre; anybody with the key can act as the bot, so it is in no repr."""

    centre: DataCentre
    key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a saved session; None if it is missing or invalid.

        >>> kept = Session(DataCentre(2, "127.0.0.1", 443), bytes(256))
        >>> Session.parse(kept.text) == kept, Session.parse(""), Session.parse("{}")
        (True, None, None)
        >>> [Session.parse(Session(kept.centre, bytes(length)).text) is not None for length in (255, 128, 257)]
        [True, False, False]
        """
        try:
            read = json.loads(text)
            key = bytes.fromhex(read["key"])
            centre = DataCentre(int(read["dc"]), str(read["host"]), int(read["port"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return cls(centre, key) if _SHORTEST <= len(key) <= _LONGEST else None

    @property
    def text(self) -> str:
        """Return the session as text for the database; it is a secret."""
        kept = {"dc": self.centre.number, "host": self.centre.host, "port": self.centre.port, "key": self.key.hex()}
        return json.dumps(kept)


@define
class Vault:
    """The session and addresses of one bot account in our database.

    Methods raise `StorageError`.
    """

    transactions: AsyncTransactions
    account: str

    async def session(self) -> Session | None:
        """Return the saved session, or None."""
        return Session.parse(await self.transactions.read(lambda uow: uow.bots.session(self.account)))

    async def keep(self, session: Session | None) -> None:
        """Save a session, or delete it for None."""
        text = session.text if session else ""
        await self.transactions.write(lambda uow: uow.bots.keep_session(self.account, text))

    async def access_hash(self, chat_id: int) -> int | None:
        """Return the saved access hash of a chat, or None."""
        kept = await self.transactions.read(lambda uow: uow.bots.address(self.account, chat_id))
        try:
            return int(kept) if kept else None
        except ValueError:
            return None

    async def note(self, chat_id: int, access_hash: int) -> None:
        """Save the access hash of a chat."""
        await self.transactions.write(lambda uow: uow.bots.note_addresses(self.account, {chat_id: str(access_hash)}))
