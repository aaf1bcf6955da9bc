"""The ledger of installed modems, and its anomalies."""
