"""Uploaded tables: lists, import of orders, and comparison with the provider's table."""
