"""Reads a technician's text: the order data in it, or the command."""
