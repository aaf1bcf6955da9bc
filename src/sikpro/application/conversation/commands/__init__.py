"""The commands of the chat, one module each."""
