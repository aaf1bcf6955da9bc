"""Mutation testing: small faults are made in domain and use cases one by one, and the unit tests have to notice them.

`make mutants` tries every fault and writes `docs/mutants.md`; `make audit` tries a sample of them. The faults are
mutmut's. They are not tried by mutmut's own runner: it loads pytest and collects the tests again for each fault. Ours
collects once and forks, and it also reaches properties and other decorated functions, which mutmut leaves out.
"""
