"""Telegram by MTProto: the second transport, over Telethon's sender, with a cursor of our own."""
