"""The chat, without a transport: an incoming message goes in, an outcome and queued replies come out."""
