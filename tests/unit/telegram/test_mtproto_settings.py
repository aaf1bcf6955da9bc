"""When the bot is served by MTProto, and what is said when it cannot be."""

import subprocess
import sys
from pathlib import Path

import pytest

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chat import Transport
from sikpro.entrypoints.bot import connect_bot
from sikpro.entrypoints.settings import Settings, WrongSettings
from sikpro.testing.transactions import InlineTransactions

TOKEN = {"SIKPRO_TELEGRAM_TOKEN": "42:secret"}
BOTH = TOKEN | {"SIKPRO_TELEGRAM_API_ID": "12345", "SIKPRO_TELEGRAM_API_HASH": "0123456789abcdef" * 2}


async def transport(environ: dict[str, str]) -> str:
    bot = connect_bot(Settings.load({}, environ), InlineTransactions(MemoryTransactions()))
    assert bot.account == "bot:42"
    await bot.source.aclose()
    await bot.messenger.aclose()
    return bot.source.transport


async def test_id_and_hash_choose_mtproto_and_the_token_alone_the_bot_api() -> None:
    assert await transport(TOKEN) == Transport.BOT_API
    assert await transport(BOTH) == Transport.MTPROTO


def test_the_number_of_the_file_may_be_a_number(tmp_path: Path) -> None:
    file = tmp_path / "sikpro.toml"
    file.write_text('telegram_api_id = 12345\ntelegram_api_hash = "0123456789abcdef0123456789abcdef"\n')
    settings = Settings.load({}, {"SIKPRO_CONFIG": str(file)})
    assert settings.by_mtproto
    assert "0123456789abcdef" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SIKPRO_TELEGRAM_API_HASH": ""}, "telegram_api_hash is missing"),
        ({"SIKPRO_TELEGRAM_API_ID": ""}, "telegram_api_id is missing"),
        ({"SIKPRO_TELEGRAM_API_ID": "abc"}, "telegram_api_id: a number"),
        ({"SIKPRO_TELEGRAM_API_ID": "-5"}, "telegram_api_id: the number"),
        ({"SIKPRO_TELEGRAM_API_HASH": "tbd"}, "telegram_api_hash: the 32"),
        ({"SIKPRO_TELEGRAM_MTPROTO_SERVER": "127.0.0.1"}, "telegram_mtproto_server: HOST:PORT/NUMBER"),
        ({"SIKPRO_TELEGRAM_MTPROTO_KEY": "/nowhere.pem"}, "telegram_mtproto_key: /nowhere.pem"),
        ({"SIKPRO_TELEGRAM_MTPROTO_KEY": __file__}, "no RSA public key"),
        ({"SIKPRO_TELEGRAM_PROXY": "https://proxy.example:3128"}, "telegram_proxy: by MTProto"),
    ],
)
async def test_what_cannot_be_used_is_said_by_name(changes: dict[str, str], said: str) -> None:
    with pytest.raises(WrongSettings, match=said):
        await transport(BOTH | changes)


async def test_a_socks_proxy_needs_nothing_more() -> None:
    assert await transport(BOTH | {"SIKPRO_TELEGRAM_PROXY": "socks5://proxy.example"}) is Transport.MTPROTO


def test_telethon_is_not_loaded_for_the_bot_api() -> None:
    """It takes longer to load than the first page may take."""
    code = "import sys, sikpro.entrypoints.server; sys.exit('telethon' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
