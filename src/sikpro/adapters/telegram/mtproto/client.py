"""The bot's single MTProto connection; it logs in automatically, and again if needed."""

import asyncio
import re
from typing import Any

import structlog
from telethon.crypto import rsa
from telethon.errors import RPCError
from telethon.tl import functions, types

from sikpro.adapters.telegram.client import LineBroken
from sikpro.adapters.telegram.mtproto.errors import SESSION_LOST, code_of, detail_of, source_error
from sikpro.adapters.telegram.mtproto.line import KeyUnknown, Line
from sikpro.adapters.telegram.mtproto.pushes import Pushes
from sikpro.adapters.telegram.mtproto.sent import SentMessages
from sikpro.adapters.telegram.mtproto.session import DataCentre, Session, Vault
from sikpro.application.ports.network import SourceError, Trouble
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

HOME = DataCentre(2, "149.154.167.51", 443)
"""The first data centre: the production address that my.telegram.org gives to every application."""

CLOCK_TOLERANCE = 30.0
"""The largest clock error in seconds without a warning: beyond it Telegram refuses message ids."""

_HOPS = 4
_BREATH = 2.0
_TOKEN = re.compile(r"(\d+):[A-Za-z0-9_-]+")


class _Elsewhere(Exception):
    """Raised if the bot is in another data centre."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class MtprotoClient:
    """Calls Telegram as one bot, for source, messenger and files.

    The key is in the `vault`; if Telegram does not know it any more, it is deleted and a new one is made. For a moment
    after a failed connect, calls raise the same error without another try, because several callers ask. Token, hash and
    key are in no repr, no error and no log line. Raises `ValueError` for an invalid token.
    """

    def __init__(
        self,
        token: str,
        api_id: int,
        api_hash: str,
        vault: Vault,
        *,
        home: DataCentre = HOME,
        public_key: str = "",
        proxy: dict[str, Any] | None = None,
        request_timeout: float = 15.0,
    ) -> None:
        form = _TOKEN.fullmatch(token)
        if form is None:
            raise ValueError("a bot token looks like 123456789:ABC-def_123")
        if public_key:
            rsa.add_key(public_key, old=False)
        self.bot_id = int(form[1])
        self.username = ""
        self.vault = vault
        self.pushes = Pushes()
        self.sent = SentMessages()
        self._token = token
        self._api_id = api_id
        self._api_hash = api_hash
        self._home = home
        self._proxy = proxy
        self._within = request_timeout
        self._line: Line | None = None
        self._centres: dict[int, DataCentre] = {home.number: home}
        self._connecting = asyncio.Lock()
        self._refused: tuple[float, SourceError] | None = None
        self._clock_offset = 0.0
        self._away = Repeated(log=_log, event="data centre out of reach, asking at the first address")

    def __repr__(self) -> str:
        return f"MtprotoClient(bot_id={self.bot_id}, home={self._home!r})"

    @property
    def connections(self) -> int:
        """Return a number that changes with every new connection."""
        return id(self._line) if self._line is not None and self._line.alive else 0

    def caution(self) -> tuple[str, str]:
        """Return a warning for a person although the connection works: a trouble and its detail, or two empty texts."""
        if abs(self._clock_offset) <= CLOCK_TOLERANCE:
            return "", ""
        return str(Trouble.CLOCK), f"{self._clock_offset:+.0f} s"

    async def call(self, request: Any, *, within: float | None = None) -> Any:
        """Connect and log in if needed, and call a method; call it once more after a new login.

        Raises `SourceError` without a connection, `LineBroken` if the connection broke meanwhile, and Telethon's
        `RPCError` if Telegram refuses.
        """
        line = await self.connect()
        try:
            return await line.call(request, within or self._within)
        except KeyUnknown as unknown:
            await self._lost(line, unknown.detail)
        except RPCError as error:
            if code_of(error) not in SESSION_LOST:
                raise
            await self._lost(line, detail_of(error))
        return await (await self.connect()).call(request, within or self._within)

    async def connect(self) -> Line:
        """Return the connection; connect and log in if needed. Raises `SourceError`."""
        async with self._connecting:
            if self._line is not None and self._line.alive:
                return self._line
            now = asyncio.get_running_loop().time()
            if self._refused is not None and now < self._refused[0]:
                refused = self._refused[1]
                raise SourceError(refused.trouble, refused.detail, refused.retry_after)
            try:
                self._line = await self._open()
            except SourceError as error:
                self._refused = asyncio.get_running_loop().time() + _BREATH, error
                raise
            self._refused = None
            return self._line

    async def line_to(self, number: int) -> Line:
        """Return a separate connection to another data centre, authorised as this bot; the caller closes it.

        Raises the errors of `call`.
        """
        centre = self._centres.get(number)
        if centre is None:
            raise SourceError(Trouble.DATA_CENTRE, f"no address of data centre {number} is known")
        passage = await self.call(functions.auth.ExportAuthorizationRequest(number))
        line = Line(centre, b"", Pushes(), self._proxy)
        query = functions.auth.ImportAuthorizationRequest(passage.id, passage.bytes)
        await line.open(self._api_id, query, self._within)
        return line

    async def pause(self) -> None:
        """Close the connection and drop its pushes while another process serves the bot; the next call reconnects."""
        await self.aclose()
        self.pushes.forget()

    async def aclose(self) -> None:
        """Close the connection; a second call does nothing."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def _open(self) -> Line:
        """Connect to the bot's data centre, following Telegram's redirects."""
        kept = await self.vault.session()
        session = kept or Session(self._home, b"")
        for _ in range(_HOPS):
            line = Line(session.centre, session.key, self.pushes, self._proxy)
            try:
                await self._log_in(line)
            except KeyUnknown:
                await self._drop("the data centre does not know the key")
                session = Session(session.centre, b"")
            except _Elsewhere as moved:
                session = Session(self._address_of(moved.number), b"")
                _log.warning("data centre moved", centre=moved.number, host=session.centre.host)
            except LineBroken as broken:
                if session.centre == self._home:
                    raise SourceError(Trouble.UNREACHABLE, broken.detail) from None
                self._away.failed("unreachable", host=session.centre.host)
                session = Session(self._home, b"")
            else:
                self._away.worked()
                reached = Session(session.centre, line.key)
                if reached != kept:
                    await self.vault.keep(reached)
                return line
        raise SourceError(Trouble.DATA_CENTRE, "sent from one data centre to the other, without an end")

    async def _log_in(self, line: Line) -> None:
        """Open a line and log in with the key or the token; close the line after a failure."""
        known = bool(line.key)
        try:
            self._learn(line, await line.open(self._api_id, functions.help.GetConfigRequest(), self._within))
            if known:
                (me,) = await line.call(functions.users.GetUsersRequest([types.InputUserSelf()]), self._within)
            else:
                request = functions.auth.ImportBotAuthorizationRequest(0, self._api_id, self._api_hash, self._token)
                me = (await line.call(request, self._within)).user
        except RPCError as error:
            await line.close()
            if error.code == 303 and getattr(error, "new_dc", None):
                raise _Elsewhere(error.new_dc) from None
            if known and (code_of(error) in SESSION_LOST or error.code == 401):
                raise KeyUnknown(detail_of(error), written=False) from None
            raise source_error(error) from None
        except BaseException:
            await line.close()
            raise
        self.username = me.username or ""

    def _learn(self, line: Line, config: Any) -> None:
        """Record the addresses of the data centres and the error of our clock."""
        line.note_time(config.date)
        if abs(line.clock_offset) > CLOCK_TOLERANCE >= abs(self._clock_offset):
            _log.warning("the clock of this machine is off", seconds=round(line.clock_offset))
        self._clock_offset = line.clock_offset
        found: dict[int, DataCentre] = {}
        for option in config.dc_options:
            if not (option.ipv6 or option.media_only or option.cdn or option.tcpo_only or option.secret):
                found.setdefault(option.id, DataCentre(option.id, option.ip_address, option.port))
        self._centres |= found

    def _address_of(self, number: int) -> DataCentre:
        centre = self._centres.get(number)
        if centre is None:
            raise SourceError(Trouble.DATA_CENTRE, f"the bot lives in data centre {number}, whose address is unknown")
        return centre

    async def _lost(self, line: Line, why: str) -> None:
        await line.close()
        if self._line is line:
            self._line = None
            await self._drop(why)

    async def _drop(self, why: str) -> None:
        _log.warning("the kept login is not valid any more, logging in anew", why=why)
        await self.vault.keep(None)
