"""The pages of `docs/howto`, followed by a program in a copy of the source."""
