"""Monthly targets, and recaps that are sent on a schedule."""
