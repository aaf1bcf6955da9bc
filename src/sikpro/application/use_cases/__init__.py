"""The use cases, one verb a module. Each takes an open unit of work and the present time."""
