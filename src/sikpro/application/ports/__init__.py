"""What the application asks of the world: each port a role, its docstring the contract.

`chat` is the messenger network, `storage` what is kept, `queries` what is read for a page, `runtime` the
clock, the threads and the files. Every implementation passes the port's contract suite.
"""
