"""The chat, without a transport: it takes an incoming message, and returns an outcome and queued replies."""
