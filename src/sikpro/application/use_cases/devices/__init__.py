"""The ledger of installed modems, and what is odd in it."""
