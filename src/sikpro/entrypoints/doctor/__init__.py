"""The command `doctor`: looks at everything that SIKPRO stands on, and says what to do about what is ill."""
