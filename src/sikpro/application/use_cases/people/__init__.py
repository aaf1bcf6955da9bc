"""Accounts, technicians and access."""
