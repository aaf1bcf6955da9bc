"""The queue, one order's page, its actions, and orders typed in or incomplete."""
