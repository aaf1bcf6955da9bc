"""Telegram by MTProto: the second transport, over Telethon's sender, with our own cursor."""
