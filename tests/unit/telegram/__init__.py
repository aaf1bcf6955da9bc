"""The pure functions of the Telegram adapter."""
