"""Backups: one file with the whole database, verified by restoring it, and the way back."""
