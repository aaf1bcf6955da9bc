"""Seals over the facts of the ledger: made, handed out, verified, and what they say of an order."""
