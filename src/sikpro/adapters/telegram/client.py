"""Calls to the Bot API, with all their failures; the token never leaves this module."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from attrs import frozen

from sikpro.application.ports.chat import Enclosure

DEFAULT_BASE_URL = "https://api.telegram.org"
_TOKEN = re.compile(r"(\d+):[A-Za-z0-9_-]+")
_TOKEN_IN_URL = re.compile(r"(/bot)\d+:[A-Za-z0-9_-]+")
_LONGEST_PAUSE = 86_400
_UPLOAD = 50.0
"""Time limit of a file upload in seconds: less than the relay's lease."""

_BEFORE_WRITING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class LineBroken(Exception):
    """Raised if no answer came; `written` says whether the request may have reached the server."""

    def __init__(self, detail: str, *, written: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.written = written


@frozen
class Answer:
    """The server's answer; `clean` if it is Telegram's own JSON, with any status."""

    status: int
    ok: bool
    clean: bool
    result: Any = None
    description: str = ""
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class BotApi:
    """Calls methods for one bot. Its token is in no repr, no error and no log line.

    `poll_timeout` is how many seconds getUpdates stays open, `request_timeout` the limit for any other answer; a poll
    may take both together. `server_time` is the server's clock at its last answer, in whole seconds; None where it does
    not tell. `transport` replaces the network. Raises `ValueError` for an invalid token.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        proxy: str | None = None,
        poll_timeout: int = 50,
        request_timeout: float = 15.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        form = _TOKEN.fullmatch(token)
        if form is None:
            raise ValueError("a bot token looks like 123456789:ABC-def_123")
        logger = logging.getLogger("httpx")
        if not any(isinstance(present, _WithoutToken) for present in logger.filters):
            logger.addFilter(_WithoutToken())
        self.bot_id = int(form[1])
        self.poll_timeout = poll_timeout
        self.server_time: datetime | None = None
        self._token = token
        self._base_url = base_url.rstrip("/")
        self._request_timeout = request_timeout
        self._http = httpx.AsyncClient(
            proxy=proxy,
            transport=transport,
            timeout=request_timeout,
            # A proxy of the environment is for external servers, never for the simulator on this machine.
            trust_env=urlsplit(base_url).hostname not in {"127.0.0.1", "::1", "localhost"},
        )

    def __repr__(self) -> str:
        return f"BotApi(bot_id={self.bot_id}, base_url={self._base_url!r})"

    async def call(self, method: str, parameters: Mapping[str, Any] | None = None, *, held: float = 0) -> Answer:
        """Call `method`; the server may delay the answer for `held` seconds.

        Raises `LineBroken` if no complete answer came.
        """
        patience = httpx.Timeout(self._request_timeout, read=held + self._request_timeout)
        return await self._post(method, patience, json=dict(parameters or {}))

    async def upload(self, method: str, parameters: Mapping[str, str], name: str, file: Enclosure) -> Answer:
        """Call `method` with a file as its parameter `name`. Raises `LineBroken` if no complete answer came."""
        patience = httpx.Timeout(self._request_timeout, read=_UPLOAD, write=_UPLOAD)
        content = {name: (file.name, file.content, file.media_type)}
        return await self._post(method, patience, data=dict(parameters), files=content)

    async def _post(self, method: str, patience: httpx.Timeout, **content: Any) -> Answer:
        broken = None
        try:
            url = f"{self._base_url}/bot{self._token}/{method}"
            response = await self._http.post(url, timeout=patience, **content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            detail = f"{type(error).__name__}: {error}".replace(self._token, "…")
            broken = LineBroken(detail, written=not isinstance(error, (*_BEFORE_WRITING, httpx.InvalidURL)))
        # Raise it here, outside, so that httpx's error is not its context: its URL contains the token.
        if broken is not None:
            raise broken
        self.server_time = _moment(response.headers.get("date", ""))
        return read_answer(response.status_code, response.content, response.headers.get("retry-after", ""))

    async def fetch(self, path: str, limit: int) -> bytes | Answer | None:
        """Fetch a file by the path from getFile; None if it has more than `limit` bytes.

        An `Answer` is a refusal. Raises `LineBroken` if the file was not complete.
        """
        url = f"{self._base_url}/file/bot{self._token}/{quote(path)}"
        broken = None
        content = bytearray()
        try:
            async with self._http.stream("GET", url) as response:
                if response.status_code != 200:
                    return read_answer(response.status_code, await response.aread())
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > limit:
                        return None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            broken = LineBroken(f"{type(error).__name__}: {error}".replace(self._token, "…"), written=True)
        if broken is not None:
            raise broken
        return bytes(content)

    async def aclose(self) -> None:
        """Close the connections; a second call does nothing."""
        await self._http.aclose()


def read_answer(status: int, body: bytes, retry_after: str = "") -> Answer:
    """Parse an answer of any content.

    >>> read_answer(200, b'{"ok":true,"result":1}').result
    1
    >>> read_answer(502, b"<html>Bad Gateway</html>") == Answer(502, ok=False, clean=False)
    True
    """
    header = _pause(float(retry_after)) if retry_after.isascii() and retry_after.isdigit() else None
    try:
        content = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("ok"), bool):
        return Answer(status, ok=False, clean=False, retry_after=header)
    extra = content.get("parameters")
    extra = extra if isinstance(extra, dict) else {}
    wait, moved = extra.get("retry_after"), extra.get("migrate_to_chat_id")
    code = content.get("error_code")
    return Answer(
        status=code if type(code) is int else status,
        ok=content["ok"] and status < 300,
        clean=True,
        result=content.get("result"),
        description=str(content.get("description", "")),
        retry_after=_pause(wait) if isinstance(wait, int | float) else header,
        migrate_to_chat_id=moved if type(moved) is int else None,
    )


def _moment(date: str) -> datetime | None:
    """Return the moment of a header Date, None for any other text."""
    try:
        return parsedate_to_datetime(date)
    except ValueError:
        return None


def _pause(seconds: float) -> float:
    """Return the requested pause, limited to between zero and one day, for any number.

    >>> _pause(float("nan")), _pause(float("inf")), _pause(-3), _pause(7)
    (0.0, 86400.0, 0.0, 7.0)
    """
    return float(min(max(0, seconds), _LONGEST_PAUSE))


class _WithoutToken(logging.Filter):
    """Removes bot tokens from httpx's own log lines, which contain every URL at INFO."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TOKEN_IN_URL.sub(r"\1…", record.getMessage()), ()
        return True
