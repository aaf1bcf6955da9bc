"""Everything kept in memory, for scripts, tests and trying things out; it keeps the same promises as a database."""

from sikpro.adapters.memory.unit_of_work import MemoryTransactions, MemoryUnitOfWork

__all__ = ["MemoryTransactions", "MemoryUnitOfWork"]
