"""Stores in memory, for scripts, tests and trials, with the same contracts as a database."""

from sikpro.adapters.memory.unit_of_work import MemoryTransactions, MemoryUnitOfWork

__all__ = ["MemoryTransactions", "MemoryUnitOfWork"]
