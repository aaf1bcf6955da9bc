"""The bot with the transport that the settings choose."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from attrs import evolve, frozen

from sikpro.application.ports.network import FileGone, FileSource, Messenger, RemoteFile, UpdateSource
from sikpro.application.ports.storage import AsyncTransactions
from sikpro.entrypoints.settings import Settings, WrongSettings


@frozen
class Bot:
    """One bot account with the adapters of its transport.

    `release_all` drops the connection while another process serves the bot. `caution` returns a trouble and its detail
    for a bot that works all the same.
    """

    account: str
    source: UpdateSource
    messenger: Messenger
    files: FileSource
    release_all: Callable[[], Awaitable[None]]
    caution: Callable[[], tuple[str, str]]


def is_set_up(settings: Settings) -> bool:
    """Return whether a bot is set up: without one the web runs alone."""
    return bool(settings.telegram_token or settings.source)


def connect_bot(settings: Settings, transactions: AsyncTransactions) -> Bot:
    """Return the bot of the settings, not connected yet. Raises `WrongSettings`."""
    if settings.telegram_token:
        bot = _by_mtproto(settings, transactions) if settings.by_mtproto else _by_bot_api(settings)
    else:
        nothing: Any = None  # the settings name plugins for both
        bot = Bot(f"bot:{settings.source}", nothing, nothing, NoFiles(), keep, lambda: ("", ""))
    if source := settings.plugins.get("source"):
        bot = _receiving_by(source.make(), bot)
    if messenger := settings.plugins.get("messenger"):
        bot = evolve(bot, messenger=messenger.make())
    return bot


def _receiving_by(source: Any, bot: Bot) -> Bot:
    """Return the bot with a plugin's source, which may fetch files too."""
    files = source if hasattr(source, "download") else bot.files
    return evolve(bot, source=source, files=files, release_all=keep, caution=lambda: ("", ""))


async def keep() -> None:
    """Do nothing: there is no connection to release."""


@frozen
class NoFiles:
    """The files of a network that has none."""

    understands: frozenset[str] = frozenset()

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """Raise `FileGone`."""
        raise FileGone("gone")


def _by_bot_api(settings: Settings) -> Bot:
    # httpx takes a tenth of a second to load: a web without a bot does not need it.
    from sikpro.adapters.telegram.bot_api import BotApi, BotApiFiles, BotApiMessenger, BotApiSource

    sending, receiving = (
        BotApi(
            settings.telegram_token,
            base_url=settings.telegram_api,
            proxy=settings.telegram_proxy or None,
            poll_timeout=settings.poll_timeout,
        )
        for _ in range(2)
    )

    return Bot(
        account=f"bot:{sending.bot_id}",
        source=BotApiSource(receiving),
        messenger=BotApiMessenger(sending),
        files=BotApiFiles(sending),
        release_all=keep,
        caution=lambda: ("", ""),
    )


def _by_mtproto(settings: Settings, transactions: AsyncTransactions) -> Bot:
    # Telethon takes a quarter of a second to load: import it only if it is used.
    from sikpro.adapters.telegram.mtproto.client import HOME, MtprotoClient
    from sikpro.adapters.telegram.mtproto.files import MtprotoFiles
    from sikpro.adapters.telegram.mtproto.messenger import MtprotoMessenger
    from sikpro.adapters.telegram.mtproto.session import DataCentre, Vault
    from sikpro.adapters.telegram.mtproto.source import MtprotoSource

    home = HOME
    if settings.telegram_mtproto_server:
        address, _, number = settings.telegram_mtproto_server.rpartition("/")
        host, _, port = address.rpartition(":")
        home = DataCentre(int(number), host, int(port))
    account = f"bot:{settings.telegram_token.partition(':')[0]}"
    client = MtprotoClient(
        settings.telegram_token,
        settings.telegram_api_id,
        settings.telegram_api_hash,
        Vault(transactions, account),
        home=home,
        public_key=_public_key(settings.telegram_mtproto_key),
        proxy=telethons_proxy(settings.telegram_proxy),
    )
    return Bot(
        account=account,
        source=MtprotoSource(client, poll_timeout=settings.poll_timeout),
        messenger=MtprotoMessenger(client),
        files=MtprotoFiles(client),
        release_all=client.pause,
        caution=client.caution,
    )


def _public_key(path: str) -> str:
    if not path:
        return ""
    try:
        key = Path(path).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettings(f"telegram_mtproto_key: {path}: {error}") from error
    if "BEGIN RSA PUBLIC KEY" not in key:
        raise WrongSettings(f"telegram_mtproto_key: {path}: no RSA public key in PEM")
    return key


def telethons_proxy(address: str) -> dict[str, Any] | None:
    """Return a proxy for Telethon; the proxy resolves names, and the connection to it is plain HTTP or SOCKS5."""
    if not address:
        return None
    parts = urlsplit(address)
    kind = "http" if parts.scheme == "http" else "socks5"
    return {
        "proxy_type": kind,
        "addr": parts.hostname,
        "port": parts.port or (1080 if kind == "socks5" else 3128),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "rdns": True,
    }
