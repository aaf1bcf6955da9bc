"""Reads what a technician wrote: which order data, or which command."""
