"""Webhooks without sockets."""
