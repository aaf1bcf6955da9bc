"""The queue, the page of one order, its actions, order input, and incomplete orders."""
