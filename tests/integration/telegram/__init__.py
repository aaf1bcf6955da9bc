"""Telegram over real sockets."""
