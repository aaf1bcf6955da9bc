"""An order's way: registered, taken, answered, corrected, taken back, listed."""
