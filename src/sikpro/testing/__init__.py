"""For programmers who test with SIKPRO, or prove an adapter of their own: see docs/testing.md.

Builders, fakes, a clock that a test sets, a pytest plugin, and in `contracts` the suite of every port. Nothing is
imported here, so that the plugin costs nothing where it is not used.
"""
