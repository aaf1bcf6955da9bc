"""Webhooks: which events other systems get, signed, and who decides that."""
