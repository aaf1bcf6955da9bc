"""Telegram for the tests: an MTProto server over TCP, made of Telethon's own TL classes and crypto."""

from .faults import Fault
from .people import Button, Menu, Press, Sent
from .server import API_HASH, API_ID, TOKEN, MtprotoServer
from .world import BOT_ID, BOT_USERNAME

__all__ = [
    "API_HASH",
    "API_ID",
    "BOT_ID",
    "BOT_USERNAME",
    "TOKEN",
    "Button",
    "Fault",
    "Menu",
    "MtprotoServer",
    "Press",
    "Sent",
]
