"""The least that a bot does: aiogram repeats each message. `python -m benchmarks.peers.echo_bot API`."""

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

from benchmarks.gateway import TOKEN

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    """Repeat it."""
    await message.answer(message.text or "")


if __name__ == "__main__":
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(sys.argv[1])))
    asyncio.run(dispatcher.start_polling(bot, handle_signals=False))
