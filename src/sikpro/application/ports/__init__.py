"""The ports: protocols for everything that the application needs from outside, one module a subject.

The docstring of a port is its contract. `storage` has the unit of work, grouped by capability; it reaches `orders`,
`queries`, `facts`, `journal`, `people`, `catalogue`, `inbox`, `outbox`, `conversations`, `jobs` and the others of that
kind. Their implementations lie under the same name in `adapters/sql` and `adapters/memory`. `network` carries what
`chat` describes; `runtime` has the clock, the passwords and the live hints; `tables` reads uploaded tables, `workbooks`
writes Excel files, `pictures` draws.

Every implementation passes the port's contract suite (`tests/integration/contract`).
"""
