"""Uploaded tables: lists, orders to import, and other systems' tables to compare with."""
