"""What the application asks of the world: each port a role, its docstring the contract, a module a subject.

`storage` has the unit of work, grouped by what it is needed for; it reaches `orders`, `queries`, `facts`, `journal`,
`people`, `catalogue`, `inbox`, `outbox`, `conversations`, `jobs` and the others of that kind. Their implementations lie
under the same name in `adapters/sql` and `adapters/memory`. `network` carries what `chat` says; `runtime` is the clock,
the passwords and the live hints; `tables` reads uploaded tables, `workbooks` writes Excel files.

Every implementation passes the port's contract suite (`tests/integration/contract`).
"""
