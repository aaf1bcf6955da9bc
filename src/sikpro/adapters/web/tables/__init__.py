"""Uploaded tables: lists, orders to import, and comparison with somebody's own book."""
