"""What people can do with SIKPRO, one verb a module; each takes an open unit of work and the present time."""
