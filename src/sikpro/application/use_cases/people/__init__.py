"""Accounts, technicians, and who is let in."""
