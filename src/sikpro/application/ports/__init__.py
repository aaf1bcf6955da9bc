"""What the application asks of the world: each port a role, its docstring the contract.

`chat` is what is said, `network` what carries it; `storage` the unit of work, which reaches `repositories`, `queues`,
`bots`, `files`, `desk`, `access` and `queries`; `runtime` the clock, the passwords, the live hints and the files. Every
implementation passes the port's contract suite.
"""
