"""Telegram: the Bot API transport, and the mapping of its updates and messages to the application's types."""
