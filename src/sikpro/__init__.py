"""SIKPRO."""
