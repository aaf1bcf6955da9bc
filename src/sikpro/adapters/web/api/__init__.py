"""The JSON API: the same use cases, rights and errors as the console, for programs.

**To add an operation** write a handler with a `summary` and its shapes, and a line in `examples.py`, which a test runs.
A handler gets a `Call`: `shown` reads, `act` writes, once for each `Idempotency-Key`. Errors become problems by
themselves (`problems.py`).
"""
