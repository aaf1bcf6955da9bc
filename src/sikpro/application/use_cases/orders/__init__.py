"""The life of an order: register, take, answer, correct, undo, list."""
