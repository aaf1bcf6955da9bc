"""Targets of months, and recaps that are sent on a schedule."""
