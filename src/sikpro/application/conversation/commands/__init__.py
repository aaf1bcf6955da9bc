"""The commands of the chat, a module each."""
