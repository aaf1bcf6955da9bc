"""Bot accounts in the database."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Column, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant, constant
from sikpro.adapters.sql.dialect import insert_new, upsert
from sikpro.adapters.sql.leases import lease_is_over, lease_times
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.bots import LeaseLost

bot_accounts = Table(
    "bot_accounts",
    metadata,
    Column("account", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("transport", Words, nullable=False),
    Column("session", Words, nullable=False),
)

bot_cursors = Table(
    "bot_cursors",
    metadata,
    Column("account", Words, primary_key=True),
    Column("transport", Words, primary_key=True),
    Column("cursor", Words, nullable=False),
)

bot_addresses = Table(
    "bot_addresses",
    metadata,
    Column("account", Words, primary_key=True),
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("address", Words, nullable=False),
)

bot_menus = Table(
    "bot_menus",
    metadata,
    Column("account", Words, primary_key=True),
    Column("scope", Words, primary_key=True),
    Column("fingerprint", Words, nullable=False),
)


_bot = bot_accounts.c
_ACCOUNT = sa.bindparam("of_account", type_=Words)
_TAKE = (
    sa.update(bot_accounts)
    .where(_bot.account == _ACCOUNT)
    .values(owner=sa.bindparam("by"), leased_until=sa.bindparam("until"))
)
_TAKEN = Constant(_TAKE)
_TAKEN_IF_FREE = Constant(_TAKE.where(sa.or_(_bot.owner == sa.bindparam("by"), lease_is_over(_bot.leased_until))))
_CURSOR = Constant(
    sa.select(bot_cursors.c.cursor).where(
        bot_cursors.c.account == _ACCOUNT, bot_cursors.c.transport == sa.bindparam("of_transport")
    )
)
_OWNER = Constant(sa.select(_bot.owner).where(_bot.account == _ACCOUNT).with_for_update())


class SqlBotAccounts:
    """Stores the cursors, lease, session, addresses and menus of each bot account."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def lease(self, account: str, owner: str, now: datetime, span: timedelta, *, take_over: bool) -> bool:
        """Take or renew the lease until `now + span`; return False if another process has it, without `take_over`."""
        now = self._transaction.lease_time(now)
        values = {"of_account": account, "by": owner, "until": now + span}
        statement, values = (_TAKEN, values) if take_over else (_TAKEN_IF_FREE, values | {**lease_times(now, span)})
        if self._transaction.change(statement, values) == 1:
            return True
        self._make(account)  # or somebody else has it
        return self._transaction.change(statement, values) == 1

    def release(self, account: str, owner: str) -> None:
        """Release the lease, if the owner has it."""
        ours = sa.update(bot_accounts).where(_bot.account == account, _bot.owner == owner)
        self._transaction.execute(ours.values(owner="", leased_until=None))

    def served_by(self, account: str, transport: str) -> str:
        """Record the transport that serves the account now, and return the one before."""
        self._make(account)
        one = _bot.account == account
        before: str = self._transaction.execute(sa.select(_bot.transport).where(one)).scalar_one()
        if before != transport:
            self._transaction.execute(sa.update(bot_accounts).where(one).values(transport=transport))
        return before

    def cursor(self, account: str, transport: str) -> str:
        """Return the committed cursor, "" for the first time."""
        return self._transaction.scalar(_CURSOR, {"of_account": account, "of_transport": transport}) or ""

    def move_cursor(self, account: str, transport: str, cursor: str, owner: str) -> None:
        """Save a new cursor. Raises `LeaseLost` unless the owner has the lease."""
        # The lock lasts to the end of the transaction: nobody can take the lease between this check and the commit.
        if self._transaction.scalar(_OWNER, {"of_account": account}) != owner:
            raise LeaseLost(account)
        moved = constant(upsert(self._transaction, bot_cursors, ["account", "transport"]))
        self._transaction.change(moved, {"account": account, "transport": transport, "cursor": cursor})

    def session(self, account: str) -> str:
        """Return the saved session of the transport's login."""
        return self._transaction.scalar(sa.select(_bot.session).where(_bot.account == account)) or ""

    def keep_session(self, account: str, session: str) -> None:
        """Save the session of the transport's login."""
        self._make(account)
        self._transaction.execute(sa.update(bot_accounts).where(_bot.account == account).values(session=session))

    def note_addresses(self, account: str, addresses: Mapping[int, str]) -> None:
        """Save the data that the transport needs, besides a chat's id, to write to the chat."""
        rows = [
            {"account": account, "chat_id": chat_id, "address": address}
            for chat_id, address in sorted(addresses.items())
        ]
        if rows:
            self._transaction.execute(upsert(self._transaction, bot_addresses, ["account", "chat_id"]), rows)

    def address(self, account: str, chat_id: int) -> str | None:
        """Return the saved address of a chat, or None."""
        one = (bot_addresses.c.account == account, bot_addresses.c.chat_id == chat_id)
        address: str | None = self._transaction.scalar(sa.select(bot_addresses.c.address).where(*one))
        return address

    def menus(self, account: str) -> Mapping[str, str]:
        """Return the fingerprints of the command menus set last, by scope."""
        selected = sa.select(bot_menus.c.scope, bot_menus.c.fingerprint).where(bot_menus.c.account == account)
        return {row.scope: row.fingerprint for row in self._transaction.execute(selected)}

    def set_menu(self, account: str, scope: str, fingerprint: str) -> None:
        """Record a menu that was set; "" for a removed menu."""
        if fingerprint:
            put = upsert(self._transaction, bot_menus, ["account", "scope"])
            self._transaction.execute(put.values(account=account, scope=scope, fingerprint=fingerprint))
        else:
            gone = sa.delete(bot_menus).where(bot_menus.c.account == account, bot_menus.c.scope == scope)
            self._transaction.execute(gone)

    def _make(self, account: str) -> None:
        row = {"account": account, "owner": "", "transport": "", "session": ""}
        self._transaction.execute(insert_new(self._transaction, bot_accounts, ["account"]), row)
