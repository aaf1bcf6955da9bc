"""The ledger of messages and the ledger of devices."""
