"""Telegram: the Bot API's transport, and what its updates and messages look like in the application's words."""
